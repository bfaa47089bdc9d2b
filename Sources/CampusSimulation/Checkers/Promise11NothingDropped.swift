import Hub
import Payments

/// Promise 11: nothing that the hub does not have is ever dropped, and in the end it has everything.
@SimulationActor package final class Promise11NothingDropped: PromiseChecker {
    package let promise = 11

    /// The highest record that each terminal is known to have written.
    private var heads: [Int: UInt64] = [:]

    package func observe(_ event: CampusEvent) -> String? {
        switch event {
        case .shown(let sale): heads[sale.terminal] = max(heads[sale.terminal] ?? 0, sale.record.sequence)
        case .opened(let terminal, let records):
            let count = UInt64(records.count)
            if count < heads[terminal] ?? 0 {
                return "terminal \(terminal) had \(heads[terminal] ?? 0) records and has \(count)"
            }
            heads[terminal] = count
        case .imageRestored(let terminal, let copied, _): heads[terminal] = min(heads[terminal] ?? 0, copied)
        case .journalReplaced(let terminal, _, _): heads[terminal] = nil
        default: break
        }
        return nil
    }

    package func judge(_ end: CampusEnd) -> [String] {
        end.terminals.enumerated().flatMap { index, terminal in
            var findings: [String] = []
            if terminal.unsent > 0 { findings.append("terminal \(index) never sent \(terminal.unsent) records") }
            if terminal.summary.sequence != UInt64(terminal.records.count) {
                findings.append(
                    "terminal \(index) has \(terminal.records.count) records and the hub \(terminal.summary.sequence)")
            }
            return findings
        }
    }
}
