/// Writes in the order in which they came. Whoever gets the ledger's executor first takes what is there and commits it
/// together; nobody waits for company.
struct WaitingWrites: Sendable {
    typealias Ticket = UInt64

    private var queue: [(ticket: Ticket, write: PendingWrite)] = []
    private var nextTicket: Ticket = 0

    var count: Int { queue.count }

    /// The ticket under which the result can be picked up.
    mutating func append(_ write: PendingWrite) -> Ticket {
        nextTicket += 1
        queue.append((nextTicket, write))
        return nextTicket
    }

    /// The oldest writes, at most `limit`.
    mutating func take(_ limit: Int) -> [(ticket: Ticket, write: PendingWrite)] {
        guard queue.count > limit else {
            defer { queue = [] }
            return queue
        }
        let batch = Array(queue.prefix(limit))
        queue.removeFirst(batch.count)
        return batch
    }
}
