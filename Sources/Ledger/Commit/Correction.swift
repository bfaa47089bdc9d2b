import GRDB
import Payments
import Terminal

/// A correction decided on what the journal holds at this moment.
enum Correction {
    /// It was stored before, or is refused.
    case ended(CorrectionResult)
    /// This is to be stored, of that sale; of which so much was given back before.
    case new(JournalRecord.Sale, of: JournalRecord, corrected: Amount)

    init(
        _ request: CorrectionRequest, rules: CorrectionRules, now: UnixTime, standing: Standing, name: JournalName,
        _ database: Database
    ) throws {
        if let stored = try CorrectionTable.find(database, request.reference, in: name) {
            let isSame = request.order.isFulfilled(by: stored.record)
            self = .ended(isSame ? .stored(stored) : .refused(CorrectionRefusal(.referenceReused)))
            return
        }
        let subject = try CorrectionTable.subject(database, of: request.order, in: name)
        switch rules.sale(for: request.order, of: subject, now: max(now, standing.row.newestDecision ?? now)) {
        case .failure(let refusal): self = .ended(.refused(refusal))
        case .success(let sale):
            guard let subject else { throw LedgerError(.damaged, detail: "correction without sale") }
            self = .new(sale, of: subject.record, corrected: subject.corrected)
        }
    }

    /// What came of it without storing anything; `nil` when there is something to store.
    var result: CorrectionResult? { if case .ended(let result) = self { result } else { nil } }
}

extension GroupCommit {
    /// Stores a correction, or a void of its number when there is none to store.
    mutating func correct(
        _ transaction: TransactionID, _ request: CorrectionRequest, rules: CorrectionRules, now: UnixTime,
        _ database: Database
    ) throws -> SettledWrite {
        let correction = try Correction(
            request, rules: rules, now: now, standing: standing, name: name, database)
        switch correction {
        case .ended(let result):
            let record = try append(transaction, .voided, nil, now: now, database)
            return SettledWrite(record: record, correction: result)
        case .new(let sale, let subject, let corrected):
            let record = try append(transaction, .approved, sale, now: now, database)
            try CorrectionTable.insert(request.reference, sequence: record.sequence, into: database)
            let stored = StoredCorrection(
                reference: request.reference, record: record, sale: subject, corrected: corrected + sale.amount,
                isRepeated: false)
            return SettledWrite(record: record, correction: .stored(stored))
        }
    }
}
