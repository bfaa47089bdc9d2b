import CampusSimulation
import Testing

/// Every checker can fail: a deliberately wrong build is caught by it within some seeds.
@Suite("Wrong builds are caught", .serialized, .timeLimit(.minutes(20))) struct SabotageTests {
    /// Seeds that a wrong build has at most.
    private static let seeds: ClosedRange<UInt64> = 1...25

    @Test("a wrong build is caught by the checker of its promise", arguments: Sabotage.allCases)
    func caught(_ sabotage: Sabotage) async throws {
        for seed in Self.seeds {
            let report = try await CampusSimulation.run(Self.plan(sabotage, seed: seed), sabotage: sabotage)
            if report.violations.contains(where: { $0.checker == sabotage.checker }) { return }
        }
        Issue.record("nobody noticed \(sabotage) in \(Self.seeds.count) seeds")
    }

    /// A campus on which the wrong build has something to do.
    private static func plan(_ sabotage: Sabotage, seed: UInt64) -> SimulationPlan {
        switch sabotage {
        case .lowerPolicyCheck:
            SimulationPlan(seed: seed, terminals: 1, days: 2, salesPerDay: 150, faults: [.partition])
        case .forgottenCodes:
            SimulationPlan(
                seed: seed, terminals: 2, days: 1, salesPerDay: 60, faults: [.codeReuse, .partition, .delay])
        case .laggingStandby:
            SimulationPlan(seed: seed, terminals: 2, days: 2, salesPerDay: 20, faults: [.failover])
        case .refundedTwice, .onePerson, .unsettledLine:
            SimulationPlan(seed: seed, terminals: 2, days: 1, salesPerDay: 40, faults: [.correction])
        case .stalePolicy, .ignoredPIN:
            SimulationPlan(seed: seed, terminals: 2, days: 1, salesPerDay: 60, faults: [.policy])
        default: SimulationPlan(seed: seed, terminals: 2, days: 1, salesPerDay: 40)
        }
    }

    @Test("every checker has a wrong build")
    @SimulationActor func complete() {
        let checkers = CampusSimulation.checkers().map(\.name)
        #expect(Set(checkers) == Set(Sabotage.allCases.map(\.checker)))
    }
}
