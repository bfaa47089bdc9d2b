import HubProtocol
import Payments
import Terminal

/// What a ``SimulatedJournal`` keeps. A change is made on a copy, which takes the original's place at its commit.
struct SimulatedJournalState: Sendable {
    private let terminal: TerminalID
    private let journal: JournalID
    private let genesis: JournalHash
    private let reservationWindow: UInt64
    private(set) var stored: [ArchivedRecord] = []
    private(set) var replica = SimulatedReplica()
    private(set) var replicaCursor: UInt64 = 0
    private var redeemed: Set<CodeReference> = []
    private var newestDecision: UnixTime?
    private var lastHubContact: UnixTime?
    private var lastTrace: UInt64 = 0
    private var reservedThrough: UInt64
    private var open: Set<UInt64> = []
    var acknowledged: UInt64 = 0
    var failingCommits = 0
    var failure = LedgerError.Code.diskFull

    init(terminal: TerminalID, journal: JournalID, reservationWindow: UInt64) {
        invariant(reservationWindow > 0, "at least one number is reserved")
        self.terminal = terminal
        self.journal = journal
        self.reservationWindow = reservationWindow
        genesis = .genesis(terminal: terminal, journal: journal)
        reservedThrough = reservationWindow
    }

    /// Changes a copy and takes it over, unless this commit is one that fails.
    mutating func commit(_ change: (inout Self) throws(LedgerError) -> Void) throws(LedgerError) {
        var changed = self
        try change(&changed)
        guard failingCommits == 0 else {
            failingCommits -= 1
            throw LedgerError(failure, detail: "simulated")
        }
        self = changed
    }

    mutating func mint() throws(LedgerError) -> TransactionID {
        if lastTrace == reservedThrough {
            try commit { $0.reservedThrough += $0.reservationWindow }
        }
        lastTrace += 1
        open.insert(lastTrace)
        return TransactionID(terminal: terminal, journal: journal, trace: TraceNumber(lastTrace))
    }

    mutating func conclude(
        _ request: AuthorizationRequest, hub: HubAnswer, authorizer: Authorizer, now: UnixTime
    ) throws(LedgerError) -> ConcludedTransaction {
        let payer = knowledge(of: request.instrument)
        let decision = authorizer.decide(request, view: payer.view, hub: hub, now: now)
        var account = payer.account
        var available = payer.view.account?.available
        if decision.isApproved { available = available.map { $0 - request.amount } }
        if case .held(let holder, let left) = hub, case .online = decision.path {
            (account, available) = (holder, left)
        }
        let instrument: JournalRecord.Payer =
            switch request.instrument {
            case .card(let evidence): .card(evidence.card, evidence.proof)
            case .code(let evidence): .code(evidence.reference)
            }
        let sale = JournalRecord.Sale(
            amount: request.amount, payer: instrument, account: account, merchant: request.merchant,
            lane: request.lane, path: decision.path)
        let record = try append(
            request.transaction, decision.reason.map(Outcome.declined) ?? .approved, sale, now: now)
        return ConcludedTransaction(record: record, decision: decision, available: available, commitTime: .zero)
    }

    mutating func void(_ transaction: TransactionID, now: UnixTime) throws(LedgerError) {
        _ = try append(transaction, .voided, nil, now: now)
    }

    private mutating func append(
        _ transaction: TransactionID, _ outcome: Outcome, _ sale: JournalRecord.Sale?, now: UnixTime
    ) throws(LedgerError) -> JournalRecord {
        guard transaction.terminal == terminal, transaction.journal == journal,
            open.contains(transaction.trace.number)
        else { throw LedgerError(.transactionNotOpen) }
        let record = JournalRecord(
            sequence: UInt64(stored.count) + 1, transaction: transaction, outcome: outcome, sale: sale,
            decidedAt: now, replicaCursor: replicaCursor)
        try commit { state throws(LedgerError) in
            let hash = state.head.following(record)
            state.stored.append(ArchivedRecord(record: record, hash: hash))
            state.open.remove(transaction.trace.number)
            state.newestDecision = max(state.newestDecision ?? now, now)
            state.reservedThrough = max(state.reservedThrough, state.lastTrace + state.reservationWindow)
            if case .approved = outcome, case .code(let reference)? = sale?.payer { state.redeemed.insert(reference) }
        }
        return record
    }

    // MARK: - What the hub says

    /// Checks an acknowledgement against the journal's own hashes.
    ///
    /// - Returns: whether it reaches further than the last.
    func reachesFurther(_ acknowledgement: Acknowledgement) throws(LedgerError) -> Bool {
        guard acknowledgement.sequence <= UInt64(stored.count),
            hash(at: acknowledgement.sequence) == acknowledgement.hash
        else { throw LedgerError(.acknowledgementMismatch, detail: "at record \(acknowledgement.sequence)") }
        return acknowledgement.sequence > acknowledged
    }

    mutating func apply(_ page: ChangesPage, after cursor: UInt64) throws(LedgerError) {
        guard cursor >= replicaCursor else { return }
        guard cursor == replicaCursor, page.cursor >= cursor else { throw LedgerError(.changesDoNotFollow) }
        var last = cursor
        for change in page.changes {
            guard change.cursor > last, change.cursor <= page.cursor else { throw LedgerError(.changesDoNotFollow) }
            last = change.cursor
        }
        let hubTime = UnixTime(milliseconds: page.hubTimeMilliseconds)
        try commit { state throws(LedgerError) in
            for change in page.changes { try state.replica.store(change, asOf: page.acknowledged.sequence) }
            if try state.reachesFurther(page.acknowledged) { state.acknowledged = page.acknowledged.sequence }
            state.replicaCursor = page.cursor
            let contact = max(state.lastHubContact ?? hubTime, hubTime)
            state.lastHubContact = contact
            // The hub's time is right: a record that a fast clock dated into the future stops counting as newest.
            state.newestDecision = state.newestDecision.map { min($0, contact) }
        }
    }

    // MARK: - Reading

    func archive(after sequence: UInt64, limit: Int) -> [ArchivedRecord] {
        Array(stored.dropFirst(Int(clamping: sequence)).prefix(limit))
    }

    /// What is known about the payer, and the account that the record will name.
    func knowledge(of instrument: Instrument) -> (view: LedgerView, account: AccountID?) {
        var view = LedgerView()
        let account: AccountID?
        switch instrument {
        case .card(let evidence):
            let card = replica.cards[evidence.card]
            view.card = card?.status
            view.hotListed = replica.hotList[evidence.card]
            account = card?.account
        case .code(let evidence):
            view.codeUsed = redeemed.contains(evidence.reference)
            account = evidence.account
        }
        for (record, sale) in approved(after: acknowledged) where record.isOffline {
            view.terminalOffline.amount += sale.amount
            view.terminalOffline.count += 1
        }
        view.lastHubContact = lastHubContact
        view.lastRecord = newestDecision
        guard let account else { return (view, nil) }
        let row = replica.accounts[account]
        var available = row?.balance ?? .zero
        for (record, sale) in approved(after: row?.asOf ?? 0) where sale.account == account {
            available -= sale.amount
            guard record.isOffline else { continue }
            view.cardOffline.amount += sale.amount
            view.cardOffline.count += 1
            if record.sequence > acknowledged { view.undelivered += sale.amount }
        }
        view.account = row.map { LedgerView.Account(id: account, status: $0.status, available: available) }
        return (view, account)
    }

    var figures: JournalFigures {
        JournalFigures(
            sequence: UInt64(stored.count), hash: head, acknowledged: acknowledged,
            unsentCount: stored.count - Int(acknowledged),
            unsentAmount: approved(after: acknowledged).reduce(.zero) { $0 + $1.1.amount },
            oldestUnsent: archive(after: acknowledged, limit: 1).first?.record.decidedAt,
            replicaCursor: replicaCursor, lastHubContact: lastHubContact, accounts: replica.accounts.count,
            hotListed: replica.hotList.count)
    }

    var verification: JournalVerification {
        var findings: [String] = []
        var hash = genesis
        for (index, archived) in stored.enumerated() {
            hash = hash.following(archived.record)
            if archived.record.sequence != UInt64(index) + 1 || archived.hash != hash {
                findings.append("record \(index + 1) does not follow")
            }
        }
        if UInt64(stored.count + open.count) != lastTrace { findings.append("a trace number has no record") }
        let sales = approved(after: 0)
        return JournalVerification(
            records: stored.count, approvedCount: sales.count,
            approvedAmount: sales.reduce(.zero) { $0 + $1.1.amount }, findings: findings)
    }

    private var head: JournalHash { stored.last?.hash ?? genesis }

    private func hash(at sequence: UInt64) -> JournalHash {
        sequence == 0 ? genesis : stored[Int(sequence) - 1].hash
    }

    private func approved(after sequence: UInt64) -> [(JournalRecord, JournalRecord.Sale)] {
        archive(after: sequence, limit: stored.count).compactMap { archived in
            guard case .approved = archived.record.outcome, let sale = archived.record.sale else { return nil }
            return (archived.record, sale)
        }
    }
}

extension JournalRecord {
    fileprivate var isOffline: Bool { if case .offline? = sale?.path { true } else { false } }
}
