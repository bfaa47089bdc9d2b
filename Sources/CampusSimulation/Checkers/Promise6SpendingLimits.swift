import Payments

/// Promise 6: a sale that needs a PIN is not approved without it, and no terminal lets an account spend more on a day
/// than the policy in force allows.
@SimulationActor package final class Promise6SpendingLimits: PromiseChecker {
    package let promise = 6

    private var policies: [Int: CampusPolicy] = [:]
    /// What each terminal sold or took back itself, by its own journal.
    private var records: [Int: [JournalRecord]] = [:]

    package func observe(_ event: CampusEvent) -> String? {
        switch event {
        case .policyInForce(let terminal, let policy): policies[terminal] = policy
        case .corrected(let terminal, let record, _): records[terminal, default: []].append(record)
        case .imageRestored(let terminal, let copied, _): records[terminal]?.removeAll { $0.sequence > copied }
        case .journalReplaced(let terminal, _, _): (records[terminal], policies[terminal]) = (nil, nil)
        case .shown(let shown):
            guard let sale = shown.record.sale, sale.movement == .accountPurchase else { return nil }
            records[shown.terminal, default: []].append(shown.record)
            return objection(to: shown, sale)
        default: break
        }
        return nil
    }

    package func judge(_ end: CampusEnd) -> [String] { [] }

    private func objection(to shown: ShownSale, _ sale: JournalRecord.Sale) -> String? {
        guard let policy = policies[shown.terminal], let account = sale.account else { return nil }
        let rules = policy.rules(
            in: policy.scope(merchant: sale.merchant, cardClass: .standard, now: shown.record.decidedAt))
        if shown.card != nil, let above = rules.pin.above, sale.amount > above, !shown.isPINRight {
            return "terminal \(shown.terminal) approved \(sale.amount.fen) fen without the PIN"
        }
        guard let day = rules.limits.day else { return nil }
        let today = Self.day(shown.record)
        let spent = (records[shown.terminal] ?? []).filter { $0.sale?.account == account && Self.day($0) == today }
            .reduce(Int64(0)) { sum, record in
                let fen = record.sale?.amount.fen ?? 0
                return record.sale?.movement.corrects == nil ? sum + fen : sum - fen
            }
        if spent > day.fen {
            return "terminal \(shown.terminal) let \(account) spend \(spent) fen on a day; \(day.fen) are allowed"
        }
        return nil
    }

    private static func day(_ record: JournalRecord) -> Int64 {
        (record.decidedAt.seconds + CampusRules.timeZoneOffset) / 86_400
    }
}
