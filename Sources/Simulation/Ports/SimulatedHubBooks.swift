import HubProtocol
import Payments
import Terminal

/// Accounts, holds, one terminal's journal and the changes feed, as a hub keeps them.
package struct SimulatedHubBooks: Sendable {
    /// An account of the hub.
    package struct Account: Sendable, Hashable {
        package var status: AccountStatus
        /// Posted; holds are not subtracted.
        package var balance: Amount
        /// Of the subsidy purse; not part of `balance`.
        package var subsidy = Amount.zero
        package var subsidyExpires: UnixTime?
    }

    private struct Hold {
        let request: HoldRequest
        let answer: HoldAnswer
        var isResolved = false
    }

    private struct Load {
        let request: LoadHoldRequest
        let answer: LoadHoldAnswer
        var isResolved = false
    }

    /// What a change of the feed is about: only its newest state stays in the feed, but for the hot list, whose
    /// versions come one by one.
    private enum Subject: Hashable {
        case account(AccountID), card(CardID), hotList(UInt64), codeKey(UInt8)
    }

    package private(set) var accounts: [AccountID: Account] = [:]
    /// What is in the cards' own purses as far as the hub's books know; less than zero for a purse that was filled
    /// before the books began.
    package private(set) var purses: [CardID: Amount] = [:]
    package private(set) var merchants: [MerchantID: Amount] = [:]
    /// Transactions with an outcome that nobody knows yet.
    package private(set) var unknown: Set<TransactionID> = []
    package private(set) var journal = SimulatedHubJournal()
    /// Signs what terminals must be able to check.
    package var signingKey: HubSigningKey = .simulated
    private let terminal: TerminalID
    private var cards: [CardID: CardMessage] = [:]
    private var hotList: [CardID: DeclineReason] = [:]
    private var hotListState = HotListState()
    /// Where in the feed each version came.
    private var hotListVersions: [(cursor: UInt64, summary: HotListSummary)] = []
    /// The oldest cursor from which the feed goes on.
    private var horizon: UInt64 = 0
    /// Cursors that were never given out, because a start of the hub left them out.
    private var gaps: [Range<UInt64>] = []
    private var codes: [CodeReference: AccountID] = [:]
    private var usedCodes: Set<CodeReference> = []
    private var holds: [TransactionID: Hold] = [:]
    private var loads: [TransactionID: Load] = [:]
    private var feed: [(subject: Subject, change: ChangeMessage)] = []
    private var published: Set<Subject> = []
    private var cursor: UInt64 = 0

    package init(terminal: TerminalID) { self.terminal = terminal }

    // MARK: - The card office

    package mutating func setAccount(_ id: AccountID, _ status: AccountStatus = .active, balance: Amount) {
        accounts[id] = Account(status: status, balance: balance)
        publish(account: id)
    }

    /// Puts money into the account's subsidy purse, or takes it away.
    package mutating func setSubsidy(_ id: AccountID, _ balance: Amount, expires: UnixTime? = nil) {
        accounts[id]?.subsidy = balance
        accounts[id]?.subsidyExpires = expires
        publish(account: id)
    }

    package mutating func setCard(_ id: CardID, of account: AccountID, _ status: CardStatus = .active) {
        let card = CardMessage(id: id, account: account, status: status)
        cards[id] = card
        publish(.card(id)) { ChangeMessage(cursor: $0, card: card) }
    }

    /// Puts a card on the hot list, or takes it off (`nil`).
    package mutating func setHotListed(_ card: CardID, _ reason: DeclineReason?) {
        hotListState.change(card, from: hotList[card], to: reason)
        hotList[card] = reason
        let message = HotListMessage(card: card, reason: reason, version: hotListState.version)
        publish(.hotList(hotListState.version)) { ChangeMessage(cursor: $0, hotList: message) }
        hotListVersions.append((cursor, hotListState.summary))
    }

    package mutating func publish(_ key: CodeKeyMessage) {
        publish(.codeKey(key.keyID)) { ChangeMessage(cursor: $0, codeKey: key) }
    }

    /// Notes whose payment code it is.
    package mutating func issue(_ code: CodeReference, to account: AccountID) { codes[code] = account }

    // MARK: - Holds

    /// Held and not resolved, over all accounts; loads are held like sales.
    package var heldAmount: Amount {
        holds.values.reduce(.zero) { $0 + held($1) } + loads.values.reduce(.zero) { $0 + reserved($1) }
    }

    /// Decides a hold, once: the same request again has the same answer, another one under the same id has none.
    package mutating func hold(_ request: HoldRequest, now: UnixTime) -> HoldAnswer? {
        if let known = holds[request.transaction] { return known.request == request ? known.answer : nil }
        let answer =
            switch decide(request) {
            case .success(let (account, available)): HoldAnswer(held: account, available: available, hubTime: now)
            case .failure(let refusal): HoldAnswer(declined: refusal.reason, hubTime: now)
            }
        holds[request.transaction] = Hold(request: request, answer: answer)
        return answer
    }

    private struct Refusal: Error { let reason: DeclineReason }

    private func decide(_ request: HoldRequest) -> Result<(AccountID, Amount), Refusal> {
        do throws(Refusal) {
            let id = try payer(of: request)
            return .success((id, try left(to: id, undelivered: request.undeliveredFen, amount: request.amountFen)))
        } catch {
            return .failure(error)
        }
    }

    /// What the account has left when the amount is held too.
    private func left(to id: AccountID, undelivered: Int64, amount: Int64) throws(Refusal) -> Amount {
        guard let account = accounts[id] else { throw Refusal(reason: .accountUnknown) }
        switch account.status {
        case .frozen: throw Refusal(reason: .accountFrozen)
        case .closed: throw Refusal(reason: .accountClosed)
        case .active: break
        }
        let held =
            holds.values.filter { $0.answer.account == id }.reduce(Amount.zero) { $0 + self.held($1) }
            + loads.values.filter { $0.answer.grant?.account == id }.reduce(Amount.zero) { $0 + reserved($1) }
        let left = account.balance - held - Amount(fen: undelivered) - Amount(fen: amount)
        guard left >= .zero else {
            throw Refusal(reason: account.balance < .zero ? .accountInDebt : .insufficientFunds)
        }
        return left
    }

    private func payer(of request: HoldRequest) throws(Refusal) -> AccountID {
        if let code = request.code?.reference {
            guard let account = codes[code] else { throw Refusal(reason: .codeUnknown) }
            let isHeld = holds.values.contains { $0.request.code?.reference == code && held($0) > .zero }
            guard !usedCodes.contains(code), !isHeld else { throw Refusal(reason: .codeReplayed) }
            return account
        }
        guard let card = request.card else { throw Refusal(reason: .cardUnknown) }
        return try holder(of: card)
    }

    private func holder(of id: CardID) throws(Refusal) -> AccountID {
        guard let card = cards[id] else { throw Refusal(reason: .cardUnknown) }
        if let reason = hotList[id] { throw Refusal(reason: reason) }
        switch card.status {
        case .lost: throw Refusal(reason: .cardReportedLost)
        case .stolen: throw Refusal(reason: .cardReportedStolen)
        case .closed: throw Refusal(reason: .cardNotActive)
        case .active: return card.account
        }
    }

    private func held(_ hold: Hold) -> Amount {
        hold.isResolved || hold.answer.decision == .declined ? .zero : Amount(fen: hold.request.amountFen)
    }

    /// Decides a load, once, like a hold.
    package mutating func load(_ request: LoadHoldRequest, now: UnixTime, proof: LoadProof.Maker) -> LoadHoldAnswer? {
        if let known = loads[request.transaction] { return known.request == request ? known.answer : nil }
        let answer =
            switch decide(request, proof: proof) {
            case .success(let grant): LoadHoldAnswer(granted: grant, hubTime: now)
            case .failure(let refusal): LoadHoldAnswer(declined: refusal.reason, hubTime: now)
            }
        loads[request.transaction] = Load(request: request, answer: answer)
        return answer
    }

    private func decide(_ request: LoadHoldRequest, proof: LoadProof.Maker) -> Result<LoadHoldAnswer.Grant, Refusal> {
        do throws(Refusal) {
            let id = try holder(of: request.card)
            _ = try left(to: id, undelivered: request.undeliveredFen, amount: request.amountFen)
            guard let proof = proof(request) else { throw Refusal(reason: .cardNotGenuine) }
            return .success(LoadHoldAnswer.Grant(account: id, time: proof.time, mac2: proof.mac2))
        } catch {
            return .failure(error)
        }
    }

    private func reserved(_ load: Load) -> Amount {
        load.isResolved || load.answer.grant == nil ? .zero : Amount(fen: load.request.amountFen)
    }

    // MARK: - The journal and the feed

    package mutating func register(_ registration: JournalRegistration) throws(HubError) -> Acknowledgement {
        try journal.register(registration, terminal: terminal)
    }

    /// Takes a batch whole or not at all; records that the hub has already have no second effect.
    package mutating func take(_ batch: BatchUpload) throws(HubError) -> Acknowledgement {
        for record in try journal.append(batch, terminal: terminal) {
            if case .approved = record.outcome, let sale = record.sale, sale.movement == .accountPurchase,
                case .code(let reference) = sale.payer
            {
                usedCodes.insert(reference)
            }
            guard settles(record) else { continue }
            post(record.posting?.entries ?? [])
        }
        return journal.acknowledged(terminal)
    }

    /// Ends what the hub holds for a transaction whose end is known with this record.
    ///
    /// - Returns: whether what the record posts counts: a second resolution of one transaction has no effect.
    private mutating func settles(_ record: JournalRecord) -> Bool {
        var ended = record.transaction
        switch record.outcome {
        case .approved, .declined, .voided: break
        case .unknown:
            unknown.insert(record.transaction)
            return false
        case .resolved(let resolution):
            // What the card could not tell stays held until the card office decides.
            guard resolution.verdict != .undetermined, unknown.remove(resolution.subject) != nil else { return false }
            ended = resolution.subject
        }
        holds[ended]?.isResolved = true
        loads[ended]?.isResolved = true
        return true
    }

    private mutating func post(_ entries: [Entry]) {
        for entry in entries {
            switch entry.account {
            case .cardholder(let id):
                accounts[id]?.balance += entry.amount
                publish(account: id)
            case .subsidy(let id):
                accounts[id]?.subsidy += entry.amount
                publish(account: id)
            case .merchant(let id): merchants[id, default: .zero] += entry.amount
            case .purse(let card): purses[card, default: .zero] += entry.amount
            case .funding, .suspense, .debt, .settled, .bank, .losses: break
            }
        }
    }

    /// Forgets the changes of the hot list: whoever has not seen them all needs a snapshot.
    package mutating func forgetChanges() { horizon = cursor }

    /// What a start of the hub does to the feed: cursors up to `gap` above the newest are given out by nobody.
    package mutating func beginEpoch(gap: UInt64) {
        gaps.append(cursor + 1..<cursor + gap)
        cursor += gap
    }

    package func changes(after start: UInt64, limit: Int, now: UnixTime) throws(HubError) -> ChangesPage {
        guard start >= horizon, start <= cursor, !gaps.contains(where: { $0.contains(start) }) else {
            throw HubError(.refused(.cursorTooOld, acknowledged: nil))
        }
        let later = feed.map(\.change).filter { $0.cursor > start }
        let page = Array(later.prefix(limit))
        let more = later.count > page.count
        let end = more ? page.last?.cursor ?? start : max(cursor, start)
        return ChangesPage(
            changes: page, cursor: end, more: more, acknowledged: journal.acknowledged(terminal),
            hotList: signed(hotListVersions.last { $0.cursor <= end }?.summary ?? HotListState().summary),
            hubTime: now)
    }

    /// Everything that a replica holds, in pages of `limit`.
    package func snapshot(after position: String?, limit: Int, now: UnixTime) throws(HubError) -> SnapshotPage {
        let parts = position.map { $0.split(separator: ".").map { Int($0) } } ?? [gaps.count, 0]
        guard parts.count == 2, parts[0] == gaps.count, let start = parts[1] else {
            throw HubError(.refused(.malformedRequest, acknowledged: nil))
        }
        let all = current.dropFirst(start)
        return SnapshotPage(
            changes: Array(all.prefix(limit)), cursor: cursor,
            next: all.count > limit ? "\(gaps.count).\(start + limit)" : nil,
            acknowledged: journal.acknowledged(terminal), hotList: signed(hotListState.summary), hubTime: now)
    }

    private var current: [ChangeMessage] {
        let listed = hotList.sorted { $0.key.text < $1.key.text }.map {
            ChangeMessage(cursor: 1, hotList: HotListMessage(card: $0.key, reason: $0.value))
        }
        return feed.map(\.change).filter { $0.hotList == nil } + listed
    }

    private func signed(_ summary: HotListSummary) -> HotListVersionMessage {
        do {
            return try HotListVersionMessage(summary, key: signingKey)
        } catch {
            fatalError("the simulated hub's key cannot sign")
        }
    }

    private mutating func publish(account id: AccountID) {
        guard let account = accounts[id] else { return }
        publish(.account(id)) {
            ChangeMessage(
                cursor: $0,
                account: AccountMessage(
                    id: id, status: account.status, balance: account.balance, subsidy: account.subsidy,
                    subsidyExpires: account.subsidyExpires))
        }
    }

    private mutating func publish(_ subject: Subject, _ change: (UInt64) -> ChangeMessage) {
        cursor += 1
        if !published.insert(subject).inserted { feed.removeAll { $0.subject == subject } }
        feed.append((subject, change(cursor)))
    }
}
