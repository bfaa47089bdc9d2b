import Hub
import Payments

/// Promise 3: no fen appears or disappears; every balance is the sum of what happened.
@SimulationActor package final class Promise3Conservation: PromiseChecker {
    package let promise = 3

    package func observe(_ event: CampusEvent) -> String? { nil }

    package func judge(_ end: CampusEnd) -> [String] {
        var findings = end.books.sound ? [] : end.books.findings
        let sum = end.books.trialBalance.reduce(0) { $0 + $1.balanceFen }
        if sum != 0 { findings.append("the books sum to \(sum) fen") }
        var money = DeliveredMoney(end.delivered, contested: end.contested)
        money.add(end.adjustments)
        for account in end.accounts {
            let paid = money.cash[account.id] ?? DeliveredMoney.Sum()
            let most = (end.office.paidIn[account.id] ?? 0) - paid.sure
            if !(most - paid.doubtful...most).contains(account.balanceFen) {
                findings.append("\(account.id) is at \(account.balanceFen) fen; what happened makes \(most)")
            }
        }
        for (account, fen) in end.subsidies.sorted(by: { $0.key < $1.key }) {
            let expected = (end.office.granted[account] ?? 0) - (money.subsidy[account] ?? 0)
            if fen != expected { findings.append("the subsidy of \(account) is \(fen) fen, not \(expected)") }
        }
        for merchant in end.merchants {
            let earned = money.merchants[merchant.id] ?? DeliveredMoney.Sum()
            if !(earned.sure...earned.sure + earned.doubtful).contains(merchant.balanceFen) {
                findings.append("\(merchant.id) is at \(merchant.balanceFen) fen; what happened makes \(earned.sure)")
            }
        }
        return findings
    }
}

extension CampusEnd {
    /// Corrections that the hub did not believe.
    var contested: Set<TransactionID> {
        Set(exceptions.filter { $0.kind == .correctionContested }.compactMap(\.transaction))
    }
}
