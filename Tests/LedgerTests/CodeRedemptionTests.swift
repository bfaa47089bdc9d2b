import HubProtocol
import Payments
import Terminal
import Testing

@testable import Ledger

@Suite("A payment code debits once at a terminal (promise 8)")
struct CodeRedemptionTests {
    @Test("a code that paid is refused, also after a crash and after the hub has the record")
    func secondUse() async throws {
        var file = try JournalFile()
        var ledger = try await file.openFilled()
        #expect(try await ledger.sell(Campus.code(.max)).decision.isApproved)
        #expect(try await ledger.sell(Campus.code(.max)).decision == .declined(.codeReplayed, .local))
        let hold = HubAnswer.held(account: Campus.account(), available: .zero)
        #expect(try await ledger.sell(Campus.code(.max), hub: hold).decision == .declined(.codeReplayed, .local))
        file = try file.copiedAsAfterCrash()
        ledger = try file.open()
        try await ledger.acknowledge(try await ledger.acknowledgedNow)
        #expect(try await ledger.view(of: Campus.code(.max)).codeUsed)
        #expect(try await ledger.sell(Campus.code(.max)).decision == .declined(.codeReplayed, .local))
        #expect(try await ledger.sell(Campus.code(0)).decision.isApproved)
    }

    @Test("a code that was declined can still pay")
    func declinedCode() async throws {
        let file = try JournalFile()
        let ledger = try await file.openFilled()
        #expect(try await ledger.sell(fen: 4000, Campus.code(5)).decision.reason == .floorLimitExceeded)
        #expect(try await !ledger.view(of: Campus.code(5)).codeUsed)
        #expect(try await ledger.sell(fen: 400, Campus.code(5)).decision.isApproved)
    }

    @Test("one code at many lanes at once pays once")
    func manyLanes() async throws {
        let file = try JournalFile()
        let ledger = try await file.openFilled()
        let decisions = try await withThrowingTaskGroup(of: Decision.self) { group in
            for _ in 0..<12 { group.addTask { try await ledger.sell(Campus.code(77)).decision } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(decisions.count(where: \.isApproved) == 1)
        #expect(decisions.count(where: { $0.reason == .codeReplayed }) == 11)
        #expect(try await ledger.verify().findings == [])
    }
}
