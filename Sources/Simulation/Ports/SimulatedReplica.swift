import HubProtocol
import Payments
import Terminal

/// The rows of a replica in memory.
struct SimulatedReplica: Sendable {
    struct Account: Sendable {
        var status: AccountStatus
        var balance: Amount
        /// Of the subsidy purse; not part of `balance`.
        var subsidy: Amount
        var subsidyExpires: UnixTime?
        /// Records of this terminal up to here are in both balances.
        var asOf: UInt64
    }

    /// Largest balance or debt that is believed, in fen.
    private static let balanceMaximum: UInt64 = 1_000_000_000_000_000
    /// Latest end of a subsidy that is believed: that of the year 9999.
    private static let latestSeconds: Int64 = 253_402_300_799

    private(set) var accounts: [AccountID: Account] = [:]
    private(set) var cards: [CardID: CardMessage] = [:]
    private(set) var hotList: [CardID: DeclineReason] = [:]
    private(set) var hotListState = HotListState()
    private(set) var codeKeys: [UInt8: CodeKeyMessage] = [:]

    /// Stores one change; `asOf` is how far the hub had the journal when it read the balances.
    mutating func store(_ change: ChangeMessage, asOf: UInt64) throws(LedgerError) {
        switch (change.account, change.card, change.hotList, change.codeKey) {
        case (let account?, nil, nil, nil)
        where account.balanceFen.magnitude <= Self.balanceMaximum
            && (account.subsidyFen ?? 0).magnitude <= Self.balanceMaximum
            && (0...Self.latestSeconds).contains(account.subsidyExpiresSeconds ?? 0):
            accounts[account.id] = Account(
                status: account.status, balance: Amount(fen: account.balanceFen),
                subsidy: Amount(fen: account.subsidyFen ?? 0),
                subsidyExpires: account.subsidyExpiresSeconds.map { UnixTime(seconds: $0) }, asOf: asOf)
        case (nil, let card?, nil, nil): cards[card.id] = card
        case (nil, nil, let entry?, nil):
            let reason = entry.reason.map(DeclineReason.init(rawValue:))
            if case .some(.none) = reason { throw LedgerError(.changeMalformed, detail: "hot list reason") }
            hotList[entry.card] = reason ?? nil
        case (nil, nil, nil, let key?)
        where Hex.decode(key.publicKey)?.count == 32 && key.validFromSeconds <= key.validThroughSeconds:
            codeKeys[key.keyID] = key
        default: throw LedgerError(.changeMalformed, detail: "change \(change.cursor)")
        }
    }

    /// Checks the hot-list changes of a page before it is stored: signed, and on from the version that is here.
    mutating func checkHotList(_ page: ChangesPage, key: HubVerifyingKey?) throws(LedgerError) {
        let changes = page.changes.compactMap(\.hotList)
        guard let message = page.hotList, let key else {
            guard changes.isEmpty else { throw LedgerError(.hotListForged) }
            return
        }
        guard let signed = message.summary(signedBy: key) else { throw LedgerError(.hotListForged) }
        var state = hotListState
        var listed = hotList
        for change in changes {
            guard change.version == state.version + 1 else { throw LedgerError(.hotListRolledBack) }
            let reason = change.reason.flatMap(DeclineReason.init(rawValue:))
            state.change(change.card, from: listed[change.card], to: reason)
            listed[change.card] = reason
        }
        guard signed.version == state.version else { throw LedgerError(.hotListRolledBack) }
        guard signed == state.summary else { throw LedgerError(.hotListContradicted) }
        hotListState = state
    }

    /// Takes the signed version of a snapshot that is whole.
    mutating func adoptHotList(_ page: ChangesPage, key: HubVerifyingKey?) throws(LedgerError) {
        guard let message = page.hotList, let key, let signed = message.summary(signedBy: key) else {
            throw LedgerError(.hotListForged)
        }
        var digest = HotListDigest()
        for (card, reason) in hotList { digest.add(card, reason: reason) }
        let state = HotListState(version: signed.version, entries: UInt64(hotList.count), digest: digest)
        guard state.summary == signed else { throw LedgerError(.hotListContradicted) }
        hotListState = state
    }
}
