import Hub
import Payments

/// Promise 3: business days and settlements have every posting once: their sums, and those of the statements' lines,
/// are what the terminals sold and the office decided.
@SimulationActor package final class Promise3Settlement: PromiseChecker {
    package let promise = 3

    package func observe(_ event: CampusEvent) -> String? { nil }

    package func judge(_ end: CampusEnd) -> [String] {
        var money = DeliveredMoney(end.delivered, contested: end.contested)
        money.add(end.adjustments)
        return end.merchants.flatMap { merchant in
            let earned = money.merchants[merchant.id] ?? DeliveredMoney.Sum()
            let right = earned.sure...earned.sure + earned.doubtful
            let settled = end.settled[merchant.id] ?? CampusEnd.Settled()
            return [
                ("the closed days", settled.daysFen), ("the settlements", settled.netFen),
                ("the lines of the statements", settled.linesFen),
            ].filter { !right.contains($0.1) || $0.1 != settled.netFen }.map { name, fen in
                "\(name) of \(merchant.id) sum to \(fen) fen; what happened makes \(earned.sure)"
            }
        }
    }
}
