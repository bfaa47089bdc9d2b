import GRDB
import HubProtocol
import Payments
import Terminal

/// The table of records: what is appended and how it is read back exactly.
enum JournalTable {
    /// Appends the record with its entries, its account's totals and, where a code paid, its redemption.
    ///
    /// - Parameter last: see ``AccountUseTable/append(_:last:to:)``.
    static func append(
        _ record: JournalRecord, hash: JournalHash, last: AccountUse? = nil, to database: Database
    ) throws {
        try insert(record, hash: hash, into: database)
        try AccountUseTable.append(record, last: last, to: database)
        for (leg, entry) in (record.posting?.entries ?? []).enumerated() {
            let statement = try PreparedStatement(
                database, "INSERT INTO entry (sequence, leg, account, amount) VALUES (?, ?, ?, ?)")
            try statement.bind(1, Int64(record.sequence))
            try statement.bind(2, Int64(leg + 1))
            try statement.bind(3, entry.account.text)
            try statement.bind(4, entry.amount.fen)
            try statement.execute()
        }
        if let reference = record.redeemedCode {
            let statement = try PreparedStatement(
                database, "INSERT INTO code_redemption (key_id, serial, sequence) VALUES (?, ?, ?)")
            try statement.bind(1, Int64(reference.keyID))
            try statement.bind(2, Int64(bitPattern: reference.serial))
            try statement.bind(3, Int64(record.sequence))
            try statement.execute()
        }
    }

    private static func insert(_ record: JournalRecord, hash: JournalHash, into database: Database) throws {
        let statement = try PreparedStatement(
            database,
            """
            INSERT INTO journal (sequence, trace, outcome, reason, decided_at, replica_cursor, hash,
                amount, payer, card, key_id, serial, account, merchant, lane, path,
                movement, evidence, verdict, subject, subsidy, corrects)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        let outcome = OutcomeColumns(record.outcome)
        try statement.bind(1, Int64(record.sequence))
        try statement.bind(2, Int64(record.transaction.trace.number))
        try statement.bind(3, outcome.outcome)
        try statement.bind(4, outcome.reason)
        try statement.bind(5, record.decidedAt.milliseconds)
        try statement.bind(6, Int64(record.replicaCursor))
        try statement.bind(7, hash.bytes)
        if let sale = record.sale {
            try statement.bind(8, sale.amount.fen)
            switch sale.payer {
            case .card(let card, let proof):
                try statement.bind(9, proof == .proven ? PayerColumn.provenCard : PayerColumn.unprovenCard)
                try statement.bind(10, card.text)
            case .code(let reference):
                try statement.bind(9, PayerColumn.code)
                try statement.bind(11, Int64(reference.keyID))
                try statement.bind(12, Int64(bitPattern: reference.serial))
            }
            try statement.bind(13, (sale.account?.number).map(Int64.init))
            try statement.bind(14, sale.merchant.text)
            try statement.bind(15, sale.lane.text)
            try statement.bind(16, PathColumn.number(sale.path))
            let movement = MovementColumns(sale.movement)
            try statement.bind(17, movement.movement)
            if let evidence = movement.evidence { try statement.bind(18, evidence) }
            if let corrects = movement.corrects { try statement.bind(22, corrects) }
        }
        try statement.bind(19, outcome.verdict)
        try statement.bind(20, outcome.subject)
        try statement.bind(21, record.sale?.subsidy.fen ?? 0)
        try statement.execute()
    }

    /// Records after `lower`, oldest first, at most `limit`.
    ///
    /// - Throws: ``LedgerError/Code/damaged`` when a row is not one that ``append(_:hash:last:to:)`` writes.
    static func records(
        _ database: Database, of journal: JournalName, after lower: UInt64, limit: Int
    ) throws -> [ArchivedRecord] {
        let statement = try PreparedStatement(
            database,
            """
            SELECT sequence, trace, outcome, reason, decided_at, replica_cursor, hash,
                amount, payer, card, key_id, serial, account, merchant, lane, path,
                movement, evidence, verdict, subject, subsidy, corrects
            FROM journal WHERE sequence > ? ORDER BY sequence LIMIT ?
            """)
        try statement.bind(1, Int64(clamping: lower))
        try statement.bind(2, Int64(limit))
        var records: [ArchivedRecord] = []
        try statement.forEach { row in
            guard let record = ArchivedRecord(row, of: journal) else {
                throw LedgerError(.damaged, detail: "record \(row.integer(0))")
            }
            records.append(record)
            return true
        }
        return records
    }

    /// The hash after record `sequence`; `nil` when there is no such record.
    static func hash(_ database: Database, of journal: JournalName, at sequence: UInt64) throws -> JournalHash? {
        guard sequence > 0 else { return journal.genesis }
        let statement = try PreparedStatement(database, "SELECT hash FROM journal WHERE sequence = ?")
        try statement.bind(1, Int64(clamping: sequence))
        return try statement.first { JournalHash(bytes: $0.bytes(0)) } ?? nil
    }

    /// Trace numbers up to and including `last` that have no record, rising. They lie near the end as a rule, so the
    /// search goes from there and stops when all that can be missing are found.
    static func missingTraces(_ database: Database, through last: UInt64, records: UInt64) throws -> [UInt64] {
        guard last >= records else { throw LedgerError(.damaged, detail: "more records than trace numbers") }
        var wanted = last - records
        var missing: [UInt64] = []
        var next = last
        let statement = try PreparedStatement(database, "SELECT trace FROM journal ORDER BY trace DESC")
        try statement.forEach { row in
            guard wanted > 0 else { return false }
            guard let trace = UInt64(exactly: row.integer(0)), trace <= next else {
                throw LedgerError(.damaged, detail: "a record has a number that was never reserved")
            }
            while next > trace, wanted > 0 {
                missing.append(next)
                next -= 1
                wanted -= 1
            }
            next = next == trace ? trace - 1 : next
            return true
        }
        while wanted > 0, next > 0 {
            missing.append(next)
            next -= 1
            wanted -= 1
        }
        return missing.reversed()
    }
}
