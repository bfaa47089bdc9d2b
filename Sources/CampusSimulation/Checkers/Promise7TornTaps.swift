import Hub
import Payments

/// Promise 7: card, journal and hub agree about a purse's money, however often the card was torn away.
@SimulationActor package final class Promise7TornTaps: PromiseChecker {
    package let promise = 7

    package func observe(_ event: CampusEvent) -> String? { nil }

    package func judge(_ end: CampusEnd) -> [String] {
        var findings: [String] = []
        var resolved: [TransactionID: Resolution.Verdict] = [:]
        let records = end.terminals.flatMap(\.records)
        for record in records {
            if case .resolved(let resolution) = record.outcome { resolved[resolution.subject] = resolution.verdict }
        }
        var spent: [CardID: Int64] = [:]
        var doubtful: [CardID: Int64] = [:]
        for record in records {
            guard let sale = record.sale, case .pursePurchase = sale.movement, let card = sale.payer.card else {
                continue
            }
            switch record.outcome {
            case .approved: spent[card, default: 0] += sale.amount.fen
            case .resolved(let resolution) where resolution.verdict == .happened:
                spent[card, default: 0] += sale.amount.fen
            case .unknown where resolved[record.transaction] == nil || resolved[record.transaction] == .undetermined:
                doubtful[card, default: 0] += sale.amount.fen
            case .declined, .voided, .unknown, .resolved: break
            }
        }
        let undetermined = Set(
            end.exceptions.filter { $0.kind == .outcomeUndetermined && $0.closedAtMilliseconds == nil }
                .compactMap(\.transaction))
        for purse in end.purses where !end.excusedCards.contains(purse.card) {
            let gone = Int64(Student.purseAtStart) - purse.cardFen
            let journaled = spent[purse.card] ?? 0
            let doubt = doubtful[purse.card] ?? 0
            if gone < journaled || gone > journaled + doubt {
                findings.append(
                    "\(purse.card) paid \(gone) fen; the journals know of \(journaled) and are in doubt about \(doubt)")
            }
            let isOpen = records.contains { record in
                record.sale?.payer.card == purse.card && undetermined.contains(record.transaction)
            }
            // What nobody can know stays a recorded unknown, with a person told of it.
            let difference = purse.summary.booksFen - purse.cardFen
            if purse.summary.status == .unresolved, isOpen, (0...doubt).contains(difference) { continue }
            if purse.summary.booksFen != purse.cardFen {
                findings.append("\(purse.card) holds \(purse.cardFen) fen; the books say \(purse.summary.booksFen)")
            }
            if purse.summary.status != .agrees, gone != 0 {
                findings.append("the purse of \(purse.card) is \(purse.summary.status.rawValue)")
            }
        }
        return findings
    }
}
