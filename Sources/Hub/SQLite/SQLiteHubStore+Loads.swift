import GRDB
import HubProtocol
import Payments

extension SQLiteHubStore {
    package func placeLoad(
        _ terms: LoadTerms, undelivered: Amount, terminal: TerminalID, holds: HoldRules, now: UnixTime
    ) async throws -> LoadVerdict {
        let rules = try LoadRules(purses)
        return try await write(.payerWaits) { db in
            try Self.checkOwner(terms.hold.transaction, terminal: terminal, db)
            if let given = try LoadTable.answer(terms, db) { return given }
            let (hold, verdict) = try Self.decide(
                terms, undelivered: undelivered, terminal: terminal, holds: holds, rules: rules, now: now, db)
            try HoldTable.insert(terms.hold, verdict: hold, now: now, db)
            try LoadTable.insert(terms, verdict, db)
            try Self.storeContact(terminal, now: now, db)
            return verdict
        }
    }

    private static func decide(
        _ terms: LoadTerms, undelivered: Amount, terminal: TerminalID, holds: HoldRules, rules: LoadRules,
        now: UnixTime, _ db: Database
    ) throws -> (hold: HoldVerdict, load: LoadVerdict) {
        func declined(_ reason: DeclineReason) -> (hold: HoldVerdict, load: LoadVerdict) {
            (.declined(reason), .declined(reason))
        }
        if try db.exists("SELECT 1 FROM record WHERE transaction_id = ?", [terms.hold.transaction.blob]) {
            return declined(.transactionVoided)
        }
        let facts = try facts(terms.hold, terminal: terminal, rules: holds, now: now, db)
        if let reason = rules.objection(terms, isSerialOpen: try LoadTable.isSerialOpen(terms, db)) {
            return declined(reason)
        }
        let hold = holds.verdict(terms.hold, facts: facts, said: HoldCircumstances(undelivered: undelivered), now: now)
        switch hold {
        case .held(let account, _, _): return (hold, rules.grant(terms, account: account, now: now))
        case .declined(let reason): return declined(reason)
        }
    }
}
