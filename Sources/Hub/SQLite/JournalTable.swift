import Foundation
import GRDB
import HubProtocol
import Payments

/// Journals and their records.
enum JournalTable {
    /// The journal that the terminal writes now.
    static func current(of terminal: TerminalID, _ db: Database) throws -> JournalState? {
        try db.row("SELECT * FROM journal WHERE terminal = ? AND current = 1", [terminal.text]).map(state)
    }

    /// A journal that the terminal writes or once wrote.
    static func find(_ journal: JournalID, of terminal: TerminalID, _ db: Database) throws -> JournalState? {
        try db.row("SELECT * FROM journal WHERE terminal = ? AND journal = ?", [terminal.text, journal.text])
            .map(state)
    }

    /// Starts a journal.
    static func insert(
        _ journal: JournalID, publicKey: [UInt8], terminal: TerminalID, now: UnixTime, _ db: Database
    ) throws -> Acknowledgement {
        let genesis = JournalHash.genesis(terminal: terminal, journal: journal)
        try db.run(
            """
            INSERT INTO journal (terminal, journal, public_key, current, registered_at, head)
            VALUES (?, ?, ?, 1, ?, ?)
            """,
            [terminal.text, journal.text, Data(publicKey), now.milliseconds, Data(genesis.bytes)])
        return Acknowledgement(sequence: 0, hash: genesis)
    }

    static func makeCurrent(_ journal: JournalState, _ db: Database) throws {
        try db.run("UPDATE journal SET current = 1 WHERE id = ?", [journal.row])
    }

    /// The stored hashes of the records from `first` to `last`, in order, as far as the hub has them.
    static func hashes(_ journal: JournalState, from first: UInt64, through last: UInt64, _ db: Database) throws
        -> [JournalHash]
    {
        try db.rows(
            "SELECT hash FROM record WHERE journal_id = ? AND sequence BETWEEN ? AND ? ORDER BY sequence",
            [journal.row, Int64(first), Int64(last)]
        ).map { try $0.journalHash("hash") }
    }

    /// The hash after the record before `sequence`; genesis before the first.
    static func hash(before sequence: UInt64, _ journal: JournalState, _ db: Database) throws -> JournalHash {
        let previous = sequence - 1
        if previous == journal.acknowledged.sequence { return journal.acknowledged.hash }
        if previous == 0 { return .genesis(terminal: journal.terminal, journal: journal.journal) }
        let row = try db.row(
            "SELECT hash FROM record WHERE journal_id = ? AND sequence = ?", [journal.row, Int64(previous)])
        guard let row else { throw HubStoreError(.damaged, detail: "record missing") }
        return try row.journalHash("hash")
    }

    /// Stores a record. The table's UNIQUE constraints stand behind every check made before (promise 2).
    static func insert(
        _ new: BatchVerifier.NewRecord, journal: JournalState, now: UnixTime, _ db: Database
    ) throws {
        let record = new.item.record
        try db.run(
            """
            INSERT INTO record (journal_id, sequence, transaction_id, outcome, amount_fen, canonical, hash,
                received_at, corrects)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                journal.row, Int64(record.sequence), record.transaction.blob, record.outcome.name,
                record.sale?.amount.fen, Data(new.item.canonicalBytes), Data(new.hash.bytes), now.milliseconds,
                record.sale?.movement.corrects?.blob,
            ])
    }

    /// Moves the acknowledgement forward.
    static func advance(
        _ journal: JournalState, to acknowledged: Acknowledgement, approvedCount: Int, approved: Amount, _ db: Database
    ) throws {
        invariant(acknowledged.sequence > journal.acknowledged.sequence, "an acknowledgement never goes back")
        try db.run(
            """
            UPDATE journal SET sequence = ?, head = ?, approved_count = approved_count + ?,
                approved_fen = approved_fen + ? WHERE id = ?
            """,
            [
                Int64(acknowledged.sequence), Data(acknowledged.hash.bytes), approvedCount, approved.fen, journal.row,
            ])
    }

    static func state(_ row: Row) throws -> JournalState {
        JournalState(
            row: try row.integer("id"), terminal: try row.identifier("terminal"),
            journal: try row.identifier("journal"), publicKey: try row.bytes("public_key"),
            acknowledged: Acknowledgement(sequence: try row.unsigned("sequence"), hash: try row.journalHash("head")))
    }
}

extension Outcome {
    /// The name in the `record` table.
    var name: String {
        switch self {
        case .approved: "approved"
        case .declined: "declined"
        case .voided: "voided"
        case .unknown: "unknown"
        case .resolved: "resolved"
        }
    }
}
