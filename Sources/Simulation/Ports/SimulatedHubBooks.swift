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
    }

    private struct Hold {
        let request: HoldRequest
        let answer: HoldAnswer
        var isResolved = false
    }

    /// What a change of the feed is about: only its newest state stays in the feed.
    private enum Subject: Hashable {
        case account(AccountID), card(CardID), hotList(CardID), codeKey(UInt8)
    }

    package private(set) var accounts: [AccountID: Account] = [:]
    package private(set) var journal = SimulatedHubJournal()
    private let terminal: TerminalID
    private var cards: [CardID: CardMessage] = [:]
    private var hotList: [CardID: DeclineReason] = [:]
    private var codes: [CodeReference: AccountID] = [:]
    private var usedCodes: Set<CodeReference> = []
    private var holds: [TransactionID: Hold] = [:]
    private var feed: [(subject: Subject, change: ChangeMessage)] = []
    private var published: Set<Subject> = []
    private var cursor: UInt64 = 0

    package init(terminal: TerminalID) { self.terminal = terminal }

    // MARK: - The card office

    package mutating func setAccount(_ id: AccountID, _ status: AccountStatus = .active, balance: Amount) {
        accounts[id] = Account(status: status, balance: balance)
        publish(account: id)
    }

    package mutating func setCard(_ id: CardID, of account: AccountID, _ status: CardStatus = .active) {
        let card = CardMessage(id: id, account: account, status: status)
        cards[id] = card
        publish(.card(id)) { ChangeMessage(cursor: $0, card: card) }
    }

    /// Puts a card on the hot list, or takes it off (`nil`).
    package mutating func setHotListed(_ card: CardID, _ reason: DeclineReason?) {
        hotList[card] = reason
        publish(.hotList(card)) { ChangeMessage(cursor: $0, hotList: HotListMessage(card: card, reason: reason)) }
    }

    package mutating func publish(_ key: CodeKeyMessage) {
        publish(.codeKey(key.keyID)) { ChangeMessage(cursor: $0, codeKey: key) }
    }

    /// Notes whose payment code it is.
    package mutating func issue(_ code: CodeReference, to account: AccountID) { codes[code] = account }

    // MARK: - Holds

    /// Held and not resolved, over all accounts.
    package var heldAmount: Amount {
        holds.values.reduce(.zero) { $0 + held($1) }
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
            guard let account = accounts[id] else { throw Refusal(reason: .accountUnknown) }
            switch account.status {
            case .frozen: throw Refusal(reason: .accountFrozen)
            case .closed: throw Refusal(reason: .accountClosed)
            case .active: break
            }
            let held = holds.values.filter { $0.answer.account == id }.reduce(Amount.zero) { $0 + self.held($1) }
            let left = account.balance - held - Amount(fen: request.undeliveredFen) - Amount(fen: request.amountFen)
            guard left >= .zero else { throw Refusal(reason: .insufficientFunds) }
            return .success((id, left))
        } catch {
            return .failure(error)
        }
    }

    private func payer(of request: HoldRequest) throws(Refusal) -> AccountID {
        if let code = request.code?.reference {
            guard let account = codes[code] else { throw Refusal(reason: .codeUnknown) }
            let isHeld = holds.values.contains { $0.request.code?.reference == code && held($0) > .zero }
            guard !usedCodes.contains(code), !isHeld else { throw Refusal(reason: .codeReplayed) }
            return account
        }
        guard let id = request.card, let card = cards[id] else { throw Refusal(reason: .cardUnknown) }
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

    // MARK: - The journal and the feed

    package mutating func register(_ registration: JournalRegistration) throws(HubError) -> Acknowledgement {
        try journal.register(registration, terminal: terminal)
    }

    /// Takes a batch whole or not at all; records that the hub has already have no second effect.
    package mutating func take(_ batch: BatchUpload) throws(HubError) -> Acknowledgement {
        for record in try journal.append(batch, terminal: terminal) {
            holds[record.transaction]?.isResolved = true
            guard case .approved = record.outcome, let sale = record.sale, let account = sale.account else { continue }
            if case .code(let reference) = sale.payer { usedCodes.insert(reference) }
            accounts[account]?.balance -= sale.amount
            publish(account: account)
        }
        return journal.acknowledged(terminal)
    }

    package func changes(after start: UInt64, limit: Int, now: UnixTime) -> ChangesPage {
        let later = feed.map(\.change).filter { $0.cursor > start }
        let page = Array(later.prefix(limit))
        let more = later.count > page.count
        return ChangesPage(
            changes: page, cursor: more ? page.last?.cursor ?? start : max(cursor, start), more: more,
            acknowledged: journal.acknowledged(terminal), hubTime: now)
    }

    private mutating func publish(account id: AccountID) {
        guard let account = accounts[id] else { return }
        publish(.account(id)) {
            ChangeMessage(
                cursor: $0, account: AccountMessage(id: id, status: account.status, balance: account.balance))
        }
    }

    private mutating func publish(_ subject: Subject, _ change: (UInt64) -> ChangeMessage) {
        cursor += 1
        if !published.insert(subject).inserted { feed.removeAll { $0.subject == subject } }
        feed.append((subject, change(cursor)))
    }
}
