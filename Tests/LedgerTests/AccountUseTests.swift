import GRDB
import HubProtocol
import Payments
import Terminal
import TestSupport
import Testing

@testable import Ledger

@Suite("Totals of accounts equal what the journal adds up to (promise 6)") struct AccountUseTests {
    private static let accounts: ClosedRange<UInt64> = 1...3
    private static let unlimited = Amount(fen: .max / 4)
    /// Approves alone whatever the account can pay, so that most sales count.
    private static let authorizer: Authorizer = {
        var authorizer = Authorizer(
            policy: OfflinePolicy(
                permitted: true, unprovenCards: false, floorLimit: .saleMaximum, cardAmount: unlimited,
                cardCount: .max, terminalAmount: unlimited, terminalCount: .max, contactAge: .seconds(100 * 86_400)))
        authorizer.clock.backwardTolerance = .seconds(100 * 86_400)
        return authorizer
    }()

    /// A terminal at work, and the hub's side of it.
    private struct Line {
        var file: JournalFile
        var ledger: SQLiteLedger
        var hub: HotListHub
        var generator: SeededGenerator
        var now = Campus.morning
        var acknowledged = Acknowledgement(
            sequence: 0, hash: .genesis(terminal: Campus.terminal, journal: Campus.journal))
        var sold: [TransactionID] = []
        var unknown: [(TransactionID, JournalRecord.Sale)] = []
        var references = 0

        init(seed: UInt64) async throws {
            file = try JournalFile()
            ledger = try await file.openFilled(balance: 1_000_000)
            hub = try HotListHub()
            generator = SeededGenerator(seed: seed)
            try await ledger.pin(hubKey: hub.key.verifyingKey)
        }

        mutating func step() async throws {
            now = now.advanced(by: .seconds(Int.random(in: -40_000...60_000, using: &generator)))
            let number = UInt8.random(in: 1...3, using: &generator)
            let fen = Int64.random(in: 1...900, using: &generator)
            switch Int.random(in: 0..<14, using: &generator) {
            case 0..<4:
                let hub = HubAnswer.held(account: Campus.account(UInt64(number)), available: .zero)
                try await sell(fen, number, hub)
            case 4..<7: try await sell(fen, number, .none(.timedOut))
            case 7, 8:
                guard !unknown.contains(where: { $0.1.payer.card == Campus.card(number) }) else { return }
                let sale = Campus.load(fen, card: number)
                if fen.isMultiple(of: 2) { return _ = try await ledger.tap(sale) }
                unknown.append((try await ledger.tap(sale, .unknown).transaction, sale))
            case 9:
                guard let (subject, sale) = unknown.popLast() else { return }
                try await ledger.resolve(
                    subject, Bool.random(using: &generator) ? .happened : .didNotHappen, sale)
            case 10: try await refund()
            case 11: try await acknowledge()
            case 12: try await learn()
            default: try await restart()
            }
        }

        private mutating func sell(_ fen: Int64, _ card: UInt8, _ hub: HubAnswer) async throws {
            let concluded = try await ledger.sell(
                fen: fen, Campus.cardEvidence(card), hub: hub, now: now, authorizer: authorizer)
            if concluded.decision.isApproved { sold.append(concluded.record.transaction) }
        }

        private mutating func refund() async throws {
            guard let sale = sold.randomElement(using: &generator) else { return }
            references += 1
            let request = CorrectionRequest(
                reference: try #require(SaleReference(text: "refund-\(references)")),
                order: .refund(sale, amount: Amount(fen: Int64.random(in: 1...100, using: &generator))))
            _ = try await ledger.correct(
                try await ledger.mint(), request, rules: CorrectionRules(), now: now)
        }

        /// The hub gets some of what it does not have.
        private mutating func acknowledge() async throws {
            let records = try await ledger.records(after: acknowledged.sequence, limit: 7)
            guard let last = records.randomElement(using: &generator) else { return }
            acknowledged = Acknowledgement(sequence: last.record.sequence, hash: last.hash)
            try await ledger.acknowledge(acknowledged)
        }

        /// The hub tells the state of an account, or of all in a snapshot, as of what it has.
        private mutating func learn() async throws {
            let account = AccountMessage(
                id: Campus.account(UInt64.random(in: AccountUseTests.accounts, using: &generator)), status: .active,
                balance: Amount(fen: .random(in: 500_000...1_000_000, using: &generator)))
            let cursor = await ledger.cursor()
            if Bool.random(using: &generator) {
                return try await ledger.apply(
                    ChangesPage(
                        changes: [ChangeMessage(cursor: cursor + 1, account: account)], cursor: cursor + 1,
                        more: false, acknowledged: acknowledged, hubTime: Campus.morning), after: cursor)
            }
            let list = try hub.signed(hub.state.summary)
            let cards = AccountUseTests.accounts.map { number in
                ChangeMessage(
                    cursor: 1,
                    card: CardMessage(
                        id: Campus.card(UInt8(number)), account: Campus.account(number), status: .active))
            }
            try await ledger.wantSnapshot()
            try await ledger.stage(
                SnapshotPage(
                    changes: [ChangeMessage(cursor: 1, account: account)] + cards, cursor: cursor + 1, next: nil,
                    acknowledged: acknowledged, hotList: list, hubTime: Campus.morning), after: nil)
            try await ledger.stage(
                ChangesPage(
                    changes: [], cursor: cursor + 1, more: false, acknowledged: acknowledged, hotList: list,
                    hubTime: Campus.morning), after: cursor + 1)
        }

        private mutating func restart() async throws {
            if Bool.random(using: &generator) { try await ledger.close() }
            // A copy in both cases: a process that another test is starting may hold the closed file's lock.
            file = try file.copiedAsAfterCrash()
            ledger = try file.open()
        }
    }

    @Test(
        "whatever happens, through acknowledgements, snapshots, restarts, power cuts and clocks that jump",
        arguments: 1...12 as ClosedRange<UInt64>)
    func equalRecomputed(seed: UInt64) async throws {
        var line = try await Line(seed: seed)
        for _ in 0..<120 {
            try await line.step()
            for number in Self.accounts {
                try await Self.requireEqual(line.ledger, Campus.account(number), at: line.now)
            }
        }
        #expect(line.sold.count > 20)
        #expect(try await line.ledger.verify().findings == [])
        try await line.ledger.close()
        try Self.requireSameAfterMigration(line.file)
    }

    /// Compares what a decision would know with sums over the whole journal.
    private static func requireEqual(
        _ ledger: SQLiteLedger, _ account: AccountID, at now: UnixTime
    ) async throws {
        let acknowledged = try await ledger.figures().acknowledged
        let view = try await ledger.view(of: account, at: now)
        let day = CampusPolicy.startOfDay(now, offset: 28_800)
        try await ledger.read { database in
            let row = try ReplicaTables.account(database, account)
            let (asOf, balance) = (Int64(row?.asOf ?? 0), row?.balance.fen ?? 0)
            let number = Int64(account.number)
            func sum(_ what: String, _ condition: String, _ arguments: Int64...) throws -> Int64 {
                try Int64.fetchOne(
                    database,
                    sql: "SELECT coalesce(sum(\(what)), 0) FROM journal WHERE account = ? AND \(condition)",
                    arguments: StatementArguments([number] + arguments)) ?? 0
            }
            let counts = "sequence > ? AND (outcome = 1 OR verdict = 1) AND movement IN (1, 3, 4, 5)"
            let cash = "CASE WHEN movement >= 4 THEN subsidy - amount ELSE amount - subsidy END"
            let alone = "sequence > ? AND outcome = 1 AND movement = 1 AND path >= 2"
            let today = "decided_at >= ? AND outcome = 1 AND movement = 1"
            #expect(view.account?.available.fen == (row == nil ? nil : balance - (try sum(cash, counts, asOf))))
            #expect(view.cardOffline.amount.fen == (try sum("amount", alone, asOf)))
            #expect(Int64(view.cardOffline.count) == (try sum("1", alone, asOf)))
            #expect(view.undelivered.fen == (try sum("amount", alone, max(asOf, Int64(acknowledged)))))
            #expect(
                view.undeliveredSubsidy.fen == (try sum("subsidy", alone, max(asOf, Int64(acknowledged)))))
            #expect(view.today.amount.fen == (try sum("amount", today, day.milliseconds)))
            #expect(Int64(view.today.count) == (try sum("1", today, day.milliseconds)))
            let oldest = try Int64.fetchOne(
                database,
                sql: """
                    SELECT decided_at FROM journal WHERE sequence > ? AND outcome = 1 AND movement = 1 AND path >= 2
                    ORDER BY sequence LIMIT 1
                    """, arguments: [Int64(acknowledged)])
            #expect(view.oldestUnsentOffline?.milliseconds == oldest)
        }
    }

    /// The step that brings the totals makes the same rows of the journal as the ledger has appended.
    private static func requireSameAfterMigration(_ file: JournalFile) throws {
        let queue = try DatabaseQueue(path: file.path)
        defer { _ = try? queue.close() }
        func rows(_ database: Database) throws -> [Row] {
            try Row.fetchAll(database, sql: "SELECT * FROM account_use ORDER BY account, sequence")
        }
        let (appended, migrated) = try queue.write { database in
            let appended = try rows(database)
            try database.execute(
                sql: """
                    DROP TABLE account_use;
                    CREATE INDEX journal_debit ON journal (account);
                    CREATE INDEX journal_day ON journal (account);
                    """ + Schema.accountUse)
            return (appended, try rows(database))
        }
        #expect(appended == migrated && appended.count > 20)
    }

    @Test(
        "promise 5: totals that were changed, taken away or added are found",
        arguments: [
            "UPDATE account_use SET cash = cash - 1 WHERE sequence = 2", "DELETE FROM account_use WHERE sequence = 2",
            "UPDATE account_use SET offline_count = 0 WHERE sequence = 3",
            "INSERT INTO account_use SELECT 7, sequence, decided_at, newest, 1, 0, 0, 1, 0, 0, 0, 0 FROM account_use",
        ])
    func tampered(sql: String) async throws {
        let file = try JournalFile()
        let ledger = try await file.openFilled()
        for fen in 1...4 as ClosedRange<Int64> { try await ledger.sell(fen: fen) }
        try await ledger.close()
        try RawDatabase.execute(
            file.path, "DROP TRIGGER account_use_keeps_rows; DROP TRIGGER account_use_keeps_values;" + sql)
        #expect(try await file.open().verify().findings.contains { $0.contains("totals") })
    }

    @Test("the totals refuse to be changed")
    func appendOnly() async throws {
        let file = try JournalFile()
        let ledger = try await file.openFilled()
        try await ledger.sell()
        try await ledger.close()
        for sql in ["UPDATE account_use SET cash = 0", "DELETE FROM account_use"] {
            #expect(throws: DatabaseError.self) { try RawDatabase.execute(file.path, sql) }
        }
    }
}
