import Payments

/// What a run came to.
package struct SimulationReport: Sendable {
    package var plan: SimulationPlan
    package var violations: [Violation]
    package var tally: CampusTally
    /// Virtual time that passed.
    package var simulated: Duration
    /// The same for the same plan.
    package var fingerprint: UInt64
    /// Incidents that were planned.
    package var incidents: Int
}

/// Runs a whole campus from a seed and watches its promises.
package enum CampusSimulation {
    /// The checkers of a run, each fresh.
    @SimulationActor package static func checkers() -> [any PromiseChecker] {
        [
            Promise1DurableApproval(), Promise2OneEffect(), Promise3Conservation(), Promise3Corrections(),
            Promise3Settlement(), Promise4Holds(), Promise5History(), Promise6Exposure(), Promise6PolicyVersions(),
            Promise6SpendingLimits(), Promise7TornTaps(), Promise8Codes(), Promise9HotList(),
            Promise11NothingDropped(), Promise12Acknowledgement(),
        ]
    }

    /// Runs the plan to its end, or to the first hour that breaks a promise.
    ///
    /// - Parameters:
    ///   - sabotage: a wrong build, to be caught.
    ///   - progress: called after each virtual hour.
    @SimulationActor package static func run(
        _ plan: SimulationPlan, sabotage: Sabotage? = nil,
        progress: @SimulationActor (Duration, CampusTally) -> Void = { _, _ in }
    ) async throws -> SimulationReport {
        let campus = try Campus(plan: plan, checkers: checkers(), sabotage: sabotage)
        let incidents = IncidentPlanner.incidents(of: plan)
        campus.timeline.schedule(at: .zero) {
            do { try await campus.open() } catch { campus.report(0, "\(error)") }
        }
        await campus.timeline.run(until: .seconds(60))
        for incident in incidents { campus.schedule(incident) }
        campus.timeline.schedule(after: .seconds(600)) { await campus.closeDays() }
        var hour = 1
        while hour <= plan.days * 24, campus.violations.isEmpty {
            await campus.timeline.run(until: .seconds(hour * 3600))
            progress(campus.timeline.now, campus.tally)
            if hour == 10, sabotage == .forgottenAcknowledgement || sabotage == .laggingStandby {
                campus.oldHub = try campus.hub.copy("hub-image")
            }
            hour += 1
        }
        if campus.violations.isEmpty {
            await campus.heal()
            do {
                campus.judge(try await campus.end())
            } catch {
                campus.report(0, "the campus did not come to rest: \(error)")
            }
        }
        for (fault, count) in campus.terminals.flatMap(\.network.committed) { campus.tally.note(fault, count) }
        let simulated = campus.timeline.now
        await campus.close()
        return SimulationReport(
            plan: plan, violations: campus.violations, tally: campus.tally, simulated: simulated,
            fingerprint: campus.fingerprint, incidents: incidents.count)
    }
}
