import CampusSimulation
import Foundation
import Payments

/// One line on the terminal that is written over while a run goes on.
struct SimulationProgress {
    let plan: SimulationPlan
    let isShown: Bool
    private let started = ContinuousClock.now

    init(plan: SimulationPlan, isShown: Bool) {
        self.plan = plan
        self.isShown = isShown
    }

    func show(_ time: Duration, _ tally: CampusTally) {
        guard isShown else { return }
        let hours = Double(time.wholeMilliseconds) / 3_600_000
        let seconds = max(Double((ContinuousClock.now - started).wholeMilliseconds) / 1000, 0.001)
        let text = String(
            format: "seed %llu  hour %.0f of %d  %.1f h/s  %d sales  %d faults", plan.seed, hours, plan.days * 24,
            hours / seconds, tally.approved, tally.faults)
        FileHandle.standardError.write(Data("\r\u{1B}[K\(text)".utf8))
    }

    func clear() {
        if isShown { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
    }
}
