/// Looks for a smaller plan that breaks the same promise: fewer kinds of faults, fewer incidents, fewer days.
package struct Minimization: Sendable {
    private let promise: Int
    private let sabotage: Sabotage?
    private let deadline: ContinuousClock.Instant

    /// - Parameters:
    ///   - promise: that must stay broken.
    ///   - limit: real time after which the smallest plan so far is good enough.
    package init(promise: Int, sabotage: Sabotage? = nil, limit: Duration) {
        self.promise = promise
        self.sabotage = sabotage
        deadline = ContinuousClock.now + limit
    }

    /// The smallest plan found, with the run of it.
    @SimulationActor package func smallest(from report: SimulationReport) async -> SimulationReport {
        var best = report
        best = await withFewerDays(best)
        best = await withFewerFaults(best)
        best = await withFewerIncidents(best)
        // What was needed for other incidents may not be needed for the rest.
        return await withFewerFaults(best)
    }

    private func withFewerDays(_ report: SimulationReport) async -> SimulationReport {
        var best = report
        while best.plan.days > 1 {
            var plan = best.plan
            plan.days = max(1, plan.days / 2)
            guard let smaller = await fails(plan) else { break }
            best = smaller
        }
        return best
    }

    private func withFewerFaults(_ report: SimulationReport) async -> SimulationReport {
        var best = report
        for fault in FaultKind.allCases where best.plan.faults.contains(fault) {
            var plan = best.plan
            plan.faults.remove(fault)
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

    /// The run of `plan` when it breaks the promise.
    private func fails(_ plan: SimulationPlan) async -> SimulationReport? {
        guard ContinuousClock.now < deadline,
            let report = try? await CampusSimulation.run(plan, sabotage: sabotage),
            report.violations.contains(where: { $0.promise == promise })
        else { return nil }
        return report
    }
}
