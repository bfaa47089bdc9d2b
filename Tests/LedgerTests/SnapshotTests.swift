import GRDB
import HubProtocol
import Payments
import Terminal
import TestSupport
import Testing

@testable import Ledger

@Suite("Snapshots of the replica (promise 9)") struct SnapshotTests {
    private static let hotCard = HotListHub.card(3)

    private static func filledHub(_ count: UInt64 = 700) throws -> HotListHub {
        var hub = try HotListHub()
        for number in 1...count {
            hub.setAccount(number, balance: Int64(number) * 100)
            hub.set(HotListHub.card(number), .cardReportedLost)
        }
        return hub
    }

    private static func open(_ file: JournalFile, pinning hub: HotListHub) async throws -> SQLiteLedger {
        let ledger = try file.open()
        try await ledger.pin(hubKey: hub.key.verifyingKey)
        return ledger
    }

    private static func expectRefused(
        _ code: LedgerError.Code, _ page: SnapshotPage, by ledger: SQLiteLedger,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async {
        await #expect(throws: LedgerError(code), sourceLocation: sourceLocation) {
            try await ledger.stage(page, after: nil)
        }
    }

    /// One step of fetching, as the sync service does it.
    ///
    /// - Returns: whether the replica in force is current.
    @discardableResult
    private static func step(_ ledger: SQLiteLedger, _ hub: HotListHub, limit: Int = 150) async throws -> Bool {
        let acknowledged = try await ledger.acknowledgedNow
        switch try await ledger.nextFetch() {
        case .changes(let cursor):
            let page = try hub.changes(after: cursor, limit: limit, acknowledged: acknowledged)
            try await ledger.apply(page, after: cursor)
            return !page.more
        case .snapshot(let position):
            try await ledger.stage(
                try hub.snapshot(after: position, limit: limit, acknowledged: acknowledged), after: position)
        case .changesOfSnapshot(let cursor, _):
            try await ledger.stage(
                try hub.changes(after: cursor, limit: limit, acknowledged: acknowledged), after: cursor)
        }
        return false
    }

    private static func requireLevel(_ ledger: SQLiteLedger, _ hub: HotListHub) async throws {
        #expect(await ledger.cursor() == hub.cursor)
        let index = await ledger.standing.hotList
        #expect(index.count == hub.hotList.count)
        for number in 1...800 as ClosedRange<UInt64> {
            let card = HotListHub.card(number)
            let view = try await ledger.view(of: .card(CardEvidence(card: card, proof: .proven)))
            #expect(view.hotListed == hub.hotList[card], "card \(number)")
        }
        #expect(try await ledger.read(HotListTable.state).summary == hub.state.summary)
        let balances = try await ledger.read { database in
            try hub.accounts.map { try ReplicaTables.account(database, $0.key)?.balance.fen == $0.value.balance }
        }
        #expect(balances.allSatisfy { $0 })
        #expect(try await ledger.figures().accounts == hub.accounts.count)
    }

    @Test("a snapshot read while the hub goes on working ends as the hub's own state", arguments: [1, 2, 3, 4])
    func consistent(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        var hub = try Self.filledHub()
        let ledger = try await Self.open(try JournalFile(), pinning: hub)
        try await ledger.wantSnapshot()
        var isLevel = false
        while !isLevel {
            isLevel = try await Self.step(ledger, hub, limit: .random(in: 40...300, using: &generator))
            guard !isLevel else { break }
            for _ in 0..<Int.random(in: 0...20, using: &generator) {
                let number = UInt64.random(in: 1...800, using: &generator)
                switch Int.random(in: 0...2, using: &generator) {
                case 0: hub.set(HotListHub.card(number), nil)
                case 1: hub.set(HotListHub.card(number), .cardReportedStolen)
                default: hub.setAccount(number, balance: .random(in: 0...100_000, using: &generator))
                }
            }
        }
        while try await !Self.step(ledger, hub) {}
        try await Self.requireLevel(ledger, hub)
    }

    @Test("until it is in force, taps see the old replica; a power cut at any step leaves old or new, and it goes on")
    func atomic() async throws {
        var old = try HotListHub()
        old.setAccount(1, balance: 4200)
        old.set(Self.hotCard, .cardReportedStolen)
        var file = try JournalFile()
        var ledger = try await Self.open(file, pinning: old)
        while try await !Self.step(ledger, old) {}
        // The hub went on for long, and has forgotten how.
        var hub = old
        for number in 1...700 as ClosedRange<UInt64> {
            hub.setAccount(number, balance: 100)
            hub.set(HotListHub.card(number), number == 3 ? nil : .cardReportedLost)
        }
        try await ledger.wantSnapshot()
        var steps = 0
        while await ledger.cursor() != hub.cursor {
            #expect(
                try await ledger.view(of: .card(CardEvidence(card: Self.hotCard, proof: .proven))).hotListed
                    == .cardReportedStolen)
            #expect(try await ledger.figures().accounts == 1)
            file = try file.copiedAsAfterCrash()
            ledger = try file.open()
            try await Self.step(ledger, hub)
            steps += 1
        }
        #expect(steps > 8)
        file = try file.copiedAsAfterCrash()
        ledger = try file.open()
        _ = try await ledger.nextFetch()
        try await Self.requireLevel(ledger, hub)
        let tables = try await ledger.read { database in
            try String.fetchAll(
                database, sql: "SELECT name FROM sqlite_schema WHERE name LIKE 'old%' OR name LIKE 'staged%'")
        }
        #expect(tables.isEmpty)
        // And once more, so that the tables that took the others' places can be replaced themselves.
        try await ledger.wantSnapshot()
        while try await !Self.step(ledger, hub) {}
        try await Self.requireLevel(ledger, hub)
    }

    @Test("a snapshot of an older version, with another list than the signed one, or of a forger never comes in force")
    func refused() async throws {
        let hub = try Self.filledHub(300)
        let ledger = try await Self.open(try JournalFile(), pinning: hub)
        while try await !Self.step(ledger, hub) {}
        try await ledger.wantSnapshot()
        let acknowledged = try await ledger.acknowledgedNow
        var page = try hub.snapshot(after: nil, limit: 2000, acknowledged: acknowledged)
        page.hotList = try HotListHub(seed: 7).signed(hub.state.summary)
        await Self.expectRefused(.hotListForged, page, by: ledger)
        page.hotList = try Self.filledHub(200).signed(try Self.filledHub(200).state.summary)
        await Self.expectRefused(.hotListRolledBack, page, by: ledger)

        _ = try await Self.step(ledger, hub, limit: 2000)
        var listed = try hub.snapshot(after: "h:", limit: 2000, acknowledged: acknowledged)
        listed.changes.remove(at: 17)
        try await ledger.stage(listed, after: "h:")
        let last = try hub.changes(after: hub.cursor, acknowledged: acknowledged)
        await #expect(throws: LedgerError(.hotListContradicted)) { try await ledger.stage(last, after: hub.cursor) }
        #expect(try await ledger.figures().hotListed == 300)

        try await ledger.wantSnapshot()
        while try await !Self.step(ledger, hub) {}
        #expect(await ledger.standing.hotList.count == 300)
    }

    @Test("a page that does not follow changes nothing")
    func order() async throws {
        let hub = try Self.filledHub(300)
        let ledger = try await Self.open(try JournalFile(), pinning: hub)
        let acknowledged = try await ledger.acknowledgedNow
        let first = try hub.snapshot(after: nil, limit: 100, acknowledged: acknowledged)
        await #expect(throws: LedgerError(.snapshotDoesNotFollow)) { try await ledger.stage(first, after: nil) }
        try await ledger.wantSnapshot()
        try await ledger.stage(first, after: nil)
        await #expect(throws: LedgerError(.snapshotDoesNotFollow)) { try await ledger.stage(first, after: nil) }
        let changes = try hub.changes(after: first.cursor, acknowledged: acknowledged)
        await #expect(throws: LedgerError(.snapshotDoesNotFollow)) {
            try await ledger.stage(changes, after: first.cursor)
        }
        while try await !Self.step(ledger, hub) {}
        #expect(try await ledger.figures().hotListed == 300)
    }

    @Test("taps go first between the commits of a snapshot, and all of them are sold")
    func tapsGoOn() async throws {
        var hub = try HotListHub()
        for number in 1...1500 as ClosedRange<UInt64> { hub.setAccount(number, balance: 1000) }
        let file = try JournalFile()
        let ledger = try await file.openFilled(balance: 100_000)
        try await ledger.pin(hubKey: hub.key.verifyingKey)
        try await ledger.wantSnapshot()
        let acknowledged = try await ledger.acknowledgedNow
        let page = try hub.snapshot(after: nil, limit: 2000, acknowledged: acknowledged)
        let before = await ledger.commitCount
        async let staged: Void = ledger.stage(page, after: nil)
        var sales = 0
        for _ in 0..<20 {
            if case .approved = try await ledger.sell(hub: .held(account: Campus.account(), available: .zero)).decision
            {
                sales += 1
            }
        }
        try await staged
        #expect(sales == 20)
        #expect(await ledger.commitCount - before >= 20 + page.changes.count / SQLiteLedger.snapshotStep)
        #expect(try await ledger.verify().findings.isEmpty)
    }
}
