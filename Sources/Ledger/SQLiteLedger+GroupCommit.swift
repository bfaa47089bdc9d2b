import GRDB
import HubProtocol
import Payments
import Synchronization
import Terminal

extension SQLiteLedger {
    private typealias Outcome = Result<ConcludedTransaction, LedgerError>

    /// Commits what waits, this ticket's conclusion included, unless an earlier caller did; gives this ticket's result.
    func settle(_ ticket: WaitingConclusions.Ticket) throws(LedgerError) -> ConcludedTransaction {
        while true {
            if let result = settled.removeValue(forKey: ticket) { return try result.get() }
            let batch = waiting.withLock { $0.take(Self.commitLimit) }
            invariant(!batch.isEmpty, "a ticket is waiting or settled")
            for (entry, result) in zip(batch, conclude(batch.map(\.conclusion))) { settled[entry.ticket] = result }
        }
    }

    /// One commit for all. Only a broken constraint, which is a defect or a replay, is the fault of a single one of
    /// them: then each gets a commit of its own and the bad one fails alone.
    private func conclude(_ batch: [PendingConclusion]) -> [Outcome] {
        do {
            return try store(batch)
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT && batch.count > 1 {
            return batch.flatMap { conclude([$0]) }
        } catch {
            return batch.map { _ in .failure(LedgerError(storage: error)) }
        }
    }

    private func store(_ batch: [PendingConclusion]) throws -> [Outcome] {
        var changed = standing
        var open = numbers.withLock { $0.open }
        var concluded: [UInt64] = []
        var outcomes: [Outcome] = []
        let clock = ContinuousClock()
        let start = clock.now
        try openConnection().inDatabase { database in
            try database.inTransaction(.immediate) {
                for pending in batch {
                    guard let trace = name.trace(pending.transaction), open.remove(trace) != nil else {
                        outcomes.append(.failure(LedgerError(.transactionNotOpen)))
                        continue
                    }
                    concluded.append(trace)
                    outcomes.append(.success(try append(pending, to: &changed, in: database)))
                }
                guard !concluded.isEmpty else { return .rollback }
                let wanted = numbers.withLock { $0.last } + reservationWindow
                changed.row.reservedThrough = max(changed.row.reservedThrough, wanted)
                try changed.row.update(database)
                return .commit
            }
        }
        guard !concluded.isEmpty else { return outcomes }
        standing = changed
        commitCount += 1
        numbers.withLock { numbers in
            for trace in concluded { numbers.close(trace) }
            numbers.extend(through: changed.row.reservedThrough)
        }
        let commitTime = clock.now - start
        return outcomes.map { outcome in
            outcome.map { concluded in
                var timed = concluded
                timed.commitTime = commitTime
                return timed
            }
        }
    }

    /// Decides and writes one conclusion on top of `changed`, which has the earlier ones of the same commit in it.
    private func append(
        _ pending: PendingConclusion, to changed: inout Standing, in database: Database
    ) throws -> ConcludedTransaction {
        let decision: Decision
        let outcome: Payments.Outcome
        var sale: JournalRecord.Sale?
        var available: Amount?
        switch pending.work {
        case .void:
            (decision, outcome) = (.declined(.transactionVoided, .local), .voided)
        case .sale(let request, let hub, let authorizer):
            let payer = try PayerKnowledge(database, request.instrument, standing: changed)
            decision = authorizer.decide(request, view: payer.view, hub: hub, now: pending.now)
            outcome = decision.reason.map(Payments.Outcome.declined) ?? .approved
            sale = JournalRecord.Sale(
                request, account: payer.payer(decision, hub: hub), path: decision.path)
            available = payer.available(decision, hub: hub, amount: request.amount)
        }
        let record = JournalRecord(
            sequence: changed.row.head.sequence + 1, transaction: pending.transaction, outcome: outcome, sale: sale,
            decidedAt: pending.now, replicaCursor: changed.row.replicaCursor)
        let hash = changed.append(record)
        try JournalTable.append(record, hash: hash, to: database)
        return ConcludedTransaction(record: record, decision: decision, available: available, commitTime: .zero)
    }
}

extension JournalRecord.Sale {
    fileprivate init(_ request: AuthorizationRequest, account: AccountID?, path: AuthorizationPath) {
        let payer: JournalRecord.Payer =
            switch request.instrument {
            case .card(let evidence): .card(evidence.card, evidence.proof)
            case .code(let evidence): .code(evidence.reference)
            }
        self.init(
            amount: request.amount, payer: payer, account: account, merchant: request.merchant, lane: request.lane,
            path: path)
    }
}
