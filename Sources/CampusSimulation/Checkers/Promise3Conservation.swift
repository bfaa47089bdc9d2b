import Hub
import Payments

/// Promise 3: no fen appears or disappears; every balance is the sum of what happened.
@SimulationActor package final class Promise3Conservation: PromiseChecker {
    package let promise = 3

    /// Of journals that were lost since, what had reached the hub.
    private var former: [JournalRecord] = []

    package func observe(_ event: CampusEvent) -> String? {
        if case .journalReplaced(_, let records, let delivered) = event {
            former += records.filter { $0.sequence <= delivered }
        }
        return nil
    }

    package func judge(_ end: CampusEnd) -> [String] {
        var findings = end.books.sound ? [] : end.books.findings
        let sum = end.books.trialBalance.reduce(0) { $0 + $1.balanceFen }
        if sum != 0 { findings.append("the books sum to \(sum) fen") }
        guard end.restoredTerminals.isEmpty else { return findings }
        var balances = end.paidIn
        var merchants: [MerchantID: Int64] = [:]
        for record in end.terminals.flatMap(\.records) {
            guard let sale = record.sale, record.posting != nil else { continue }
            merchants[sale.merchant, default: 0] += sale.amount.fen
            if let account = sale.account { balances[account, default: 0] -= sale.amount.fen }
        }
        for account in end.accounts {
            let expected = balances[account.id] ?? 0
            if account.balanceFen != expected {
                findings.append("\(account.id) is at \(account.balanceFen) fen; what happened makes \(expected)")
            }
        }
        // Outcomes that only the hub could find out are no record of a terminal, and move money all the same.
        let resolvedByHub = end.terminals.flatMap(\.records).contains {
            if case .resolved(let resolution) = $0.outcome { resolution.verdict == .undetermined } else { false }
        }
        for merchant in end.merchants where !resolvedByHub {
            let expected = merchants[merchant.id] ?? 0
            if merchant.balanceFen != expected {
                findings.append("\(merchant.id) is at \(merchant.balanceFen) fen; what happened makes \(expected)")
            }
        }
        return findings
    }
}
