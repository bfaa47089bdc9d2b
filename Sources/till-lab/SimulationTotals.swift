import CampusSimulation
import Payments

/// What several runs did together.
struct SimulationTotals {
    private(set) var seeds = 0
    private var simulated = Duration.zero
    private var tally = CampusTally()

    mutating func add(_ report: SimulationReport) {
        seeds += 1
        simulated += report.simulated
        tally.add(report.tally)
    }

    var text: String {
        "\(seeds) seeds, \(simulated.wholeMilliseconds / 3_600_000) simulated hours: \(tally.text)\n"
            + "faults: \(tally.faultText)"
    }
}
