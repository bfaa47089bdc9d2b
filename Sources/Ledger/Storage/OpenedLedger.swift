import GRDB
import HubProtocol
import Payments
import Terminal

/// A journal that is open, checked and ready: what stands between the file and the first tap.
struct OpenedLedger {
    /// Records whose hashes are recomputed after an unclean stop. A torn write can only have hit the newest ones;
    /// a thousand are read in a few milliseconds. The whole chain is what `verify()` is for.
    static let tailRecords: UInt64 = 1000

    let connection: DatabaseQueue
    let name: JournalName
    let standing: Standing
    let numbers: TraceNumbers
    let session: TerminalSession
    /// See ``SessionTable/contest(_:)``.
    let contested: Int64?

    /// - Parameter now: the time, from the newest stored point and the newest time that the journal knows.
    init(
        path: String, terminal: TerminalID, reservationWindow: UInt64, now: (ClockPoint?, UnixTime?) -> UnixTime
    ) throws(LedgerError) {
        let connection = try LedgerFile.connect(path)
        do {
            let row = try connection.writeWithoutTransaction { try StateRow($0) }
            guard row.terminal == terminal else { throw LedgerError(.wrongTerminal) }
            let name = JournalName(terminal: row.terminal, journal: row.journal)
            // A file that is not ours, or damaged, is not rebuilt.
            if row.running { try connection.writeWithoutTransaction(Self.checkIntegrity) }
            try Schema.migrate(connection)
            try connection.writeWithoutTransaction { database in
                try Self.checkTail(database, name: name, row: row, count: row.running ? Self.tailRecords : 1)
            }
            let reserved = row.reservedThrough
            let point = try connection.writeWithoutTransaction { try ClockPointTable.point($0) }
            let now = now(point, [row.lastHubContact, row.newestDecision].compactMap { $0 }.max())
            let standing = try Self.start(
                connection, name: name, row: row, reservationWindow: reservationWindow, now: now)
            self.connection = connection
            self.name = name
            self.standing = standing
            var numbers = TraceNumbers(last: reserved, reservedThrough: standing.row.reservedThrough)
            (session, contested) = try connection.write { database in
                let number = try SessionTable.begin(database)
                let session = TerminalSession(number: number, instance: .random(in: .min ... .max))
                return (session, try SessionTable.contest(database))
            }
            if contested != nil { numbers.stop() }
            self.numbers = numbers
        } catch {
            throw LedgerError(storage: error)
        }
    }

    /// One commit: a record for every number that has none, which is an unknown one where a card may have been asked
    /// for its own money and a void elsewhere, a fresh reservation, and the mark of a running process.
    private static func start(
        _ connection: DatabaseQueue, name: JournalName, row: StateRow, reservationWindow: UInt64, now: UnixTime
    ) throws -> Standing {
        try connection.write { database in
            let unsent = try UnsentTotals(database, after: row.acknowledged.sequence, through: row.head.sequence)
            var standing = Standing(row: row, unsent: unsent)
            let missing = try JournalTable.missingTraces(
                database, through: row.reservedThrough, records: row.head.sequence)
            for trace in missing {
                let transaction = name.transaction(trace)
                let intent = try CardIntentTable.intent(database, transaction)
                let record = JournalRecord(
                    sequence: standing.row.head.sequence + 1, transaction: transaction,
                    outcome: intent == nil ? .voided : .unknown, sale: intent?.sale, decidedAt: now,
                    replicaCursor: row.replicaCursor)
                let hash = standing.append(record)
                try JournalTable.append(record, hash: hash, to: database)
            }
            standing.row.reservedThrough = row.reservedThrough + reservationWindow
            standing.row.running = true
            standing.hotList = try HotListTable.index(database)
            try standing.row.update(database)
            return standing
        }
    }

    static func checkIntegrity(_ database: Database) throws {
        let answer = try String.fetchOne(database, sql: "PRAGMA integrity_check(1)")
        guard answer == "ok" else { throw LedgerError(.damaged, detail: "integrity check") }
    }

    /// Recomputes the chain over the newest `count` records, up to the head that the state row names.
    private static func checkTail(_ database: Database, name: JournalName, row: StateRow, count: UInt64) throws {
        let start = row.head.sequence > count ? row.head.sequence - count : 0
        guard var hash = try JournalTable.hash(database, of: name, at: start) else {
            throw LedgerError(.damaged, detail: "record \(start)")
        }
        var sequence = start
        for archived in try JournalTable.records(database, of: name, after: start, limit: Int(count) + 1) {
            sequence += 1
            hash = hash.following(archived.record)
            guard archived.record.sequence == sequence, archived.hash == hash else {
                throw LedgerError(.damaged, detail: "record \(sequence)")
            }
        }
        guard sequence == row.head.sequence, hash == row.head.hash else {
            throw LedgerError(.damaged, detail: "the newest record is not the one that was written last")
        }
    }
}
