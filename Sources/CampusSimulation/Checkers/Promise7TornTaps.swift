import Hub
import Payments

/// Promise 7: card, journal and hub agree about a purse's money, however often the card was torn away.
@SimulationActor package final class Promise7TornTaps: PromiseChecker {
    package let promise = 7

    package func observe(_ event: CampusEvent) -> String? { nil }

    package func judge(_ end: CampusEnd) -> [String] {
        let delivered = DeliveredMoney(end.delivered)
        let lost = DeliveredMoney(end.lost.records)
        let former = DeliveredMoney(end.former)
        return end.purses.flatMap { purse in
            var spent = delivered.spent[purse.card] ?? DeliveredMoney.Sum()
            var loaded = delivered.loaded[purse.card] ?? DeliveredMoney.Sum()
            let away = Self.lost(purse.card, lost, end.lost.intents)
            spent.sure += away.spent.sure
            spent.doubtful += away.spent.doubtful
            loaded.sure += away.loaded.sure
            loaded.doubtful += away.loaded.doubtful
            var findings: [String] = []
            let middle = Int64(Student.purseAtStart) + loaded.sure - spent.sure
            if !(middle - spent.doubtful...middle + loaded.doubtful).contains(purse.cardFen) {
                findings.append(
                    "\(purse.card) holds \(purse.cardFen) fen; the journals make \(middle) and are in doubt about "
                        + "\(spent.doubtful) paid and \(loaded.doubtful) loaded")
            }
            let stranded = (former.spent[purse.card]?.doubtful ?? 0, former.loaded[purse.card]?.doubtful ?? 0)
            return findings + Self.books(purse, away, stranded)
        }
    }

    private typealias Away = (spent: DeliveredMoney.Sum, loaded: DeliveredMoney.Sum)

    /// What the card did that no journal has any more.
    private static func lost(_ card: CardID, _ money: DeliveredMoney, _ intents: [JournalRecord.Sale]) -> Away {
        var away = (
            spent: money.spent[card] ?? DeliveredMoney.Sum(), loaded: money.loaded[card] ?? DeliveredMoney.Sum()
        )
        for sale in intents where sale.payer.card == card {
            switch sale.movement {
            case .pursePurchase: away.spent.doubtful += sale.amount.fen
            case .purseLoad: away.loaded.doubtful += sale.amount.fen
            case .accountPurchase, .refund, .void: break
            }
        }
        return away
    }

    /// Books and card agree, but for what the hub never heard of, and for what it heard of as unknown from a journal
    /// that was replaced since: nobody is left who could ask the card about that, and the hub must say so.
    ///
    /// - Parameter stranded: fen of unknown payments and loads in replaced journals.
    private static func books(
        _ purse: CampusEnd.Purse, _ away: Away, _ stranded: (spent: Int64, loaded: Int64)
    ) -> [String] {
        let isHeard = away.spent.sure + away.spent.doubtful + away.loaded.sure + away.loaded.doubtful == 0
        let spent = away.spent.sure + away.spent.doubtful + stranded.spent
        let loaded = away.loaded.sure + away.loaded.doubtful + stranded.loaded
        let difference = purse.cardFen - purse.summary.booksFen
        var findings: [String] = []
        if !(-spent...loaded).contains(difference) {
            findings.append("\(purse.card) holds \(purse.cardFen) fen; the books say \(purse.summary.booksFen)")
        }
        if isHeard, difference != 0, purse.summary.status != .unresolved {
            findings.append("the hub does not say that the purse of \(purse.card) is in doubt")
        }
        if spent == 0, loaded == 0, purse.summary.status != .agrees, purse.cardFen != Int64(Student.purseAtStart) {
            findings.append("the purse of \(purse.card) is \(purse.summary.status.rawValue)")
        }
        return findings
    }
}
