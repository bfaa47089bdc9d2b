import Foundation
import HTTPTypes
import Hub
import HubProtocol
import Payments
import TestSupport
import Testing

@Suite("Changes feed")
struct FeedTests {
    let hub: HubFixture
    let terminal: TestTerminal

    init() async throws {
        hub = try await HubFixture.open()
        terminal = try await hub.terminal([try await hub.merchant()])
    }

    /// What a terminal knows after applying pages.
    struct Replica: Equatable {
        var accounts: [AccountID: AccountMessage] = [:]
        var cards: [CardID: CardMessage] = [:]
        var hotList: [CardID: Int] = [:]
        var keys: [UInt8: CodeKeyMessage] = [:]

        mutating func apply(_ change: ChangeMessage) {
            if let account = change.account { accounts[account.id] = account }
            if let card = change.card { cards[card.id] = card }
            if let entry = change.hotList { hotList[entry.card] = entry.reason }
            if let key = change.codeKey { keys[key.keyID] = key }
        }
    }

    private func replicate(limit: Int) async throws -> (Replica, UInt64, pages: Int) {
        var replica = Replica()
        var cursor: UInt64 = 0
        var pages = 0
        while true {
            let page = try await terminal.changes(after: cursor, limit: limit)
            #expect(page.changes.count <= limit)
            #expect(page.changes.map(\.cursor) == page.changes.map(\.cursor).sorted())
            #expect(page.changes.allSatisfy { $0.cursor > cursor })
            for change in page.changes { replica.apply(change) }
            cursor = page.cursor
            pages += 1
            if !page.more { return (replica, cursor, pages) }
        }
    }

    @Test("small pages and one large page give the same state", arguments: [1, 2, 3, 7])
    func pages(limit: Int) async throws {
        for number in 1...6 { try await hub.account(UInt64(number), fen: Int64(number) * 100) }
        for number in [2, 4] as [UInt64] {
            try await hub.operate(.post, "/cards/\(HubFixture.card(number).text)/lost", as: CardSummary.self)
        }
        try await hub.operate(.post, "/cards/\(HubFixture.card(2).text)/found", as: CardSummary.self)
        try await hub.operate(.post, "/accounts/3/freeze", as: AccountSummary.self)
        let small = try await replicate(limit: limit)
        let large = try await replicate(limit: 2000)
        #expect(small.0 == large.0)
        #expect(small.1 == large.1)
        #expect(large.pages == 1)
        #expect(large.0.accounts.count == 6)
        #expect(large.0.cards.count == 6)
        #expect(large.0.hotList == [HubFixture.card(4): DeclineReason.cardReportedLost.rawValue])
        #expect(large.0.keys.count == 1)
    }

    @Test("when nothing changed the page is empty and the cursor stays")
    func nothingNew() async throws {
        try await hub.account(1)
        let page = try await terminal.changes()
        let next = try await terminal.changes(after: page.cursor)
        #expect(next.changes.isEmpty)
        #expect(next.cursor == page.cursor)
        #expect(!next.more)
    }

    @Test("balances and the acknowledgement of a page are of one moment, while batches arrive")
    func consistent() async throws {
        let account = try await hub.account(1, fen: 100_000)
        for _ in 0..<60 { try terminal.write(.approved, account, fen: 10) }
        let terminal = self.terminal
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for sequence in 1...60 { try await terminal.deliver(UInt64(sequence)...UInt64(sequence)) }
            }
            group.addTask {
                var acknowledged: UInt64 = 0
                while acknowledged < 60 {
                    let page = try await terminal.changes()
                    acknowledged = page.acknowledged.sequence
                    let balance = page.changes.compactMap(\.account).first?.balanceFen
                    #expect(balance == 100_000 - Int64(acknowledged) * 10)
                }
            }
            try await group.waitForAll()
        }
    }

    @Test("holds are not in the feed's balances")
    func holds() async throws {
        try await hub.account(1, fen: 500)
        _ = try await terminal.hold(terminal.holdRequest(terminal.mint(), number: 1, fen: 200))
        let page = try await terminal.changes()
        #expect(page.changes.compactMap(\.account).map(\.balanceFen) == [500])
    }

    @Test(
        "a cursor or limit out of bounds is refused",
        arguments: ["after=-1", "after=x", "after=9223372036854775808", "limit=0", "limit=2001", "limit="])
    func bounds(query: String) async throws {
        let refusal = try await terminal.ask(.get, "/v1/changes?\(query)").refusal()
        #expect(refusal.refusal == .malformedRequest)
    }

    @Test("promise 9: a cursor that this hub never gave out is refused, so that an older hub cannot roll lists back")
    func future() async throws {
        let cursor = try await terminal.changes().cursor
        let refusal = try await terminal.ask(.get, "/v1/changes?after=\(cursor + 1)").refusal()
        #expect(refusal.refusal == .cursorTooOld)
    }

    @Test("a cursor of a hub that was lost is refused by its older copy, also when the copy's feed has passed it")
    func restoredFromCopy() async throws {
        try await hub.account(1, fen: 100)
        let kept = try await terminal.changes().cursor
        let folder = try TemporaryDirectory()
        try await hub.hub.close()
        let copied = folder.file("hub.sqlite")
        try FileManager.default.copyItem(atPath: hub.configuration.databasePath, toPath: copied)
        func open(_ path: String, random: UInt64) async throws -> HubFixture {
            var configuration = hub.configuration
            configuration.databasePath = path
            return HubFixture.adopt(
                try await HubApplication.open(
                    configuration, codeIssuer: { PlainCodeIssuer(key: $0) }, clock: hub.clock,
                    random: CountingHubRandom(from: random), peers: TestPeers(), logger: .quiet),
                directory: folder, configuration: configuration, clock: hub.clock)
        }
        // What the lost hub gave out after the copy was made, and the copy never did.
        let lost = try await open(hub.configuration.databasePath, random: 1 << 24)
        for number in 2...3 as ClosedRange<UInt64> { try await lost.account(number) }
        let given = try await terminal.moved(to: lost).changes(after: kept).cursor
        try await lost.hub.close()

        let restored = try await open(copied, random: 1 << 40)
        for number in 4...9 as ClosedRange<UInt64> { try await restored.account(number) }
        let moved = terminal.moved(to: restored)
        let page = try await moved.changes(after: kept)
        #expect(page.cursor > given)
        #expect(page.changes.compactMap(\.account?.id.number) == [4, 5, 6, 7, 8, 9])
        #expect(try await moved.ask(.get, "/v1/changes?after=\(given)").refusal().refusal == .cursorTooOld)
        // A start in order makes nobody fetch everything again.
        try await restored.hub.close()
        let next = try await open(copied, random: 7 << 30)
        let later = try await terminal.moved(to: next).changes(after: page.cursor)
        #expect(later.changes.isEmpty && later.cursor == page.cursor)
        try await next.hub.close()
    }

    @Test("a terminal without a journal gets no feed")
    func noJournal() async throws {
        try await hub.operate(
            .post, "/terminals/\(terminal.credentials.id)/reset-journal", as: TerminalSummary.self)
        #expect(try await terminal.ask(.get, "/v1/changes").refusal().refusal == .journalUnknown)
    }
}
