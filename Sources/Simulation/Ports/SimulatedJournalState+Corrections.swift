import HubProtocol
import Payments
import Terminal

extension SimulatedJournalState {
    /// A correction that ends without storing anything.
    struct EndedCorrection: Error {
        let result: CorrectionResult
    }

    /// What is to be stored, of which sale, of which so much was given back before.
    typealias NewCorrection = (sale: JournalRecord.Sale, subject: JournalRecord, corrected: Amount)

    func decide(
        _ request: CorrectionRequest, rules: CorrectionRules, now: UnixTime
    ) -> Result<NewCorrection, EndedCorrection> {
        if let stored = correction(under: request.reference) {
            let isSame = request.order.isFulfilled(by: stored.record)
            return .failure(
                EndedCorrection(result: isSame ? .stored(stored) : .refused(CorrectionRefusal(.referenceReused))))
        }
        let subject = self.subject(of: request.order)
        switch rules.sale(for: request.order, of: subject, now: max(now, newestDecision ?? now)) {
        case .failure(let refusal): return .failure(EndedCorrection(result: .refused(refusal)))
        case .success(let sale):
            guard let subject else {
                return .failure(EndedCorrection(result: .refused(CorrectionRefusal(.saleUnknown))))
            }
            return .success((sale, subject.record, subject.corrected))
        }
    }

    mutating func correct(
        _ transaction: TransactionID, _ request: CorrectionRequest, rules: CorrectionRules, now: UnixTime
    ) throws(LedgerError) -> CorrectionResult {
        switch decide(request, rules: rules, now: now) {
        case .failure(let ended):
            _ = try append(transaction, .voided, nil, now: now)
            return ended.result
        case .success(let new):
            let record = try append(transaction, .approved, new.sale, now: now)
            corrections[request.reference] = transaction
            return .stored(
                StoredCorrection(
                    reference: request.reference, record: record, sale: new.subject,
                    corrected: new.corrected + new.sale.amount, isRepeated: false))
        }
    }

    func correction(under reference: SaleReference) -> StoredCorrection? {
        guard let transaction = corrections[reference], let record = self.record(of: transaction),
            let subject = record.sale?.movement.corrects, let sale = self.record(of: subject)
        else { return nil }
        return StoredCorrection(
            reference: reference, record: record, sale: sale,
            corrected: givenBack(of: subject).reduce(.zero) { $0 + $1.amount }, isRepeated: true)
    }

    private func subject(of order: CorrectionOrder) -> CorrectableSale? {
        let found: JournalRecord?
        switch order {
        case .refund(let transaction, _), .void(_, sale: let transaction?): found = record(of: transaction)
        case .void(let lane, sale: nil): found = lastOfLane(lane)
        }
        guard let found else { return nil }
        let corrections = givenBack(of: found.transaction)
        return CorrectableSale(
            record: found, verdict: verdict(on: found), account: payee(found),
            corrected: corrections.reduce(.zero) { $0 + $1.amount },
            correctedSubsidy: corrections.reduce(.zero) { $0 + $1.subsidy },
            isLastOfLane: found.sale.map { lastOfLane($0.lane) == found } ?? false)
    }

    /// Whether the record's money moved, by its own word or by a later record's.
    private func verdict(on record: JournalRecord) -> Resolution.Verdict {
        guard record.outcome == .unknown else { return record.outcome == .approved ? .happened : .didNotHappen }
        return stored.lazy.compactMap { archived in
            guard case .resolved(let resolution) = archived.record.outcome,
                resolution.subject == record.transaction
            else { return nil }
            return resolution.verdict
        }.first ?? .undetermined
    }

    private func payee(_ record: JournalRecord) -> AccountID? {
        guard case .pursePurchase? = record.sale?.movement else { return record.sale?.account }
        return record.sale?.payer.card.flatMap { replica.cards[$0]?.account }
    }

    private func record(of transaction: TransactionID) -> JournalRecord? {
        stored.first { $0.record.transaction == transaction }?.record
    }

    private func givenBack(of sale: TransactionID) -> [JournalRecord.Sale] {
        stored.map(\.record).filter { $0.outcome == .approved }.compactMap(\.sale)
            .filter { $0.movement.corrects == sale }
    }

    private func lastOfLane(_ lane: LaneID) -> JournalRecord? {
        stored.last { archived in
            guard let sale = archived.record.sale, sale.lane == lane, sale.movement.corrects == nil else {
                return false
            }
            switch archived.record.outcome {
            case .approved: return true
            case .unknown: return verdict(on: archived.record) != .didNotHappen
            case .declined, .voided, .resolved: return false
            }
        }?.record
    }
}
