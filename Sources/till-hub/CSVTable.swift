import Hub
import Payments

/// The columns of exported CSV files. They are stable: a new column comes last.
struct CSVTable {
    let presentation: Presentation
    /// Cardholders and purses by themselves; otherwise only what they are.
    let eachAccount: Bool

    var postingsHead: String {
        head([
            "posting", "leg", "business_day", "late_day", "kind", "occurred_at", "posted_at", "account",
            "amount_yuan", "transaction", "reference",
        ])
    }

    /// One line per entry.
    func lines(_ posting: ExportedPosting) -> String {
        posting.entries.enumerated().map { leg, entry in
            CSVLine.text([
                .integer(posting.posting), .integer(Int64(leg + 1)), .text(posting.day.text),
                .text(posting.lateDay?.text ?? ""), .text(posting.kind.rawValue),
                .text(presentation.time(posting.occurredAtMilliseconds)),
                .text(presentation.time(posting.postedAtMilliseconds)), .text(name(entry.account)),
                .amount(entry.amountFen), .text(posting.transaction?.text ?? ""), .text(reference(posting)),
            ])
        }.joined()
    }

    var recordsHead: String {
        head([
            "terminal", "journal", "sequence", "transaction", "outcome", "amount_yuan", "received_at", "posting",
            "business_day",
        ])
    }

    func recordLine(_ record: ExportedRecord) -> String {
        CSVLine.text([
            .text(record.terminal.text), .text(record.journal.text), .integer(record.sequence),
            .text(record.transaction.text), .text(record.outcome), .amount(record.amountFen),
            .text(presentation.time(record.receivedAtMilliseconds)), .integer(record.posting),
            .text(record.day?.text ?? ""),
        ])
    }

    var settlementsHead: String {
        head([
            "settlement", "merchant", "from", "through", "sales_count", "sales_yuan", "refunds_count",
            "refunds_yuan", "corrections_count", "corrections_yuan", "carried_yuan", "net_yuan", "state",
            "drafted_by", "decided_by", "payment_reference",
        ])
    }

    func settlementLine(_ item: SettlementSummary) -> String {
        let figures = item.figures
        return CSVLine.text([
            .integer(item.id), .text(item.merchant.text), .text(item.from.text), .text(item.through.text),
            .integer(figures.salesCount), .amount(figures.salesFen), .integer(figures.refundsCount),
            .amount(figures.refundsFen), .integer(figures.correctionsCount), .amount(figures.correctionsFen),
            .amount(item.carriedFen), .amount(item.netFen), .text(item.state.rawValue), .text(item.draftedBy),
            .text(item.decidedBy ?? ""), .text(item.paymentReference ?? ""),
        ])
    }

    private func head(_ names: [String]) -> String { CSVLine.text(names.map { .text($0) }) }

    private func name(_ account: BookAccount) -> String {
        switch account {
        case .cardholder where !eachAccount: "cardholders"
        case .subsidy where !eachAccount: "subsidies"
        case .debt where !eachAccount: "debts"
        case .purse where !eachAccount: "purses"
        default: account.text
        }
    }

    /// References of purse postings name the card, those of subsidies as a rule the account.
    private func reference(_ posting: ExportedPosting) -> String {
        switch posting.kind {
        case .purseOpening, .purseCorrection, .subsidyGrant, .subsidyExpiry:
            eachAccount ? posting.reference ?? "" : ""
        default: posting.reference ?? ""
        }
    }
}
