import Hub
import Payments

/// Promise 8: a payment code pays once at a terminal; a second use elsewhere is found by the hub.
@SimulationActor package final class Promise8Codes: PromiseChecker {
    package let promise = 8

    /// Uses by code, in order: the terminal and its transaction.
    private var uses: [CodeReference: [Use]] = [:]

    private struct Use {
        var terminal: Int
        var record: JournalRecord
        /// Whether the terminal still knows of it: an older image or a new journal has forgotten it.
        var isKnown = true
    }

    package func observe(_ event: CampusEvent) -> String? {
        switch event {
        case .imageRestored(let terminal, let copied, _): forget(terminal, after: copied)
        case .journalReplaced(let terminal, _, _): forget(terminal, after: 0)
        case .shown(let sale):
            guard let code = sale.code else { return nil }
            let isRepeated = uses[code]?.contains { $0.terminal == sale.terminal && $0.isKnown } ?? false
            uses[code, default: []].append(Use(terminal: sale.terminal, record: sale.record))
            if isRepeated {
                return "a payment code paid twice at terminal \(sale.terminal)"
            }
        default: break
        }
        return nil
    }

    private func forget(_ terminal: Int, after sequence: UInt64) {
        for code in uses.keys {
            for index in uses[code, default: []].indices {
                guard let use = uses[code]?[index], use.terminal == terminal, use.record.sequence > sequence else {
                    continue
                }
                uses[code]?[index].isKnown = false
            }
        }
    }

    package func judge(_ end: CampusEnd) -> [String] {
        let found = Set(end.exceptions.filter { $0.kind == .codeUsedTwice }.compactMap(\.transaction))
        var findings: [String] = []
        let delivered = Set(end.delivered)
        for uses in uses.values {
            // Of uses that the hub never heard of nobody can say anything.
            let heard = uses.filter { delivered.contains($0.record) }
            let known = heard.count { found.contains($0.record.transaction) }
            if heard.count > 1, known != heard.count - 1 {
                findings.append("a payment code paid \(heard.count) times, and the hub found \(known) of them")
            }
        }
        return findings
    }
}
