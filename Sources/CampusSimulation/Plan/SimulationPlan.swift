import Payments

/// Everything that a run follows from: the same plan gives the same run.
package struct SimulationPlan: Sendable, Hashable {
    package var seed: UInt64
    /// 1 to 64.
    package var terminals: Int
    /// 1 or more.
    package var days: Int
    /// Orders at each terminal on each day.
    package var salesPerDay: Int
    package var faults: Set<FaultKind>
    /// At most so many faults of a kind; the kinds that are not here have no limit.
    package var faultMaximums: [FaultKind: Int]
    /// Only the first so many incidents happen; all when `nil`.
    package var eventMaximum: Int?

    package init(
        seed: UInt64, terminals: Int, days: Int, salesPerDay: Int = 60,
        faults: Set<FaultKind> = Set(FaultKind.allCases), faultMaximums: [FaultKind: Int] = [:],
        eventMaximum: Int? = nil
    ) {
        invariant((1...64).contains(terminals) && days > 0 && salesPerDay > 0, "a campus has terminals, days and sales")
        self.seed = seed
        self.terminals = terminals
        self.days = days
        self.salesPerDay = salesPerDay
        self.faults = faults
        self.faultMaximums = faultMaximums
        self.eventMaximum = eventMaximum
    }

    /// Students that buy at the campus.
    package var students: Int { 2 + terminals * 3 }

    /// The command that repeats this run.
    package var command: String {
        var words = ["till-lab", "simulate", "--seed", "\(seed)", "--terminals", "\(terminals)", "--days", "\(days)"]
        if salesPerDay != 60 { words += ["--sales", "\(salesPerDay)"] }
        if faults != Set(FaultKind.allCases) {
            let names = FaultKind.allCases.filter(faults.contains).map(\.rawValue)
            words += ["--only-faults", names.isEmpty ? "none" : names.joined(separator: ",")]
        }
        let limits = FaultKind.allCases.compactMap { kind in faultMaximums[kind].map { "\(kind.rawValue)=\($0)" } }
        if !limits.isEmpty { words += ["--at-most", limits.joined(separator: ",")] }
        if let eventMaximum { words += ["--events", "\(eventMaximum)"] }
        return words.joined(separator: " ")
    }
}
