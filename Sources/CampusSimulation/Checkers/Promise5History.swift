import Payments

/// Promise 5: history has no gaps and no edits, and an older image is found out.
@SimulationActor package final class Promise5History: PromiseChecker {
    package let promise = 5

    /// Terminals whose older image the hub could know about, until somebody is called.
    private var undetected: Set<Int> = []
    private var restored: Set<Int> = []

    package func observe(_ event: CampusEvent) -> String? {
        switch event {
        case .imageRestored(let terminal, let copied, let atHub):
            restored.insert(terminal)
            if atHub > copied { undetected.insert(terminal) }
        case .alarm(let terminal, let number):
            undetected.remove(terminal)
            if !restored.contains(terminal) {
                return "terminal \(terminal) and hub do not agree on history (E\(number)), and nobody touched it"
            }
        case .journalReplaced(let terminal, _, _): undetected.remove(terminal)
        case .opened(let terminal, let records): return Self.gap(terminal, records)
        default: break
        }
        return nil
    }

    package func judge(_ end: CampusEnd) -> [String] {
        var findings = undetected.sorted().map { "nobody noticed the older image of terminal \($0)" }
        for (index, terminal) in end.terminals.enumerated() {
            if let gap = Self.gap(index, terminal.records) { findings.append(gap) }
            findings += terminal.findings
        }
        return findings
    }

    private static func gap(_ terminal: Int, _ records: [JournalRecord]) -> String? {
        for (index, record) in records.enumerated() where record.sequence != UInt64(index) + 1 {
            return "record \(index + 1) of terminal \(terminal) is missing"
        }
        let traces = records.map(\.transaction.trace.number).sorted()
        for (index, trace) in traces.enumerated() where trace < UInt64(index) + 1 {
            return "trace number \(trace) of terminal \(terminal) stands twice"
        }
        return nil
    }
}
