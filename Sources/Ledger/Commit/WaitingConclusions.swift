/// Conclusions in the order in which they came. Whoever gets the ledger's executor first takes what is there and
/// commits it together; nobody waits for company.
struct WaitingConclusions: Sendable {
    typealias Ticket = UInt64

    private var queue: [(ticket: Ticket, conclusion: PendingConclusion)] = []
    private var nextTicket: Ticket = 0

    var count: Int { queue.count }

    /// The ticket under which the result can be picked up.
    mutating func append(_ conclusion: PendingConclusion) -> Ticket {
        nextTicket += 1
        queue.append((nextTicket, conclusion))
        return nextTicket
    }

    /// The oldest conclusions, at most `limit`.
    mutating func take(_ limit: Int) -> [(ticket: Ticket, conclusion: PendingConclusion)] {
        let batch = Array(queue.prefix(limit))
        queue.removeFirst(batch.count)
        return batch
    }
}
