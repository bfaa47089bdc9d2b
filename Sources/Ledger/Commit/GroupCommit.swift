import GRDB
import HubProtocol
import Payments
import Terminal

/// One commit while it is being written: each write stands on those before it.
struct GroupCommit {
    let name: JournalName
    let policies: PolicyShelf
    /// The time of this commit, where the ledger has a clock.
    let point: ClockPoint?
    private(set) var standing: Standing
    /// Numbers that were given out and have no record.
    private var open: Set<UInt64>
    /// Numbers that got their record in this commit.
    private(set) var closed: [UInt64] = []
    private(set) var hasChanges = false

    init(
        name: JournalName, standing: Standing, open: Set<UInt64>, policies: PolicyShelf = PolicyShelf(),
        point: ClockPoint? = nil
    ) {
        self.name = name
        self.policies = policies
        self.point = point
        self.standing = standing
        self.open = open
    }

    /// Stores the write, or refuses it without having written anything.
    mutating func write(
        _ pending: PendingWrite, to database: Database
    ) throws -> Result<SettledWrite, LedgerError> {
        guard let trace = name.trace(pending.transaction), open.contains(trace) else {
            return .failure(LedgerError(.transactionNotOpen))
        }
        if let refusal = try refusal(of: pending.work, trace: trace, database) { return .failure(refusal) }
        hasChanges = true
        switch pending.work {
        case .sale(let request, let hub, let authorizer):
            return .success(try conclude(request, hub: hub, authorizer: authorizer, now: pending.now, database))
        case .void(let transaction):
            return .success(SettledWrite(record: try append(transaction, .voided, nil, now: pending.now, database)))
        case .intent(let transaction, let sale, let reference):
            try CardIntentTable.insert(
                OpenCardTransaction(
                    transaction: transaction, sale: sale, reference: reference, intendedAt: pending.now),
                into: database)
            standing.intended.insert(trace)
            return .success(SettledWrite())
        case .record(let transaction, let outcome, let sale):
            let record = try append(transaction, outcome, sale, now: pending.now, database)
            try endIntent(of: record, database)
            return .success(SettledWrite(record: record))
        case .correction(let transaction, let request, let rules):
            return .success(try correct(transaction, request, rules: rules, now: pending.now, database))
        }
    }

    /// Reserves numbers beyond `last`, and stores where the terminal stands now.
    mutating func finish(_ database: Database, reserving window: UInt64, after last: UInt64) throws {
        standing.row.reservedThrough = max(standing.row.reservedThrough, last + window)
        try standing.row.update(database)
        if let point { try ClockPointTable.store(database, point) }
    }

    /// What speaks against a write to an open number.
    private func refusal(of work: PendingWrite.Work, trace: UInt64, _ database: Database) throws -> LedgerError? {
        let isIntended = standing.intended.contains(trace)
        switch work {
        case .sale, .void, .correction:
            return isIntended ? LedgerError(.intentMismatch, detail: "the card was asked already") : nil
        case .intent(_, let sale, _):
            if let card = sale.payer.card, try CardIntentTable.intent(database, of: card, in: name) != nil {
                return LedgerError(.cardTransactionOpen)
            }
            return isIntended ? LedgerError(.intentMismatch, detail: "intended for another card") : nil
        case .record(_, .resolved(let resolution), let sale):
            guard !isIntended else { return LedgerError(.intentMismatch, detail: "a resolution has its own number") }
            guard let subject = name.trace(resolution.subject), !standing.intended.contains(subject),
                let intent = try CardIntentTable.intent(database, resolution.subject)
            else { return LedgerError(.transactionNotOpen, detail: "nothing to resolve") }
            return sale.movesSameMoney(as: intent.sale) ? nil : LedgerError(.intentMismatch, detail: "other money")
        case .record(let transaction, let outcome, let sale):
            if isIntended, let intent = try CardIntentTable.intent(database, transaction) {
                return sale.movesSameMoney(as: intent.sale) ? nil : LedgerError(.intentMismatch, detail: "other money")
            }
            // Without an intent no card has been asked, so there is nothing that could be approved or unknown.
            if case .declined = outcome { return nil }
            return LedgerError(.intentMismatch, detail: "no intent")
        }
    }

    private mutating func conclude(
        _ request: AuthorizationRequest, hub: HubAnswer, authorizer: Authorizer, now: UnixTime, _ database: Database
    ) throws -> SettledWrite {
        let payer = try PayerKnowledge(
            database, request.instrument, standing: standing,
            policy: PolicyKnowledge(shelf: policies, point: point, now: now))
        let decision = authorizer.decide(request, view: payer.view, hub: hub, now: now)
        let split =
            decision.isApproved
            ? authorizer.split(request, view: payer.view, hub: decision.path == .online ? hub : .notAsked, now: now)
            : SubsidySplit(subsidy: .zero, cash: request.amount)
        var sale = JournalRecord.Sale(request, account: payer.payer(decision, hub: hub), path: decision.path)
        sale.subsidy = split.subsidy
        let record = try append(
            request.transaction, decision.reason.map(Payments.Outcome.declined) ?? .approved, sale, now: now,
            last: payer.use, database)
        if request.pin != .notEntered, let account = payer.account {
            try PINFailureTable.count(decision, pin: request.pin, database, of: account)
        }
        return SettledWrite(
            record: record, decision: decision,
            available: payer.available(decision, hub: hub, cash: split.cash))
    }

    /// Appends the record of an open number.
    ///
    /// - Parameter last: see ``AccountUseTable/append(_:last:to:)``.
    mutating func append(
        _ transaction: TransactionID, _ outcome: Payments.Outcome, _ sale: JournalRecord.Sale?, now: UnixTime,
        last: AccountUse? = nil, _ database: Database
    ) throws -> JournalRecord {
        let record = JournalRecord(
            sequence: standing.row.head.sequence + 1, transaction: transaction, outcome: outcome, sale: sale,
            decidedAt: now, replicaCursor: standing.row.replicaCursor)
        let hash = standing.append(record)
        try JournalTable.append(record, hash: hash, last: last, to: database)
        open.remove(transaction.trace.number)
        closed.append(transaction.trace.number)
        return record
    }

    private mutating func endIntent(of record: JournalRecord, _ database: Database) throws {
        let wasIntended = standing.intended.remove(record.transaction.trace.number) != nil
        switch record.outcome {
        case .approved, .declined, .voided:
            if wasIntended { try CardIntentTable.remove(record.transaction, from: database) }
        case .unknown: break
        case .resolved(let resolution): try CardIntentTable.remove(resolution.subject, from: database)
        }
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
