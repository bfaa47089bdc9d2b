import Payments

/// Promise 1: what was shown approved is on disk, after any crash.
@SimulationActor package final class Promise1DurableApproval: PromiseChecker {
    package let promise = 1

    private var shown: [Int: [ShownSale]] = [:]

    package func observe(_ event: CampusEvent) -> String? {
        switch event {
        case .shown(let sale): shown[sale.terminal, default: []].append(sale)
        case .opened(let terminal, let records): return missing(terminal, in: records)
        case .imageRestored(let terminal, let copied, _):
            shown[terminal]?.removeAll { $0.record.sequence > copied }
        case .journalReplaced(let terminal, _, _): shown[terminal] = nil
        default: break
        }
        return nil
    }

    package func judge(_ end: CampusEnd) -> [String] {
        end.terminals.enumerated().compactMap { missing($0.offset, in: $0.element.records) }
    }

    private func missing(_ terminal: Int, in records: [JournalRecord]) -> String? {
        let known = Dictionary(records.map { ($0.transaction, $0) }, uniquingKeysWith: { first, _ in first })
        for sale in shown[terminal] ?? [] where known[sale.record.transaction] != sale.record {
            return "order \(sale.reference) was shown approved at terminal \(terminal) and is not in its journal"
        }
        return nil
    }
}
