import Hub
import Payments

/// Promise 8: a payment code pays once at a terminal; a second use elsewhere is found by the hub.
@SimulationActor package final class Promise8Codes: PromiseChecker {
    package let promise = 8

    /// Uses by code, in order: the terminal and its transaction.
    private var uses: [CodeReference: [(terminal: Int, transaction: TransactionID)]] = [:]
    private var restored: Set<Int> = []

    package func observe(_ event: CampusEvent) -> String? {
        switch event {
        case .imageRestored(let terminal, _, _), .journalReplaced(let terminal, _, _): restored.insert(terminal)
        case .shown(let sale):
            guard let code = sale.code else { return nil }
            let isRepeated = uses[code]?.contains { $0.terminal == sale.terminal } ?? false
            uses[code, default: []].append((sale.terminal, sale.record.transaction))
            if isRepeated, !restored.contains(sale.terminal) {
                return "a payment code paid twice at terminal \(sale.terminal)"
            }
        default: break
        }
        return nil
    }

    package func judge(_ end: CampusEnd) -> [String] {
        let found = Set(end.exceptions.filter { $0.kind == .codeUsedTwice }.compactMap(\.transaction))
        var findings: [String] = []
        for uses in uses.values where uses.count > 1 && !uses.contains(where: { restored.contains($0.terminal) }) {
            let known = uses.count { found.contains($0.transaction) }
            if known != uses.count - 1 {
                findings.append("a payment code paid \(uses.count) times, and the hub found \(known) of them")
            }
        }
        return findings
    }
}
