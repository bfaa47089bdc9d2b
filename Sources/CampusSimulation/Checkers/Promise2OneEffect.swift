import Hub
import Payments

/// Promise 2: a transaction id has one effect at most, on terminal and hub; and so has an order that a
/// lane remembers.
@SimulationActor package final class Promise2OneEffect: PromiseChecker {
    package let promise = 2

    private var orders: [String: TransactionID] = [:]

    package func observe(_ event: CampusEvent) -> String? {
        switch event {
        case .shown(let sale):
            let order = "\(sale.terminal)/\(sale.life)/\(sale.reference)"
            if let other = orders[order], other != sale.record.transaction {
                return "order \(sale.reference) was paid twice at terminal \(sale.terminal)"
            }
            orders[order] = sale.record.transaction
            return nil
        case .opened(let terminal, let records): return repeated(terminal, records)
        default: return nil
        }
    }

    package func judge(_ end: CampusEnd) -> [String] {
        var findings = end.terminals.enumerated().compactMap { repeated($0.offset, $0.element.records) }
        // Everything that the hub posted is a record of some terminal, and of one that may have moved money.
        let delivered = end.delivered
        let approved = Set(
            delivered.filter { $0.outcome == .approved || $0.outcome == .unknown }.map(\.transaction))
        let adjusted = Set(end.adjustments.compactMap(\.transaction))
        for account in end.accounts {
            // A posting that both purses paid has a line for each.
            var postings: [TransactionID: Int64] = [:]
            for line in end.statements[account.id] ?? [] where line.kind != .adjustment {
                guard let transaction = line.transaction else { continue }
                if let other = postings.updateValue(line.posting, forKey: transaction), other != line.posting {
                    findings.append("\(transaction) was posted twice")
                }
                if !approved.contains(transaction), !adjusted.contains(transaction) {
                    findings.append("\(transaction) was posted, and no terminal approved it")
                }
            }
        }
        return findings
    }

    private func repeated(_ terminal: Int, _ records: [JournalRecord]) -> String? {
        var seen: Set<TransactionID> = []
        for record in records where !seen.insert(record.transaction).inserted {
            return "\(record.transaction) stands twice in the journal of terminal \(terminal)"
        }
        return nil
    }
}
