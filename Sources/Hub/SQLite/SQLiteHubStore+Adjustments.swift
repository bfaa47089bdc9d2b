import GRDB
import HubProtocol
import Payments

extension SQLiteHubStore {
    package func propose(
        _ adjustment: NewAdjustment, by operator: OperatorIdentity, now: UnixTime
    ) async throws -> AdjustmentSummary {
        try await write { db in
            _ = try AdjustmentRules.posting(adjustment, AdjustmentTable.facts(adjustment, except: nil, db))
            try AdjustmentTable.insert(adjustment, by: `operator`, now: now, db)
            return try AdjustmentTable.summary(db.lastInsertedRowID, db)
        }
    }

    package func decide(
        adjustment id: Int64, _ decision: AdjustmentDecision, by operator: OperatorIdentity, now: UnixTime
    ) async throws -> AdjustmentSummary {
        try await write { db in
            let row = try AdjustmentTable.row(id, db)
            let isProposer = try row.integer("proposed_uid") == Int64(`operator`.uid)
            let state = decision.verdict.state
            if try row.choice("state", as: AdjustmentState.self) != .proposed {
                // An answer that was lost is asked for again.
                guard try row.choice("state") == state, row.optionalInteger("decided_uid") == Int64(`operator`.uid)
                else { throw HubRefusalError(.notPermittedInThisState, "the adjustment is decided") }
                return try AdjustmentTable.summary(row)
            }
            switch decision.verdict {
            case .approve where isProposer, .reject where isProposer:
                throw HubRefusalError(.secondPersonNeeded, "who proposed an adjustment cannot decide it")
            case .withdraw where !isProposer:
                throw HubRefusalError(.notPermittedInThisState, "only who proposed it can withdraw it")
            case .approve, .reject, .withdraw: break
            }
            var posting: Int64?
            if decision.verdict == .approve {
                posting = try Self.post(try AdjustmentTable.proposal(row), id: id, by: `operator`, now: now, db)
            }
            try db.run(
                """
                UPDATE adjustment SET state = ?, decided_uid = ?, decided_by = ?, decided_at = ?, decision_note = ?,
                    posting_id = ? WHERE id = ?
                """,
                [
                    state.rawValue, Int64(`operator`.uid), `operator`.text, now.milliseconds, decision.note, posting,
                    id,
                ])
            return try AdjustmentTable.summary(id, db)
        }
    }

    package func adjustments(
        _ filter: AdjustmentFilter, _ page: PageRequest
    ) async throws -> Page<AdjustmentSummary> {
        let before = try page.numberAfter()
        let condition =
            switch filter {
            case .proposed: "AND state = 'proposed'"
            case .decided: "AND state <> 'proposed'"
            case .all: ""
            }
        return try await read { db in
            let rows = try db.rows(
                "SELECT * FROM adjustment WHERE id < ? \(condition) ORDER BY id DESC LIMIT ?",
                [before ?? Int64.max, page.limit + 1])
            return Page(fetched: try rows.map(AdjustmentTable.summary), limit: page.limit) { String($0.id) }
        }
    }

    package func adjustment(_ id: Int64) async throws -> AdjustmentSummary {
        try await read { db in try AdjustmentTable.summary(id, db) }
    }

    /// Posts what is approved, lists a new overdraft, and closes the exception that it solves.
    private static func post(
        _ adjustment: NewAdjustment, id: Int64, by operator: OperatorIdentity, now: UnixTime, _ db: Database
    ) throws -> Int64 {
        let posting = try AdjustmentRules.posting(adjustment, AdjustmentTable.facts(adjustment, except: id, db))
        let number = try BookSheet.write(db) { sheet in
            let number = try sheet.post(
                posting, source: .reference(.adjustment, "adjustment/\(id)"), occurredAt: now, postedAt: now)
            if adjustment.kind == .makeUpDebit, let account = adjustment.account {
                let balance = try sheet.balance(of: .cardholder(account))
                if balance < .zero {
                    var overdrawn = HubException(
                        .overdrawn, subject: "adjustment/\(id)",
                        text: "the account is at \(balance) after make-up debit \(id)", account: account)
                    overdrawn.transaction = adjustment.transaction
                    overdrawn.amount = -balance
                    try ExceptionTable.raise(overdrawn, now: now, db)
                }
            }
            return number
        }
        if let exception = adjustment.exception,
            try db.exists("SELECT 1 FROM exception WHERE id = ? AND closed_at IS NULL", [exception])
        {
            try WorkList.close(
                exception,
                ExceptionClosing(
                    note: "adjustment \(id): \(adjustment.note)", resolution: adjustment.kind.resolution,
                    adjustment: id),
                by: `operator`, now: now, db)
        }
        return number
    }
}

extension AdjustmentVerdict {
    fileprivate var state: AdjustmentState {
        switch self {
        case .approve: .approved
        case .reject: .rejected
        case .withdraw: .withdrawn
        }
    }
}
