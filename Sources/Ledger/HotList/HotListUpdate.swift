import GRDB
import HubProtocol
import Payments
import Terminal

/// The hot-list changes of one page, checked against the hub's signature before anything is written and against the
/// whole list's digest before anything is committed (promise 9).
struct HotListUpdate {
    /// What the hub signed for the state after the page; `nil` in a page that says nothing of the hot list.
    private let signed: HotListSummary?
    private let changes: [(cursor: UInt64, message: HotListMessage)]
    /// Cards that came to the list (`true`) or left it.
    private var isListed: [CardID: Bool] = [:]

    /// - Parameter version: the version that the terminal has.
    /// - Throws: ``LedgerError/Code/hotListForged`` without a valid signature, ``LedgerError/Code/hotListRolledBack``
    ///   when the page's versions do not go on from `version`.
    init(_ page: ChangesPage, from version: UInt64, key: HubVerifyingKey?) throws(LedgerError) {
        changes = page.changes.compactMap { change in change.hotList.map { (change.cursor, $0) } }
        signed = try Self.checked(page.hotList, key: key)
        guard let signed else {
            guard changes.isEmpty else { throw LedgerError(.hotListForged, detail: "no signature") }
            return
        }
        var last = version
        for change in changes {
            guard change.message.version == last + 1 else {
                throw LedgerError(.hotListRolledBack, detail: "change \(change.cursor) after version \(last)")
            }
            last += 1
        }
        guard signed.version == last else {
            throw LedgerError(.hotListRolledBack, detail: "version \(signed.version) after \(last)")
        }
    }

    /// What the hub signed. A terminal without a pinned key cannot check, and so takes no hot list at all.
    static func checked(
        _ message: HotListVersionMessage?, key: HubVerifyingKey?
    ) throws(LedgerError) -> HotListSummary? {
        guard let message, let key else { return nil }
        guard let summary = message.summary(signedBy: key) else { throw LedgerError(.hotListForged) }
        return summary
    }

    /// Stores the list's new state inside the page's transaction.
    ///
    /// - Throws: ``LedgerError/Code/hotListContradicted``, which takes the whole page back.
    mutating func store(_ database: Database) throws {
        guard let signed else { return }
        var state = try HotListTable.state(database)
        var wasListed: [CardID: Bool] = [:]
        for change in changes {
            let card = change.message.card
            let old = try HotListTable.reason(database, card)
            let new = change.message.reason.flatMap(DeclineReason.init(rawValue:))
            state.change(card, from: old, to: new)
            if wasListed[card] == nil { wasListed[card] = old != nil }
            isListed[card] = new != nil
            try HotListTable.set(card, new, database)
        }
        guard state.summary == signed else {
            throw LedgerError(.hotListContradicted, detail: "version \(signed.version)")
        }
        if !changes.isEmpty { try HotListTable.store(state, database) }
        isListed = isListed.filter { $0.value != wasListed[$0.key] }
    }

    /// Cards that came to the list.
    var added: [CardID] { isListed.filter(\.value).map(\.key) }
    /// Cards that left it.
    var removed: [CardID] { isListed.filter { !$0.value }.map(\.key) }
}
