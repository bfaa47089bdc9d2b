import CampusSimulation
import Foundation
import Testing

/// The short form of the simulation that every `make test` runs. `make soak` is the long one.
@Suite("Simulated campuses", .serialized, .timeLimit(.minutes(10))) struct SeedTests {
    /// How many seeds are run: `CAMPUS_TILL_SIMULATION_SEEDS`, or as many as a minute of two processors allows.
    private static var count: UInt64 {
        ProcessInfo.processInfo.environment["CAMPUS_TILL_SIMULATION_SEEDS"].flatMap(UInt64.init) ?? 200
    }

    @Test("every promise is kept in a few hundred small campuses with every fault")
    func seeds() async throws {
        for seed in 0..<Self.count {
            let plan = Self.plan(seed)
            let report = try await CampusSimulation.run(plan)
            for violation in report.violations {
                Issue.record("promise \(violation.promise): \(violation.text); \(plan.command)")
            }
            await Task.yield()
        }
    }

    /// One or two terminals, with as many orders together.
    private static func plan(_ seed: UInt64) -> SimulationPlan {
        let terminals = 1 + Int(seed % 2)
        return SimulationPlan(seed: seed, terminals: terminals, days: 1, salesPerDay: 14 / terminals)
    }

    @Test("the same plan gives the same run, and another seed another one")
    func deterministic() async throws {
        let plan = SimulationPlan(seed: 7, terminals: 3, days: 1, salesPerDay: 30)
        let first = try await CampusSimulation.run(plan)
        let second = try await CampusSimulation.run(plan)
        #expect(first.fingerprint == second.fingerprint)
        #expect(first.tally == second.tally)
        var other = plan
        other.seed = 8
        #expect(try await CampusSimulation.run(other).fingerprint != first.fingerprint)
    }

    @Test("a campus without faults approves what can be paid, and nobody decides alone")
    func faultless() async throws {
        let plan = SimulationPlan(seed: 3, terminals: 2, days: 1, salesPerDay: 30, faults: [])
        let report = try await CampusSimulation.run(plan)
        #expect(report.violations.isEmpty)
        #expect(report.tally.approved >= 50)
        #expect(report.tally.approvedPurse > 0)
        #expect(report.tally.approvedCode > 0)
        #expect(report.tally.approvedAlone == 0)
        #expect(report.tally.faults == 0)
    }

    @Test("a failing run is made smaller and still fails")
    func minimized() async throws {
        let plan = SimulationPlan(seed: 1, terminals: 2, days: 2, salesPerDay: 20)
        let report = try await CampusSimulation.run(plan, sabotage: .forgottenOrders)
        let failed = try #require(report.violations.first)
        let minimization = Minimization(promise: failed.promise, sabotage: .forgottenOrders, limit: .seconds(60))
        let smallest = await minimization.smallest(from: report)
        #expect(smallest.violations.contains { $0.promise == failed.promise })
        #expect(smallest.incidents < report.incidents)
        #expect(smallest.plan.days == 1)
        // Only the cashier who rings an order up again is needed for this flaw.
        #expect(smallest.plan.faults == [.repetition])
        let again = try await CampusSimulation.run(smallest.plan, sabotage: .forgottenOrders)
        #expect(again.fingerprint == smallest.fingerprint)
    }
}
