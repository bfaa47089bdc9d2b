import Foundation
import GRDB
import HubProtocol
import Payments
import Synchronization

extension SQLiteHubStore {
    private static let terminalSQL = """
        SELECT t.id, t.name, t.enabled, t.registered_at, t.last_contact_at, c.journal, c.sequence, c.head,
            coalesce((SELECT sum(j.sequence) FROM journal j WHERE j.terminal = t.id), 0) AS records,
            coalesce((SELECT sum(j.approved_count) FROM journal j WHERE j.terminal = t.id), 0) AS approved_count,
            coalesce((SELECT sum(j.approved_fen) FROM journal j WHERE j.terminal = t.id), 0) AS approved_fen
        FROM terminal t LEFT JOIN journal c ON c.terminal = t.id AND c.current = 1
        """

    package func authentication(of terminal: TerminalID) async throws -> TerminalAuthentication? {
        terminalCache.withLock { $0[terminal] }
    }

    package func noteContact(_ terminal: TerminalID, now: UnixTime) { contacts.withLock { $0[terminal] = now } }

    package func register(_ terminal: NewTerminal, secretDigest: [UInt8], now: UnixTime) async throws -> TerminalID {
        let id = try await write { db in
            let id = try terminal.id ?? Self.nextTerminal(db)
            guard try !db.exists("SELECT 1 FROM terminal WHERE id = ?", [id.text]) else {
                throw HubRefusalError(.alreadyExists, "the terminal exists already")
            }
            try db.run(
                """
                INSERT INTO terminal (id, name, secret_digest, enabled, registered_at) VALUES (?, ?, ?, 1, ?)
                """, [id.text, terminal.name, Data(secretDigest), now.milliseconds])
            try Self.insert(merchants: terminal.merchants, terminal: id, db)
            return id
        }
        terminalCache.withLock { $0[id] = TerminalAuthentication(secretDigest: secretDigest, enabled: true) }
        return id
    }

    package func terminals(_ page: PageRequest) async throws -> Page<TerminalSummary> {
        let contacts = contacts.withLock { $0 }
        return try await read { db in
            let rows = try db.rows(
                "\(Self.terminalSQL) WHERE t.id > ? ORDER BY t.id LIMIT ?", [page.after ?? "", page.limit + 1])
            let items = try rows.map { row in try Self.terminalSummary(row, contacts: contacts, db) }
            return Page(fetched: items, limit: page.limit) { $0.id.text }
        }
    }

    package func terminal(_ id: TerminalID) async throws -> TerminalSummary {
        let contacts = contacts.withLock { $0 }
        return try await read { db in try Self.terminal(id, contacts: contacts, db) }
    }

    package func setEnabled(_ enabled: Bool, terminal: TerminalID) async throws -> TerminalSummary {
        let contacts = contacts.withLock { $0 }
        let summary = try await write { db in
            guard try Self.terminal(terminal, contacts: contacts, db).enabled != enabled else {
                throw HubRefusalError(
                    .notPermittedInThisState, "the terminal is \(enabled ? "enabled" : "disabled") already")
            }
            try db.run("UPDATE terminal SET enabled = ? WHERE id = ?", [enabled, terminal.text])
            return try Self.terminal(terminal, contacts: contacts, db)
        }
        terminalCache.withLock { $0[terminal]?.enabled = enabled }
        return summary
    }

    package func setMerchants(_ merchants: [MerchantID], terminal: TerminalID) async throws -> TerminalSummary {
        let contacts = contacts.withLock { $0 }
        return try await write { db in
            _ = try Self.terminal(terminal, contacts: contacts, db)
            try db.run("DELETE FROM terminal_merchant WHERE terminal = ?", [terminal.text])
            try Self.insert(merchants: merchants, terminal: terminal, db)
            return try Self.terminal(terminal, contacts: contacts, db)
        }
    }

    package func resetJournal(_ terminal: TerminalID, now: UnixTime) async throws -> TerminalSummary {
        let contacts = contacts.withLock { $0 }
        return try await write { db in
            let before = try Self.terminal(terminal, contacts: contacts, db)
            guard let journal = before.journal else {
                throw HubRefusalError(.notPermittedInThisState, "the terminal has no journal")
            }
            try HoldTable.releaseAll(terminal: terminal, journal: journal, now: now, db)
            try SessionTable.forget(terminal, db)
            try db.run("UPDATE journal SET current = 0 WHERE terminal = ? AND current = 1", [terminal.text])
            return try Self.terminal(terminal, contacts: contacts, db)
        }
    }

    static func allAuthentications(_ db: Database) throws -> [TerminalID: TerminalAuthentication] {
        var known: [TerminalID: TerminalAuthentication] = [:]
        for row in try db.rows("SELECT id, secret_digest, enabled FROM terminal") {
            known[try row.identifier("id")] = TerminalAuthentication(
                secretDigest: try row.bytes("secret_digest"), enabled: try row.flag("enabled"))
        }
        return known
    }

    /// Writes the noted contacts, at a clean stop.
    func storeContacts(_ db: Database) throws {
        for (terminal, time) in contacts.withLock({ $0 }) { try Self.storeContact(terminal, now: time, db) }
        for (terminal, time) in levels.withLock({ $0 }) {
            try db.run("UPDATE terminal SET level_at = ? WHERE id = ?", [time.milliseconds, terminal.text])
        }
    }

    static func storeContact(_ terminal: TerminalID, now: UnixTime, _ db: Database) throws {
        try db.run("UPDATE terminal SET last_contact_at = ? WHERE id = ?", [now.milliseconds, terminal.text])
    }

    private static func nextTerminal(_ db: Database) throws -> TerminalID {
        let newest = try db.row("SELECT id FROM terminal ORDER BY id DESC LIMIT 1")
        let number: UInt64 = try newest.map { try $0.identifier("id", as: TerminalID.self).number } ?? 0
        guard let next = TerminalID(number: number + 1) else {
            throw HubRefusalError(.notPermittedInThisState, "the highest terminal number is taken; name one with id")
        }
        return next
    }

    private static func insert(merchants: [MerchantID], terminal: TerminalID, _ db: Database) throws {
        for merchant in Set(merchants) {
            guard try db.exists("SELECT 1 FROM merchant WHERE id = ?", [merchant.text]) else {
                throw HubRefusalError(.notFound, "no such merchant: \(merchant)")
            }
            try db.run(
                "INSERT INTO terminal_merchant (terminal, merchant) VALUES (?, ?)", [terminal.text, merchant.text])
        }
    }

    private static func terminal(
        _ id: TerminalID, contacts: [TerminalID: UnixTime], _ db: Database
    ) throws -> TerminalSummary {
        guard let row = try db.row("\(terminalSQL) WHERE t.id = ?", [id.text]) else {
            throw HubRefusalError(.notFound, "no such terminal")
        }
        return try terminalSummary(row, contacts: contacts, db)
    }

    private static func terminalSummary(
        _ row: Row, contacts: [TerminalID: UnixTime], _ db: Database
    ) throws -> TerminalSummary {
        let id = try row.identifier("id", as: TerminalID.self)
        let merchants = try db.rows(
            "SELECT merchant FROM terminal_merchant WHERE terminal = ? ORDER BY merchant", [id.text])
        let journal = try row.optionalIdentifier("journal", as: JournalID.self)
        return TerminalSummary(
            id: id, name: try row.text("name"), enabled: try row.flag("enabled"),
            merchants: try merchants.map { try $0.identifier("merchant") }, journal: journal,
            sequence: journal == nil ? 0 : try row.unsigned("sequence"),
            hash: journal == nil ? nil : try row.journalHash("head"), records: try row.integer("records"),
            approvedCount: try row.integer("approved_count"), approvedFen: try row.integer("approved_fen"),
            registeredAtMilliseconds: try row.integer("registered_at"),
            lastContactMilliseconds: contacts[id]?.milliseconds ?? row.optionalInteger("last_contact_at"))
    }
}
