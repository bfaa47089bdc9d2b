import Hub
import Payments

/// Promise 3: what is given back of a sale is never more than the sale, at the terminal and at the hub together; one
/// reference corrects once; the office's adjustments are those that two persons agreed on.
@SimulationActor package final class Promise3Corrections: PromiseChecker {
    package let promise = 3

    private var corrected: [Int: [(record: JournalRecord, reference: String)]] = [:]
    private var sales: [Int: [TransactionID: Int64]] = [:]

    package func observe(_ event: CampusEvent) -> String? {
        switch event {
        case .shown(let sale): sold(sale.terminal, sale.record)
        case .opened(let terminal, let records): for record in records { sold(terminal, record) }
        case .corrected(let terminal, let record, let reference): return correction(terminal, record, reference)
        case .imageRestored(let terminal, let copied, _):
            corrected[terminal]?.removeAll { $0.record.sequence > copied }
        case .journalReplaced(let terminal, _, _): (corrected[terminal], sales[terminal]) = (nil, nil)
        case .ownApproval(let note): return "a person approved the own adjustment \(note)"
        default: break
        }
        return nil
    }

    private func sold(_ terminal: Int, _ record: JournalRecord) {
        guard let purchase = record.provenPurchase else { return }
        sales[terminal, default: [:]][purchase.transaction] = purchase.fen
    }

    private func correction(_ terminal: Int, _ record: JournalRecord, _ reference: String) -> String? {
        if let known = corrected[terminal]?.first(where: { $0.reference == reference }) {
            return known.record == record ? nil : "terminal \(terminal) corrected twice under \(reference)"
        }
        corrected[terminal, default: []].append((record, reference))
        guard let subject = record.sale?.movement.corrects, let sale = sales[terminal]?[subject] else {
            return "terminal \(terminal) corrected what it never sold"
        }
        let back = (corrected[terminal] ?? []).filter { $0.record.sale?.movement.corrects == subject }
            .reduce(0) { $0 + ($1.record.sale?.amount.fen ?? 0) }
        return back > sale ? "terminal \(terminal) gave \(back) of \(sale) fen back" : nil
    }

    package func judge(_ end: CampusEnd) -> [String] {
        var findings: [String] = []
        let contested = end.contested
        let delivered = end.delivered
        var back: [TransactionID: Int64] = [:]
        for record in delivered where record.outcome == .approved && !contested.contains(record.transaction) {
            if let sale = record.sale, let subject = sale.movement.corrects {
                back[subject, default: 0] += sale.amount.fen
            }
        }
        for adjustment in end.adjustments where adjustment.kind == .refund && adjustment.state == .approved {
            if let subject = adjustment.transaction { back[subject, default: 0] += adjustment.amountFen }
        }
        for (transaction, sold) in delivered.compactMap(\.provenPurchase) {
            let given = back[transaction] ?? 0
            if given > sold { findings.append("\(given) of \(sold) fen of \(transaction) were given back") }
        }
        let known = Set(delivered.map(\.transaction))
        for transaction in contested where !known.contains(transaction) {
            findings.append("the hub has the correction \(transaction), which no terminal made")
        }
        for line in end.statements.values.joined() where line.kind == .refund || line.kind == .void {
            guard let transaction = line.transaction, !known.contains(transaction) else { continue }
            findings.append("the hub gave \(line.amountFen) fen back by \(transaction), which no terminal made")
        }
        return findings + adjustments(end)
    }

    private func adjustments(_ end: CampusEnd) -> [String] {
        var findings: [String] = []
        for adjustment in end.adjustments where adjustment.state == .approved {
            guard let known = end.office.adjustments[adjustment.note], known.proposal.amountFen == adjustment.amountFen
            else {
                findings.append("nobody proposed adjustment \(adjustment.id) as it was posted")
                continue
            }
            if adjustment.decidedBy == adjustment.proposedBy {
                findings.append("one person proposed and approved adjustment \(adjustment.id)")
            }
        }
        let approved = Set(end.adjustments.filter { $0.state == .approved }.map(\.note))
        for (note, known) in end.office.adjustments where known.isApproved && !approved.contains(note) {
            findings.append("adjustment \(note) was approved and is not in the books")
        }
        return findings
    }
}

extension JournalRecord {
    /// The purchase that this record proves: its own, or the earlier one of which the card said later that it happened.
    fileprivate var provenPurchase: (transaction: TransactionID, fen: Int64)? {
        guard let sale else { return nil }
        switch (sale.movement, outcome) {
        case (.accountPurchase, .approved), (.pursePurchase, .approved): return (transaction, sale.amount.fen)
        case (.pursePurchase, .resolved(let resolution)) where resolution.verdict == .happened:
            return (resolution.subject, sale.amount.fen)
        default: return nil
        }
    }
}
