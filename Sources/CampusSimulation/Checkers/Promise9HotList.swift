import HubProtocol
import Payments

/// Promise 9: a card on the hot list is refused from the moment the list is on the terminal.
@SimulationActor package final class Promise9HotList: PromiseChecker {
    package let promise = 9

    private var listed: [Int: Set<CardID>] = [:]
    private var cursors: [Int: UInt64] = [:]
    /// As they were when the terminal's files were copied.
    private var copies: [Int: (listed: Set<CardID>?, cursor: UInt64?)] = [:]

    package func observe(_ event: CampusEvent) -> String? {
        switch event {
        case .applied(let terminal, let page):
            guard page.cursor >= cursors[terminal] ?? 0 else {
                return "the hot list of terminal \(terminal) went back from \(cursors[terminal] ?? 0) to \(page.cursor)"
            }
            cursors[terminal] = page.cursor
            for entry in page.changes.compactMap(\.hotList) {
                if entry.reason == nil {
                    listed[terminal]?.remove(entry.card)
                } else {
                    listed[terminal, default: []].insert(entry.card)
                }
            }
        case .imageCopied(let terminal): copies[terminal] = (listed[terminal], cursors[terminal])
        case .imageRestored(let terminal, _, _):
            (listed[terminal], cursors[terminal]) = (copies[terminal]?.listed, copies[terminal]?.cursor)
        case .journalReplaced(let terminal, _, _): (listed[terminal], cursors[terminal]) = (nil, nil)
        case .shown(let sale):
            guard let card = sale.card, listed[sale.terminal]?.contains(card) ?? false else { return nil }
            return "\(card) is on the hot list of terminal \(sale.terminal) and paid"
        default: break
        }
        return nil
    }

    package func judge(_ end: CampusEnd) -> [String] { [] }
}
