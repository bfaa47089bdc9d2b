/// What can go wrong in a campus. The names are those of `--only-faults`.
package enum FaultKind: String, Sendable, CaseIterable, Codable {
    /// Requests to the hub, or its answers, get lost.
    case loss
    /// Requests and answers take longer than anybody waits.
    case delay
    /// Requests arrive a second time, later and out of order.
    case duplicate
    /// A terminal is cut off for minutes or hours.
    case partition
    /// A terminal's program is killed and started again; files stay as they were.
    case kill
    /// A terminal loses power: unsynced writes are lost or torn.
    case power
    /// A terminal's disk is full for a while.
    case diskFull
    /// The hub dies, and comes back from its own files.
    case hub
    /// The hub's machine dies and a standby takes over on the disk that was kept equal write by write.
    case failover
    /// Somebody sets a terminal's wall clock.
    case clock
    /// A card leaves the field in the middle.
    case tear
    /// A terminal's files are put back to an older copy.
    case image
    /// Cards are lost, found and stolen; accounts are frozen and unfrozen.
    case office
    /// The office publishes policies, grants subsidy, and gives students PINs and limits.
    case policy
    /// Students fill their purses from their accounts.
    case load
    /// Sales are refunded and voided, and the office adjusts accounts.
    case correction
    /// A cashier rings the same order up again.
    case repetition
    /// A payer shows one payment code at several terminals, or twice at one.
    case codeReuse
}
