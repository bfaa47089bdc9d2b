import GRDB
import HubProtocol
import Payments
import Terminal

/// One change of the feed, checked.
enum ReplicaChange {
    case account(AccountMessage)
    case card(CardMessage)
    case hotListed(CardID, DeclineReason)
    case hotListRemoval(CardID)
    case codeKey(CodeKeyMessage)
    /// Checked when it is stored: the pinned key and the versions before it are in the ledger.
    case policy(PolicyMessage)

    /// Whether it changes the hot list, which has versions of its own.
    var isOfHotList: Bool {
        switch self {
        case .hotListed, .hotListRemoval: true
        case .account, .card, .codeKey, .policy: false
        }
    }

    /// Largest balance or debt that is believed, in fen: ten million million yuan. Sums of a balance and any number
    /// of debits stay far inside 64 bits.
    static let balanceMaximum: Int64 = 1_000_000_000_000_000
    /// Latest end of a subsidy that is believed, seconds since 1970: that of the year 9999.
    static let latestSeconds: Int64 = 253_402_300_799

    /// - Throws: ``LedgerError/Code/changeMalformed`` unless the message carries exactly one entity with values that
    ///   this version knows.
    init(_ message: ChangeMessage) throws(LedgerError) {
        if let policy = message.policy {
            let isAlone = message.account == nil && message.card == nil && message.hotList == nil
            guard isAlone, message.codeKey == nil else {
                throw LedgerError(.changeMalformed, detail: "change \(message.cursor) is not one entity")
            }
            self = .policy(policy)
            return
        }
        switch (message.account, message.card, message.hotList, message.codeKey) {
        case (let account?, nil, nil, nil):
            guard account.balanceFen.magnitude <= UInt64(Self.balanceMaximum),
                (account.subsidyFen ?? 0).magnitude <= UInt64(Self.balanceMaximum)
            else {
                throw LedgerError(.changeMalformed, detail: "balance of change \(message.cursor)")
            }
            guard account.terms?.isPlausible ?? true else {
                throw LedgerError(.changeMalformed, detail: "terms of change \(message.cursor)")
            }
            guard (0...Self.latestSeconds).contains(account.subsidyExpiresSeconds ?? 0) else {
                throw LedgerError(.changeMalformed, detail: "subsidy of change \(message.cursor)")
            }
            self = .account(account)
        case (nil, let card?, nil, nil): self = .card(card)
        case (nil, nil, let entry?, nil):
            guard let number = entry.reason else { self = .hotListRemoval(entry.card); return }
            guard let reason = DeclineReason(rawValue: number) else {
                throw LedgerError(.changeMalformed, detail: "hot list reason of change \(message.cursor)")
            }
            self = .hotListed(entry.card, reason)
        case (nil, nil, nil, let key?):
            guard key.publicKey.utf8.count == 64, Hex.decode(key.publicKey)?.count == 32,
                key.validFromSeconds <= key.validThroughSeconds
            else { throw LedgerError(.changeMalformed, detail: "code key of change \(message.cursor)") }
            self = .codeKey(key)
        default: throw LedgerError(.changeMalformed, detail: "change \(message.cursor) is not one entity")
        }
    }

    /// Stores the newest state of the entity. Records of this terminal up to `asOf` are in an account's balance.
    ///
    /// - Parameters:
    ///   - receivedAt: hub time of the page, kept with a policy.
    ///   - prefix: of the tables, for a snapshot under way.
    func store(_ database: Database, asOf: UInt64, receivedAt: UnixTime, prefix: String = "") throws {
        switch self {
        case .policy(let policy): try PolicyTable.store(database, policy, receivedAt: receivedAt)
        case .account(let account):
            let statement = try PreparedStatement(
                database,
                """
                INSERT INTO \(prefix)account (id, status, balance, as_of_sequence, subsidy, subsidy_expires)
                VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (id) DO UPDATE SET status = excluded.status, balance = excluded.balance,
                    as_of_sequence = excluded.as_of_sequence, subsidy = excluded.subsidy,
                    subsidy_expires = excluded.subsidy_expires
                """)
            try statement.bind(1, Int64(account.id.number))
            try statement.bind(2, account.status.rawValue)
            try statement.bind(3, account.balanceFen)
            try statement.bind(4, Int64(asOf))
            try statement.bind(5, account.subsidyFen ?? 0)
            try statement.bind(6, account.subsidyExpiresSeconds)
            try statement.execute()
            try AccountTermsTable.store(database, account.terms, of: account.id, prefix: prefix)
        case .card(let card):
            let statement = try PreparedStatement(
                database,
                """
                INSERT INTO \(prefix)card (id, account, status) VALUES (?, ?, ?)
                ON CONFLICT (id) DO UPDATE SET account = excluded.account, status = excluded.status
                """)
            try statement.bind(1, card.id.text)
            try statement.bind(2, Int64(card.account.number))
            try statement.bind(3, card.status.rawValue)
            try statement.execute()
        case .hotListed(let card, let reason): try HotListTable.set(card, reason, prefix: prefix, database)
        case .hotListRemoval(let card): try HotListTable.set(card, nil, prefix: prefix, database)
        case .codeKey(let key):
            let statement = try PreparedStatement(
                database,
                """
                INSERT INTO \(prefix)code_key (key_id, public_key, valid_from, valid_through) VALUES (?, ?, ?, ?)
                ON CONFLICT (key_id) DO UPDATE SET public_key = excluded.public_key, valid_from = excluded.valid_from,
                    valid_through = excluded.valid_through
                """)
            try statement.bind(1, Int64(key.keyID))
            try statement.bind(2, key.publicKey)
            try statement.bind(3, key.validFromSeconds)
            try statement.bind(4, key.validThroughSeconds)
            try statement.execute()
        }
    }
}

extension AccountTermsMessage {
    /// Whether all values are in their ranges.
    fileprivate var isPlausible: Bool {
        let amounts = [singleLimitFen, dayLimitFen, use?.amountFen, use?.mealAmountFen].compactMap { $0 }
        let counts = [use?.count, use?.mealCount, use?.mealSubsidyCount].compactMap { $0 }
        let isPINWhole =
            pin.map { pin in
                Hex.decode(pin.salt)?.count == 16 && Hex.decode(pin.hash)?.count == 32
                    && (1...10_000_000).contains(pin.iterations) && pin.version <= UInt64(Int64.max)
            } ?? true
        return amounts.allSatisfy { (0...ReplicaChange.balanceMaximum).contains($0) }
            && counts.allSatisfy { (0...1_000_000).contains($0) } && isPINWhole
    }
}
