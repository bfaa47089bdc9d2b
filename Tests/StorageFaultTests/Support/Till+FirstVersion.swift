import CampusSimulation
import Foundation
import GRDB
import HubProtocol
import Payments
import TestSupport

@testable import Ledger

extension Till {
    /// A closed journal as version 1 of the schema held it, with some sales by card.
    static func ofFirstVersion() async throws -> Base {
        let till = try Till()
        // The key, and a database whose place the old one takes.
        try till.open()
        try await till.close()
        try FileManager.default.removeItem(atPath: till.path)
        let queue = try DatabaseQueue(path: till.path)
        try Schema.migrate(queue, to: 1)
        var hash = Campus.genesis.hash
        var rows: [(JournalRecord, JournalHash)] = []
        for number in UInt64(1)...12 {
            let record = sale(number)
            hash = hash.following(record)
            rows.append((record, hash))
            till.witness.minted(record.transaction)
            till.witness.stored(record)
        }
        try await queue.write { [rows] in try insert(rows, $0) }
        try queue.close()
        return Base(directory: till.directory, witness: till.witness)
    }

    private static func sale(_ number: UInt64) -> JournalRecord {
        JournalRecord(
            sequence: number,
            transaction: TransactionID(
                terminal: Campus.terminal, journal: Campus.journal, trace: TraceNumber(number)),
            outcome: .approved,
            sale: JournalRecord.Sale(
                amount: Amount(fen: Int64(number)), payer: .card(Campus.card(1), .proven),
                account: Campus.account(1), merchant: Campus.merchant, lane: Campus.lane,
                path: .offline(.unreachable)),
            decidedAt: Campus.morning, replicaCursor: 0)
    }

    private static func insert(_ rows: [(JournalRecord, JournalHash)], _ database: Database) throws {
        for (record, hash) in rows {
            let number = Int64(record.sequence)
            try database.execute(
                sql: """
                    INSERT INTO journal (sequence, trace, outcome, reason, decided_at, replica_cursor, hash,
                        amount, payer, card, key_id, serial, account, merchant, lane, path)
                    VALUES (?, ?, 1, NULL, ?, 0, ?, ?, 1, ?, NULL, NULL, ?, ?, ?, 2)
                    """,
                arguments: [
                    number, number, Campus.morning.milliseconds, Data(hash.bytes), number, Campus.card(1).text,
                    Int64(Campus.account(1).number), Campus.merchant.text, Campus.lane.text,
                ])
            for (leg, entry) in (record.posting?.entries ?? []).enumerated() {
                try database.execute(
                    sql: "INSERT INTO entry (sequence, leg, account, amount) VALUES (?, ?, ?, ?)",
                    arguments: [number, leg + 1, entry.account.text, entry.amount.fen])
            }
        }
        guard let (last, head) = rows.last else { return }
        try database.execute(
            sql: "INSERT INTO state VALUES (1, ?, ?, ?, ?, ?, ?, 0, ?, 0, NULL, 0)",
            arguments: [
                Campus.terminal.text, Campus.journal.text, Int64(last.sequence), Data(head.bytes),
                Campus.morning.milliseconds, Int64(last.sequence), Data(Campus.genesis.hash.bytes),
            ])
    }
}
