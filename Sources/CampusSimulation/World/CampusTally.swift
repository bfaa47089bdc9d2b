/// What a run has done so far.
package struct CampusTally: Sendable, Hashable, Codable {
    /// Orders that were rung up.
    package var orders = 0
    package var approved = 0
    /// Approved without the hub.
    package var approvedAlone = 0
    /// Approved from a card's own purse.
    package var approvedPurse = 0
    /// Approved on a payment code.
    package var approvedCode = 0
    package var declined = 0
    /// Ended without anybody knowing whether the card paid.
    package var unknown = 0
    /// Purses filled.
    package var loads = 0
    /// Refunds and voids that terminals made.
    package var corrections = 0
    /// Adjustments that a second person approved.
    package var adjustments = 0
    /// Policies that the office published.
    package var policies = 0
    /// Ends of a terminal's program.
    package var terminalDeaths = 0
    package var hubDeaths = 0
    /// Records that the hub has in the end.
    package var records = 0
    /// What went wrong by plan, by the name of its ``FaultKind``.
    package var faultCounts: [String: Int] = [:]

    package init() {}

    /// Something went wrong by plan.
    package mutating func note(_ fault: FaultKind, _ count: Int = 1) {
        if count > 0 { faultCounts[fault.rawValue, default: 0] += count }
    }

    /// Adds what another run did.
    package mutating func add(_ other: CampusTally) {
        orders += other.orders
        approved += other.approved
        approvedAlone += other.approvedAlone
        approvedPurse += other.approvedPurse
        approvedCode += other.approvedCode
        declined += other.declined
        unknown += other.unknown
        loads += other.loads
        corrections += other.corrections
        adjustments += other.adjustments
        policies += other.policies
        terminalDeaths += other.terminalDeaths
        hubDeaths += other.hubDeaths
        records += other.records
        faultCounts.merge(other.faultCounts, uniquingKeysWith: +)
    }

    /// Everything that went wrong by plan.
    package var faults: Int { faultCounts.values.reduce(0, +) }
}
