import GRDB
import HubProtocol
import Payments

/// What a reconciliation finds about this moment, whatever the day: terminals that are silent, cards that drift.
extension ReconciliationWalk {
    /// A terminal that was not heard of for so long is silent: a day, in which every canteen opens.
    private static let silentAfter = Duration.seconds(24 * 3600)

    mutating func findSilentTerminals(_ contacts: [TerminalID: UnixTime]) throws {
        // Of an old day it says nothing that terminals are silent now.
        guard day >= calendar.day(of: now).previous else { return }
        for row in try db.rows(
            "SELECT id, name, coalesce(last_contact_at, registered_at) AS last FROM terminal WHERE enabled = 1")
        {
            let id: TerminalID = try row.identifier("id")
            let last = try max(contacts[id] ?? UnixTime(milliseconds: 0), row.time("last"))
            guard now.since(last) > Self.silentAfter, terminal == nil || id == terminal else { continue }
            try raise(
                HubException(
                    .terminalSilent, subject: "\(id)/\(calendar.day(of: last))",
                    text: "terminal \(id) was not heard of for \(now.since(last).wholeMilliseconds / 3_600_000) hours",
                    terminal: id))
        }
    }

    /// Cards against their books, as they stand now: time alone can make a missing record a lost one.
    mutating func findDrifts(_ rules: PurseRules) throws {
        for row in try db.rows(
            """
            SELECT q.card, coalesce(b.balance_fen, 0) AS books FROM purse q
            LEFT JOIN book b ON b.name = 'purse:' || q.card WHERE q.attention = 1 ORDER BY q.card
            """)
        {
            let card: CardID = try row.identifier("card")
            let standing = try PurseTable.standing(card, books: row.amount("books"), rules, now: now, db)
            guard standing.status == .drifts, let drift = standing.drift, let newest = try PurseTable.newest(card, db)
            else { continue }
            var finding = HubException(
                .purseDrift, subject: card.text,
                text: "the card holds \(drift) more than the books say; see: till-hub purse drift", transaction: newest,
                terminal: newest.terminal)
            finding.amount = drift
            // One that was closed is about another drift, unless the amount is the same.
            if let closed = try db.row(
                "SELECT amount_fen, closed_at FROM exception WHERE kind = ? AND subject = ? ORDER BY id DESC LIMIT 1",
                [finding.kind.rawValue, finding.subject]), closed.optionalInteger("closed_at") != nil,
                closed.optionalInteger("amount_fen") != drift.fen
            {
                try ExceptionTable.raise(finding, now: now, db)
            }
            try raise(finding)
        }
    }
}
