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
    /// Taps that were torn.
    package var torn = 0
    /// Ends of a terminal's program.
    package var terminalDeaths = 0
    package var hubDeaths = 0
    /// Messages lost, late or doubled.
    package var networkFaults = 0
    /// Old images put back.
    package var images = 0
    /// Records that the hub has in the end.
    package var records = 0

    package init() {}

    /// Adds what another run did.
    package mutating func add(_ other: CampusTally) {
        orders += other.orders
        approved += other.approved
        approvedAlone += other.approvedAlone
        approvedPurse += other.approvedPurse
        approvedCode += other.approvedCode
        declined += other.declined
        unknown += other.unknown
        torn += other.torn
        terminalDeaths += other.terminalDeaths
        hubDeaths += other.hubDeaths
        networkFaults += other.networkFaults
        images += other.images
        records += other.records
    }

    /// Everything that went wrong by plan.
    package var faults: Int { torn + terminalDeaths + hubDeaths + networkFaults + images }
}
