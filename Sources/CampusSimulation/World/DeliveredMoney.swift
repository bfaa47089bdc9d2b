import Hub
import Payments

/// What a set of journals says about money, added up by plain rules: nothing of the product's postings is used.
struct DeliveredMoney {
    /// Sum of what moved for certain, and of what may have moved.
    struct Sum {
        var sure: Int64 = 0
        var doubtful: Int64 = 0
    }

    /// What each account paid less what it got back, cash only, and what its loads took.
    private(set) var cash: [AccountID: Sum] = [:]
    /// The same for the subsidy purses.
    private(set) var subsidy: [AccountID: Int64] = [:]
    /// What each merchant earned less what it gave back.
    private(set) var merchants: [MerchantID: Sum] = [:]
    /// What of each sale the subsidy purse paid and no terminal gave back.
    private var subsidyLeft: [TransactionID: Int64] = [:]
    /// What left each purse.
    private(set) var spent: [CardID: Sum] = [:]
    /// What came into each purse.
    private(set) var loaded: [CardID: Sum] = [:]

    /// - Parameter contested: corrections that the hub did not believe; their money waits in suspense.
    init(_ records: [JournalRecord], contested: Set<TransactionID> = []) {
        var verdicts: [TransactionID: Resolution.Verdict] = [:]
        for record in records {
            if case .resolved(let resolution) = record.outcome { verdicts[resolution.subject] = resolution.verdict }
        }
        for record in records {
            guard let sale = record.sale else { continue }
            switch record.outcome {
            case .approved:
                add(sale, isContested: contested.contains(record.transaction), \.sure)
                if sale.movement == .accountPurchase {
                    subsidyLeft[record.transaction, default: 0] += sale.subsidy.fen
                } else if let subject = sale.movement.corrects, !contested.contains(record.transaction) {
                    subsidyLeft[subject, default: 0] -= sale.subsidy.fen
                }
            case .unknown:
                switch verdicts[record.transaction] {
                case .happened: add(sale, isContested: false, \.sure)
                case .didNotHappen: break
                case .undetermined, nil: add(sale, isContested: false, \.doubtful)
                }
            case .declined, .voided, .resolved: break
            }
        }
    }

    private mutating func add(_ sale: JournalRecord.Sale, isContested: Bool, _ part: WritableKeyPath<Sum, Int64>) {
        let fen = sale.amount.fen
        switch (sale.movement, sale.account, sale.payer.card) {
        case (.accountPurchase, let account?, _):
            cash[account, default: Sum()][keyPath: part] += fen - sale.subsidy.fen
            subsidy[account, default: 0] += sale.subsidy.fen
            merchants[sale.merchant, default: Sum()][keyPath: part] += fen
        case (.refund, let account?, _), (.void, let account?, _):
            merchants[sale.merchant, default: Sum()][keyPath: part] -= fen
            guard !isContested else { return }
            cash[account, default: Sum()][keyPath: part] -= fen - sale.subsidy.fen
            subsidy[account, default: 0] -= sale.subsidy.fen
        case (.pursePurchase, _, let card?):
            spent[card, default: Sum()][keyPath: part] += fen
            merchants[sale.merchant, default: Sum()][keyPath: part] += fen
        case (.purseLoad, let account?, let card?):
            loaded[card, default: Sum()][keyPath: part] += fen
            cash[account, default: Sum()][keyPath: part] += fen
        default: break
        }
    }

    /// Adds what the office's approved adjustments moved.
    mutating func add(_ adjustments: [AdjustmentSummary]) {
        for adjustment in adjustments where adjustment.state == .approved {
            let fen = adjustment.amountFen
            func account(_ fen: Int64) {
                if let account = adjustment.account { cash[account, default: Sum()].sure += fen }
            }
            func merchant(_ fen: Int64) {
                if let merchant = adjustment.merchant { merchants[merchant, default: Sum()].sure += fen }
            }
            switch adjustment.kind {
            case .makeUpDebit:
                account(fen)
                merchant(fen)
            case .refund:
                // What the subsidy paid goes back to it first, as at a terminal.
                let left = adjustment.transaction.flatMap { subsidyLeft[$0] } ?? 0
                let back = min(fen, max(0, left))
                if let subject = adjustment.transaction { subsidyLeft[subject] = left - back }
                if let account = adjustment.account { subsidy[account, default: 0] -= back }
                account(back - fen)
                merchant(-fen)
            case .debt, .writeOff: account(-fen)
            case .debtRecovery: account(fen)
            case .debtWriteOff: break
            case .merchantCredit: merchant(fen)
            case .merchantDebit: merchant(-fen)
            }
        }
    }
}
