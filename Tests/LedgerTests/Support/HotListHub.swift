import Crypto
import HubProtocol
import Payments
import Terminal
import Testing

/// The hub as far as a replica sees it: accounts with cards, a versioned hot list, a feed and snapshots.
struct HotListHub {
    let key: HubSigningKey
    private(set) var state = HotListState()
    private(set) var hotList: [CardID: DeclineReason] = [:]
    private(set) var accounts: [AccountID: (balance: Int64, cursor: UInt64)] = [:]
    private(set) var cursor: UInt64 = 0
    private var log: [(change: ChangeMessage, after: HotListSummary)] = []

    init(seed: UInt8 = 1) throws {
        key = HubSigningKey(privateKey: try Curve25519.Signing.PrivateKey(rawRepresentation: [seed] + Array(1...31)))
    }

    static func card(_ number: UInt64) -> CardID { .purse(applicationSerial: number.bigEndianBytes(count: 10)) }

    mutating func set(_ card: CardID, _ reason: DeclineReason?) {
        cursor += 1
        state.change(card, from: hotList[card], to: reason)
        hotList[card] = reason
        let message = HotListMessage(card: card, reason: reason, version: state.version)
        log.append((ChangeMessage(cursor: cursor, hotList: message), state.summary))
    }

    mutating func setAccount(_ number: UInt64, balance: Int64) {
        cursor += 1
        accounts[Campus.account(number)] = (balance, cursor)
    }

    func signed(_ summary: HotListSummary) throws -> HotListVersionMessage {
        try HotListVersionMessage(summary, key: key)
    }

    func changes(after start: UInt64, limit: Int = 2000, acknowledged: Acknowledgement) throws -> ChangesPage {
        let all = log.map(\.change) + accounts.map(message)
        let later = all.filter { $0.cursor > start }.sorted { $0.cursor < $1.cursor }
        let page = Array(later.prefix(limit))
        let end = page.last?.cursor ?? start
        let summary = log.last { $0.change.cursor <= end }?.after ?? HotListState().summary
        return ChangesPage(
            changes: page, cursor: end, more: later.count > limit, acknowledged: acknowledged,
            hotList: try signed(summary), hubTime: Campus.morning)
    }

    /// Positions are the number of entities before the page, accounts first.
    func snapshot(after position: String?, limit: Int, acknowledged: Acknowledgement) throws -> SnapshotPage {
        let listed = hotList.sorted { $0.key.text < $1.key.text }.map {
            ChangeMessage(cursor: 1, hotList: HotListMessage(card: $0.key, reason: $0.value))
        }
        // What comes and goes must not move the others: accounts are numbered, and cards are asked for by id.
        let parts = (position ?? "a:").split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(
            String.init)
        let isAccounts = parts[0] == "a"
        let rows: [(id: String, change: ChangeMessage)] =
            isAccounts
            ? accounts.map { (String($0.key.number), message($0)) }.sorted { $0.0 < $1.0 }
            : listed.map { ($0.hotList?.card.text ?? "", $0) }
        let page = rows.filter { $0.id > parts[1] }.prefix(limit)
        var next: String?
        if page.count == limit { next = "\(parts[0]):\(page.last?.id ?? "")" } else if isAccounts { next = "h:" }
        return SnapshotPage(
            changes: page.map(\.change), cursor: cursor, next: next, acknowledged: acknowledged,
            hotList: try signed(state.summary), hubTime: Campus.morning)
    }

    private func message(_ entry: (key: AccountID, value: (balance: Int64, cursor: UInt64))) -> ChangeMessage {
        ChangeMessage(
            cursor: entry.value.cursor,
            account: AccountMessage(id: entry.key, status: .active, balance: Amount(fen: entry.value.balance)))
    }
}
