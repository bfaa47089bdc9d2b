/// Looks for a smaller plan that breaks the same promise: fewer terminals, days, kinds of faults, incidents, and faults
/// of each kind.
package struct Minimization: Sendable {
    private let checker: String
    private let sabotage: Sabotage?
    private let deadline: ContinuousClock.Instant

    /// - Parameters:
    ///   - checker: that must still find something.
    ///   - limit: real time after which the smallest plan so far is good enough.
    package init(checker: String, sabotage: Sabotage? = nil, limit: Duration) {
        self.checker = checker
        self.sabotage = sabotage
        deadline = ContinuousClock.now + limit
    }

    /// The smallest plan found, with the run of it.
    @SimulationActor package func smallest(from report: SimulationReport) async -> SimulationReport {
        var best = report
        best = await withFewer(\.days, best)
        best = await withFewer(\.terminals, best)
        best = await withFewerKinds(best)
        best = await withFewerIncidents(best)
        // What was needed for other incidents may not be needed for the rest.
        best = await withFewerKinds(best)
        best = await withFewerFaults(best)
        return best
    }

    /// Tries 1, then the half, then one less.
    private func withFewer(
        _ size: WritableKeyPath<SimulationPlan, Int>, _ report: SimulationReport
    ) async -> SimulationReport {
        var best = report
        var again = true
        while again {
            again = false
            let now = best.plan[keyPath: size]
            for smaller in Set([1, now / 2, now - 1]).sorted() where (1..<now).contains(smaller) {
                var plan = best.plan
                plan[keyPath: size] = smaller
                guard let failed = await fails(plan) else { continue }
                best = failed
                again = true
                break
            }
        }
        return best
    }

    private func withFewerKinds(_ report: SimulationReport) async -> SimulationReport {
        var best = report
        for fault in FaultKind.allCases where best.plan.faults.contains(fault) {
            var plan = best.plan
            plan.faults.remove(fault)
            plan.faultMaximums[fault] = nil
            if let smaller = await fails(plan) { best = smaller }
        }
        return best
    }

    private func withFewerIncidents(_ report: SimulationReport) async -> SimulationReport {
        var best = report
        var enough = report.incidents
        var tooFew = 0
        while tooFew + 1 < enough {
            let middle = (tooFew + enough) / 2
            var plan = best.plan
            plan.eventMaximum = middle
            if let smaller = await fails(plan) {
                best = smaller
                enough = middle
            } else {
                guard ContinuousClock.now < deadline else { break }
                tooFew = middle
            }
        }
        return best
    }

    /// The smallest number of each kind of fault that is enough, as powers of two go.
    private func withFewerFaults(_ report: SimulationReport) async -> SimulationReport {
        var best = report
        for fault in FaultKind.allCases where best.plan.faults.contains(fault) {
            for maximum in [1, 2, 4, 8, 16] {
                var plan = best.plan
                plan.faultMaximums[fault] = maximum
                guard let smaller = await fails(plan) else { continue }
                best = smaller
                break
            }
        }
        return best
    }

    /// The run of `plan` when it breaks the promise.
    private func fails(_ plan: SimulationPlan) async -> SimulationReport? {
        guard ContinuousClock.now < deadline,
            let report = try? await CampusSimulation.run(plan, sabotage: sabotage),
            report.violations.contains(where: { $0.checker == checker })
        else { return nil }
        return report
    }
}
