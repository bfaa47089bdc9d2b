import HubProtocol
import Payments
import Terminal
import Testing

@testable import Ledger

@Suite("Offline allowances (promise 6)")
struct OfflineAllowanceTests {
    private static func authorizer(
        cardAmount: Int64 = 1000, cardCount: Int = 100, terminalAmount: Int64 = 100_000, terminalCount: Int = 100
    ) -> Authorizer {
        Authorizer(
            policy: OfflinePolicy(
                permitted: true, unprovenCards: false, floorLimit: Amount(fen: 1000),
                cardAmount: Amount(fen: cardAmount), cardCount: cardCount, terminalAmount: Amount(fen: terminalAmount),
                terminalCount: terminalCount, contactAge: .seconds(3600)))
    }

    @Test("a card's offline amount is used up exactly, and not given back by a restart")
    func cardAmount() async throws {
        let rules = Self.authorizer(cardAmount: 1000)
        var file = try JournalFile()
        var ledger = try await file.openFilled()
        try await ledger.sell(fen: 600, authorizer: rules)
        #expect(try await ledger.sell(fen: 401, authorizer: rules).decision.reason == .cardOfflineAmountExceeded)
        try await ledger.close()
        ledger = try file.open()
        #expect(try await ledger.sell(fen: 401, authorizer: rules).decision.reason == .cardOfflineAmountExceeded)
        file = try file.copiedAsAfterCrash()
        ledger = try file.open()
        #expect(try await ledger.sell(fen: 401, authorizer: rules).decision.reason == .cardOfflineAmountExceeded)
        #expect(try await ledger.sell(fen: 400, authorizer: rules).decision.isApproved)
        #expect(try await ledger.sell(fen: 1, authorizer: rules).decision.reason == .cardOfflineAmountExceeded)
        #expect(try await ledger.sell(fen: 1, Campus.cardEvidence(2), authorizer: rules).decision.isApproved)
    }

    @Test("a card's number of offline sales is exact")
    func cardCount() async throws {
        let rules = Self.authorizer(cardCount: 3)
        let file = try JournalFile()
        let ledger = try await file.openFilled()
        for _ in 0..<3 { #expect(try await ledger.sell(fen: 1, authorizer: rules).decision.isApproved) }
        #expect(try await ledger.sell(fen: 1, authorizer: rules).decision.reason == .cardOfflineCountExceeded)
    }

    @Test("a card and a code of one account share its allowance")
    func cardAndCode() async throws {
        let rules = Self.authorizer(cardCount: 2)
        let file = try JournalFile()
        let ledger = try await file.openFilled()
        #expect(try await ledger.sell(fen: 1, authorizer: rules).decision.isApproved)
        #expect(try await ledger.sell(fen: 1, Campus.code(1), authorizer: rules).decision.isApproved)
        #expect(
            try await ledger.sell(fen: 1, Campus.code(2), authorizer: rules).decision.reason
                == .cardOfflineCountExceeded)
    }

    @Test("the terminal's amount and number are exact, across restarts, and freed by the acknowledgement alone")
    func terminalAllowance() async throws {
        let rules = Self.authorizer(terminalAmount: 500, terminalCount: 3)
        let file = try JournalFile()
        var ledger = try await file.openFilled()
        try await ledger.sell(fen: 200, Campus.cardEvidence(1), authorizer: rules)
        try await ledger.sell(fen: 200, Campus.cardEvidence(2), authorizer: rules)
        let third = Campus.cardEvidence(3)
        #expect(
            try await ledger.sell(fen: 101, third, authorizer: rules).decision.reason == .terminalOfflineAmountExceeded)
        try await ledger.close()
        ledger = try file.open()
        #expect(
            try await ledger.sell(fen: 101, third, authorizer: rules).decision.reason == .terminalOfflineAmountExceeded)
        #expect(try await ledger.sell(fen: 100, third, authorizer: rules).decision.isApproved)
        #expect(
            try await ledger.sell(fen: 1, third, authorizer: rules).decision.reason == .terminalOfflineCountExceeded)

        let first = try #require(try await ledger.records(after: 0, limit: 1).first)
        try await ledger.acknowledge(Acknowledgement(sequence: 1, hash: first.hash))
        #expect(
            try await ledger.view(of: third).terminalOffline
                == LedgerView.OfflineUse(amount: Amount(fen: 300), count: 2))
        #expect(
            try await ledger.sell(fen: 201, third, authorizer: rules).decision.reason == .terminalOfflineAmountExceeded)
        #expect(try await ledger.sell(fen: 200, third, authorizer: rules).decision.isApproved)
        #expect(try await ledger.verify().findings == [])
    }

    @Test("a card's allowance is freed when the replica contains its sales, not by the acknowledgement")
    func freedByReplica() async throws {
        let rules = Self.authorizer(cardAmount: 1000)
        let file = try JournalFile()
        let ledger = try await file.openFilled(balance: 5000)
        try await ledger.sell(fen: 700, authorizer: rules)
        let delivered = try await ledger.acknowledgedNow
        try await ledger.sell(fen: 100, authorizer: rules)
        try await ledger.acknowledge(delivered)
        var view = try await ledger.view(of: Campus.cardEvidence())
        #expect(view.cardOffline == LedgerView.OfflineUse(amount: Amount(fen: 800), count: 2))
        #expect(view.undelivered == Amount(fen: 100), "a delivered sale must not be told to the hub as still to come")
        #expect(view.account?.available == Amount(fen: 4200))

        let cursor = await ledger.cursor()
        try await ledger.apply(
            ChangesPage(
                changes: [
                    ChangeMessage(
                        cursor: cursor + 1,
                        account: AccountMessage(id: Campus.account(), status: .active, balance: Amount(fen: 4300)))
                ], cursor: cursor + 1, more: false, acknowledged: delivered, hubTime: Campus.morning), after: cursor)
        view = try await ledger.view(of: Campus.cardEvidence())
        #expect(view.cardOffline == LedgerView.OfflineUse(amount: Amount(fen: 100), count: 1))
        #expect(view.account?.available == Amount(fen: 4200))
        #expect(try await ledger.verify().findings == [])
    }

    @Test("sales with a hold lower what is available and use no offline allowance")
    func heldSales() async throws {
        let file = try JournalFile()
        let ledger = try await file.openFilled(balance: 5000)
        let concluded = try await ledger.sell(
            fen: 2000, hub: .held(account: Campus.account(), available: Amount(fen: 1234)))
        #expect(concluded.decision == .approved(.online))
        #expect(concluded.available == Amount(fen: 1234))
        let view = try await ledger.view(of: Campus.cardEvidence())
        #expect(view.cardOffline == LedgerView.OfflineUse())
        #expect(view.terminalOffline == LedgerView.OfflineUse())
        #expect(view.account?.available == Amount(fen: 3000))
    }

    @Test("the record names the hub's account when the hub held, and the replica's otherwise")
    func accountOfRecord() async throws {
        let file = try JournalFile()
        let ledger = try await file.openFilled()
        let hold = HubAnswer.held(account: Campus.account(42), available: .zero)
        #expect(try await ledger.sell(hub: hold).record.sale?.account == Campus.account(42))
        #expect(try await ledger.sell(Campus.code(1), hub: hold).record.sale?.account == Campus.account(42))
        #expect(try await ledger.sell().record.sale?.account == Campus.account(1))
        #expect(try await ledger.sell(Campus.code(2, account: 2)).record.sale?.account == Campus.account(2))
        #expect(try await ledger.sell(Campus.cardEvidence(99)).record.sale?.account == nil)
        #expect(try await ledger.sell(hub: .declined(.insufficientFunds)).record.sale?.account == Campus.account(1))
        #expect(try await ledger.verify().findings == [])
    }

    @Test("a clock that was set back is distrusted for more than one sale, until the hub's time corrects it")
    func clockSetBack() async throws {
        let file = try JournalFile()
        var ledger = try await file.openFilled()
        let fast = Campus.morning.advanced(by: .seconds(1800))
        #expect(try await ledger.sell(now: fast).decision.isApproved)
        for _ in 0..<3 {
            #expect(try await ledger.sell(now: Campus.morning).decision.reason == .clockNotTrusted)
        }
        try await ledger.close()
        ledger = try file.open()
        #expect(try await ledger.sell(now: Campus.morning).decision.reason == .clockNotTrusted)
        let cursor = await ledger.cursor()
        try await ledger.apply(
            ChangesPage(
                changes: [], cursor: cursor, more: false, acknowledged: try await ledger.acknowledgedNow,
                hubTime: Campus.morning.advanced(by: .seconds(5))), after: cursor)
        #expect(try await ledger.sell(now: Campus.morning).decision.isApproved)
    }
}
