import Payments

/// An account in the replica.
package struct AccountMessage: Codable, Sendable, Hashable {
    package var id: AccountID
    package var status: AccountStatus
    /// Posted balance: holds are not subtracted.
    package var balanceFen: Int64
    /// Posted balance of the subsidy purse, not contained in `balanceFen`; absent when there is nothing in it.
    package var subsidyFen: Int64?
    /// From here on the subsidy cannot be spent, seconds since 1970; absent when it does not expire.
    package var subsidyExpiresSeconds: Int64?
    /// Class, limits, PIN and use of the account's holder; absent where none is set.
    package var terms: AccountTermsMessage?

    package init(
        id: AccountID, status: AccountStatus, balance: Amount, subsidy: Amount = .zero, subsidyExpires: UnixTime? = nil
    ) {
        self.id = id
        self.status = status
        balanceFen = balance.fen
        subsidyFen = subsidy == .zero ? nil : subsidy.fen
        subsidyExpiresSeconds = subsidyExpires?.seconds
    }
}

/// A card in the replica.
package struct CardMessage: Codable, Sendable, Hashable {
    package var id: CardID
    package var account: AccountID
    package var status: CardStatus

    package init(id: CardID, account: AccountID, status: CardStatus) {
        self.id = id
        self.account = account
        self.status = status
    }
}

/// A hot-list entry, or its removal.
package struct HotListMessage: Codable, Sendable, Hashable {
    package var card: CardID
    /// ``DeclineReason`` number under which the card is refused; absent when the card was taken off the list.
    package var reason: Int?
    /// The list's version after this change; each change makes the next one. Absent in a snapshot.
    package var version: UInt64?

    package init(card: CardID, reason: DeclineReason?, version: UInt64? = nil) {
        self.card = card
        self.reason = reason?.rawValue
        self.version = version
    }
}

/// A key whose payment codes the terminal accepts without the hub.
package struct CodeKeyMessage: Codable, Sendable, Hashable {
    package var keyID: UInt8
    /// Ed25519 public key, 64 hexadecimal digits.
    package var publicKey: String
    /// The key signs codes issued in this interval, seconds since 1970, both ends included.
    package var validFromSeconds: Int64
    package var validThroughSeconds: Int64

    package init(keyID: UInt8, publicKey: [UInt8], validFrom: UnixTime, validThrough: UnixTime) {
        self.keyID = keyID
        self.publicKey = Hex.encode(publicKey)
        validFromSeconds = validFrom.seconds
        validThroughSeconds = validThrough.seconds
    }
}

/// One change. Exactly one of the entities is present. Each appears with its newest state only, but for the hot list:
/// its changes come one by one, because every version of it is signed.
package struct ChangeMessage: Codable, Sendable, Hashable {
    /// Position of the change in the feed; rises from change to change.
    package var cursor: UInt64
    package var account: AccountMessage?
    package var card: CardMessage?
    package var hotList: HotListMessage?
    package var codeKey: CodeKeyMessage?
    package var policy: PolicyMessage?

    package init(
        cursor: UInt64, account: AccountMessage? = nil, card: CardMessage? = nil, hotList: HotListMessage? = nil,
        codeKey: CodeKeyMessage? = nil, policy: PolicyMessage? = nil
    ) {
        self.cursor = cursor
        self.account = account
        self.card = card
        self.hotList = hotList
        self.codeKey = codeKey
        self.policy = policy
    }
}

/// `GET /v1/changes?after=CURSOR&limit=N`: what changed since the cursor, oldest first.
package struct ChangesPage: Codable, Sendable, Hashable {
    package var changes: [ChangeMessage]
    /// Where the next page starts; equals the request's cursor when nothing changed.
    package var cursor: UInt64
    /// Whether another page is ready now.
    package var more: Bool
    /// How far the hub had this terminal's journal when the balances were read: debits up to here are in them.
    package var acknowledged: Acknowledgement
    /// The version of the hot list that a replica has after this page.
    package var hotList: HotListVersionMessage?
    package var hubTimeMilliseconds: Int64

    package init(
        changes: [ChangeMessage], cursor: UInt64, more: Bool, acknowledged: Acknowledgement,
        hotList: HotListVersionMessage? = nil, hubTime: UnixTime
    ) {
        self.hotList = hotList
        self.changes = changes
        self.cursor = cursor
        self.more = more
        self.acknowledged = acknowledged
        hubTimeMilliseconds = hubTime.milliseconds
    }
}
