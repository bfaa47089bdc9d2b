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
    private(set) var newestDecision: UnixTime?
    private var lastHubContact: UnixTime?
    private var lastTrace: UInt64 = 0
    private var reservedThrough: UInt64
    private var open: Set<UInt64> = []
    private var intents: [CardID: OpenCardTransaction] = [:]
    /// Transactions that are recorded as unknown and not resolved.
    private var unknown: Set<TransactionID> = []
    /// Records of corrections by their references.
    var corrections: [SaleReference: TransactionID] = [:]
    var acknowledged: UInt64 = 0
    /// The hub's signing key that was pinned.
    var hubKey: HubVerifyingKey?
    /// Why no more ids are given out.
    var contested: HubRefusal?
    /// A snapshot that is wanted or being fetched.
    var snapshot: SimulatedSnapshot?
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
        if let contested { throw LedgerError(.journalContested, detail: "E\(contested.rawValue)") }
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
        if case .held(let holder, let left, _) = hub, case .online = decision.path {
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

    /// What any stop and the next opening leave: every reserved number has a record.
    mutating func reopen(now: UnixTime) {
        let recorded = Set(stored.map(\.record.transaction.trace.number))
        for trace in 1...reservedThrough where !recorded.contains(trace) {
            let transaction = TransactionID(terminal: terminal, journal: journal, trace: TraceNumber(trace))
            let intent = intent(of: transaction)
            store(
                JournalRecord(
                    sequence: UInt64(stored.count) + 1, transaction: transaction,
                    outcome: intent == nil ? .voided : .unknown, sale: intent?.sale, decidedAt: now,
                    replicaCursor: replicaCursor))
        }
        open = []
        lastTrace = reservedThrough
        reservedThrough += reservationWindow
    }

    // MARK: - A card's own money

    func openCardTransaction(of card: CardID) -> OpenCardTransaction? { intents[card] }

    mutating func intend(_ intent: OpenCardTransaction) throws(LedgerError) {
        guard case .card(let card, _) = intent.sale.payer, Self.fits(intent.sale, .unknown) else {
            throw LedgerError(.intentMismatch)
        }
        try requireOpen(intent.transaction)
        guard intents[card] == nil else { throw LedgerError(.cardTransactionOpen) }
        guard self.intent(of: intent.transaction) == nil else { throw LedgerError(.intentMismatch) }
        try commit { state throws(LedgerError) in
            state.intents[card] = intent
            state.reservedThrough = max(state.reservedThrough, state.lastTrace + state.reservationWindow)
        }
    }

    mutating func record(
        _ transaction: TransactionID, _ outcome: Outcome, _ sale: JournalRecord.Sale, now: UnixTime
    ) throws(LedgerError) -> JournalRecord {
        guard Self.fits(sale, outcome) else { throw LedgerError(.intentMismatch) }
        return try append(transaction, outcome, sale, now: now)
    }

    private static func fits(_ sale: JournalRecord.Sale, _ outcome: Outcome) -> Bool {
        sale.movement.isCardMoney && sale.payer.card != nil && sale.amount > .zero
            && sale.amount <= .saleMaximum && JournalRecord.isWellFormed(outcome, sale)
    }

    private func intent(of transaction: TransactionID) -> OpenCardTransaction? {
        intents.values.first { $0.transaction == transaction }
    }

    /// Refuses a record that is not an end of the intent under its number, or of the one that it resolves.
    private func requireEnd(
        _ transaction: TransactionID, _ outcome: Outcome, _ sale: JournalRecord.Sale?
    ) throws(LedgerError) {
        let own = intent(of: transaction)
        var ended = own
        if case .resolved(let resolution) = outcome {
            guard own == nil else { throw LedgerError(.intentMismatch) }
            guard unknown.contains(resolution.subject) else { throw LedgerError(.transactionNotOpen) }
            ended = intent(of: resolution.subject)
        }
        guard let sale, sale.movement.isCardMoney else {
            guard own == nil else { throw LedgerError(.intentMismatch) }
            return
        }
        if case .declined = outcome, ended == nil { return }
        guard let ended, sale.movesSameMoney(as: ended.sale) else { throw LedgerError(.intentMismatch) }
    }

    private func requireOpen(_ transaction: TransactionID) throws(LedgerError) {
        guard transaction.terminal == terminal, transaction.journal == journal,
            open.contains(transaction.trace.number)
        else { throw LedgerError(.transactionNotOpen) }
    }

    /// Takes a record without asking whether it may be.
    private mutating func store(_ record: JournalRecord) {
        stored.append(ArchivedRecord(record: record, hash: head.following(record)))
        open.remove(record.transaction.trace.number)
        newestDecision = max(newestDecision ?? record.decidedAt, record.decidedAt)
        switch record.outcome {
        case .approved, .declined, .voided:
            if let card = intent(of: record.transaction)?.sale.payer.card { intents[card] = nil }
        case .unknown: unknown.insert(record.transaction)
        case .resolved(let resolution):
            unknown.remove(resolution.subject)
            if let card = intent(of: resolution.subject)?.sale.payer.card { intents[card] = nil }
        }
        if case .approved = record.outcome, let sale = record.sale, sale.movement == .accountPurchase,
            case .code(let reference) = sale.payer
        {
            redeemed.insert(reference)
        }
    }

    /// Appends the record of an open number.
    mutating func append(
        _ transaction: TransactionID, _ outcome: Outcome, _ sale: JournalRecord.Sale?, now: UnixTime
    ) throws(LedgerError) -> JournalRecord {
        try requireOpen(transaction)
        try requireEnd(transaction, outcome, sale)
        let record = JournalRecord(
            sequence: UInt64(stored.count) + 1, transaction: transaction, outcome: outcome, sale: sale,
            decidedAt: now, replicaCursor: replicaCursor)
        try commit { state throws(LedgerError) in
            state.store(record)
            state.reservedThrough = max(state.reservedThrough, state.lastTrace + state.reservationWindow)
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
            try state.replica.checkHotList(page, key: state.hubKey)
            for change in page.changes { try state.replica.store(change, asOf: page.acknowledged.sequence) }
            if try state.reachesFurther(page.acknowledged) { state.acknowledged = page.acknowledged.sequence }
            state.replicaCursor = page.cursor
            let contact = max(state.lastHubContact ?? hubTime, hubTime)
            state.lastHubContact = contact
            // The hub's time is right: a record that a fast clock dated into the future stops counting as newest.
            state.newestDecision = state.newestDecision.map { min($0, contact) }
        }
    }

    mutating func stage(_ page: SnapshotPage, after position: String?) throws(LedgerError) {
        guard var staged = snapshot, staged.through == nil, staged.position == position else {
            throw LedgerError(.snapshotDoesNotFollow)
        }
        for change in page.changes { try staged.replica.store(change, asOf: page.acknowledged.sequence) }
        if staged.cursor == nil { staged.cursor = page.cursor }
        staged.position = page.next
        if page.next == nil { staged.through = page.cursor }
        snapshot = staged
    }

    mutating func stage(_ page: ChangesPage, after cursor: UInt64) throws(LedgerError) {
        guard var staged = snapshot, let through = staged.through, staged.cursor == cursor else {
            throw LedgerError(.snapshotDoesNotFollow)
        }
        for change in page.changes { try staged.replica.store(change, asOf: page.acknowledged.sequence) }
        staged.cursor = page.cursor
        snapshot = staged
        guard page.cursor >= through || !page.more else { return }
        try staged.replica.adoptHotList(page, key: hubKey)
        replica = staged.replica
        replicaCursor = page.cursor
        snapshot = nil
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
        for (record, sale) in posted(after: acknowledged) where record.isOfflinePurchase {
            view.terminalOffline.amount += sale.amount
            view.terminalOffline.count += 1
        }
        view.lastHubContact = lastHubContact
        view.lastRecord = newestDecision
        guard let account else { return (view, nil) }
        let row = replica.accounts[account]
        var available = row?.balance ?? .zero
        for (record, sale) in posted(after: row?.asOf ?? 0) {
            let entries = record.posting?.entries ?? []
            guard entries.contains(where: { [.cardholder(account), .subsidy(account)].contains($0.account) }) else {
                continue
            }
            for entry in entries where entry.account == .cardholder(account) { available += entry.amount }
            guard record.isOfflinePurchase else { continue }
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
            unsentAmount: sold(after: acknowledged).reduce(.zero, +),
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
        let intended = Set(intents.values.map(\.transaction)).filter { !open.contains($0.trace.number) }
        if intended != unknown { findings.append("an unknown transaction has no intent, or the other way round") }
        if UInt64(stored.count + open.count) != lastTrace { findings.append("a trace number has no record") }
        let sales = sold(after: 0)
        return JournalVerification(
            records: stored.count, approvedCount: sales.count, approvedAmount: sales.reduce(.zero, +),
            findings: findings)
    }

    private var head: JournalHash { stored.last?.hash ?? genesis }

    private func hash(at sequence: UInt64) -> JournalHash {
        sequence == 0 ? genesis : stored[Int(sequence) - 1].hash
    }

    /// Amounts of the records that sell or load.
    private func sold(after sequence: UInt64) -> [Amount] {
        archive(after: sequence, limit: stored.count).compactMap(\.record.soldAmount)
    }

    /// Records that move money.
    private func posted(after sequence: UInt64) -> [(JournalRecord, JournalRecord.Sale)] {
        archive(after: sequence, limit: stored.count).compactMap { archived in
            guard archived.record.posting != nil, let sale = archived.record.sale else { return nil }
            return (archived.record, sale)
        }
    }
}

extension JournalRecord {
    /// Only these use up an allowance: a card's own money is not the account's.
    fileprivate var isOfflinePurchase: Bool {
        if let sale, sale.movement == .accountPurchase, case .offline = sale.path { true } else { false }
    }
}

extension JournalRecord.Sale {
    /// Whether both move the same money. Evidence grows between an intent and its end, and the end may come at another
    /// lane.
    fileprivate func movesSameMoney(as other: Self) -> Bool {
        switch (movement, other.movement) {
        case (.pursePurchase, .pursePurchase), (.purseLoad, .purseLoad): break
        default: return false
        }
        return amount == other.amount && payer.card == other.payer.card && account == other.account
            && merchant == other.merchant
    }
}
