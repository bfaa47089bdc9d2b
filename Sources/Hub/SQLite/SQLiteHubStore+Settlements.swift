import GRDB
import HubProtocol
import Payments

extension SQLiteHubStore {
    package func draftSettlements(
        _ request: NewSettlements, by operator: OperatorIdentity, now: UnixTime
    ) async throws -> SettlementDrafts {
        try await write { db in
            guard let closed = try DayTable.closedThrough(db) else {
                throw HubRefusalError(.notPermittedInThisState, "no business day is closed yet")
            }
            let through = request.through ?? closed
            guard through <= closed else {
                throw HubRefusalError(.notPermittedInThisState, "business day \(through) is not closed")
            }
            guard let merchant = request.merchant else {
                let merchants = try db.rows("SELECT DISTINCT merchant FROM merchant_day ORDER BY merchant")
                return SettlementDrafts(
                    drafts: try merchants.compactMap { row in
                        let merchant: MerchantID = try row.identifier("merchant")
                        if try SettlementTable.last(merchant, db)?.state == .draft { return nil }
                        return try SettlementTable.draft(merchant, through: through, by: `operator`, now: now, db)
                    })
            }
            guard
                let draft = try SettlementTable.draft(merchant, through: through, by: `operator`, now: now, db)
            else { throw HubRefusalError(.notPermittedInThisState, "the merchant has nothing to settle") }
            return SettlementDrafts(drafts: [draft])
        }
    }

    package func decide(
        settlement id: Int64, _ verdict: SettlementVerdict, by operator: OperatorIdentity, now: UnixTime
    ) async throws -> SettlementSummary {
        try await write { db in
            let row = try SettlementTable.row(id, db)
            let settlement = try SettlementTable.summary(row)
            switch (settlement.state, verdict) {
            case (.confirmed, .confirm), (.paid, .confirm), (.cancelled, .cancel): return settlement
            case (.draft, .cancel): break
            case (.draft, .confirm):
                guard try row.integer("drafted_uid") != Int64(`operator`.uid) else {
                    throw HubRefusalError(.secondPersonNeeded, "who drew up a settlement cannot confirm it")
                }
            default:
                throw HubRefusalError(.notPermittedInThisState, "the settlement is \(settlement.state.rawValue)")
            }
            let posting = verdict == .confirm ? try SettlementTable.post(settlement, now: now, db) : nil
            try db.run(
                """
                UPDATE settlement SET state = ?, decided_uid = ?, decided_by = ?, decided_at = ?, posting_id = ?
                WHERE id = ?
                """,
                [
                    (verdict == .confirm ? SettlementState.confirmed : .cancelled).rawValue, Int64(`operator`.uid),
                    `operator`.text, now.milliseconds, posting, id,
                ])
            return try SettlementTable.summary(id, db)
        }
    }

    package func pay(
        settlement id: Int64, reference: String, by operator: OperatorIdentity, now: UnixTime
    ) async throws -> SettlementSummary {
        try await write { db in
            let settlement = try SettlementTable.summary(id, db)
            if settlement.state == .paid {
                guard settlement.paymentReference == reference else {
                    throw HubRefusalError(.alreadyExists, "the settlement is paid under another reference")
                }
                return settlement
            }
            guard settlement.state == .confirmed, settlement.posting != nil else {
                guard settlement.state != .confirmed else {
                    throw HubRefusalError(.notPermittedInThisState, "nothing is to be paid; the net is carried over")
                }
                throw HubRefusalError(.notPermittedInThisState, "the settlement is \(settlement.state.rawValue)")
            }
            let posting = try SettlementTable.pay(settlement, now: now, db)
            try db.run(
                """
                UPDATE settlement SET state = 'paid', payment_reference = ?, paid_by = ?, paid_at = ?,
                    payment_posting_id = ? WHERE id = ?
                """, [reference, `operator`.text, now.milliseconds, posting, id])
            return try SettlementTable.summary(id, db)
        }
    }

    package func settlements(
        _ filter: SettlementFilter, merchant: MerchantID?, _ page: PageRequest
    ) async throws -> Page<SettlementSummary> {
        let before = try page.numberAfter()
        return try await read { db in
            let rows = try db.rows(
                """
                SELECT * FROM settlement WHERE id < ? AND (? = 'all' OR state = ?) AND (? IS NULL OR merchant = ?)
                ORDER BY id DESC LIMIT ?
                """,
                [
                    before ?? Int64.max, filter.rawValue, filter.rawValue, merchant?.text, merchant?.text,
                    page.limit + 1,
                ])
            return Page(fetched: try rows.map(SettlementTable.summary), limit: page.limit) { String($0.id) }
        }
    }

    package func settlement(_ id: Int64) async throws -> SettlementSummary {
        try await read { db in try SettlementTable.summary(id, db) }
    }

    package func settlementLines(_ id: Int64, _ page: PageRequest) async throws -> Page<SettlementLine> {
        let after = try page.numberAfter()
        return try await read { db in
            let settlement = try SettlementTable.summary(id, db)
            let days = [settlement.from.number, settlement.through.number]
            // Days overlap in posting order, so the bounds only keep the search short; the day decides.
            let bounds = try db.row(
                """
                SELECT min(first_posting) AS first, max(last_posting) AS last FROM business_day
                WHERE day BETWEEN ? AND ?
                """, StatementArguments(days))
            guard let first = bounds?.optionalInteger("first"), let last = bounds?.optionalInteger("last") else {
                return Page(items: [])
            }
            let rows = try db.rows(
                """
                SELECT * FROM (SELECT p.id, p.kind, p.occurred_at, p.transaction_id, p.reference, e.amount_fen,
                    d.day, d.late_day, \(MerchantColumn.expression) AS place
                    FROM book b JOIN entry e ON e.book_id = b.id JOIN posting p ON p.id = e.posting_id
                    JOIN posting_day d ON d.posting_id = p.id
                    WHERE b.name = ? AND e.posting_id > ? AND e.posting_id <= ? AND d.day BETWEEN ? AND ?)
                WHERE place <> 'settlement' ORDER BY id LIMIT ?
                """,
                [
                    BookAccount.merchant(settlement.merchant).text, max(after ?? 0, first - 1), last, days[0], days[1],
                    page.limit + 1,
                ])
            return Page(fetched: try rows.map(SettlementTable.line), limit: page.limit) { String($0.posting) }
        }
    }
}
