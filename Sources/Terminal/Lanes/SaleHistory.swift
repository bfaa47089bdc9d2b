import Payments

/// The sales that a lane is serving or has served lately, by the operator's reference. Bounded; the journal is what
/// remembers for ever.
struct SaleHistory {
    /// Far more than an operator asks about again: the oldest is forgotten when a new one comes.
    static let limit = 64

    struct Sale {
        var order: SaleOrder
        /// `nil` while the sale is being served.
        var outcome: SaleOutcome?
        /// Who waits for the outcome, by a number of the lane's.
        var waiters: [Int: CheckedContinuation<SaleOutcome?, Never>] = [:]
    }

    private var sales: [SaleReference: Sale] = [:]
    private var order: [SaleReference] = []

    subscript(reference: SaleReference) -> Sale? { sales[reference] }

    /// The sale being served.
    var open: SaleOrder? { sales.values.first { $0.outcome == nil }?.order }

    mutating func add(_ new: SaleOrder) {
        sales[new.reference] = Sale(order: new)
        order.append(new.reference)
        if order.count > Self.limit, let index = order.firstIndex(where: { sales[$0]?.outcome != nil }) {
            sales[order.remove(at: index)] = nil
        }
    }

    mutating func remove(_ reference: SaleReference) {
        sales[reference] = nil
        order.removeAll { $0 == reference }
    }

    mutating func finish(_ reference: SaleReference, _ outcome: SaleOutcome) {
        guard var sale = sales[reference] else { return }
        let waiters = sale.waiters
        sale.outcome = outcome
        sale.waiters = [:]
        sales[reference] = sale
        waiters.values.forEach { $0.resume(returning: outcome) }
    }

    mutating func addWaiter(
        _ waiter: CheckedContinuation<SaleOutcome?, Never>, number: Int, to reference: SaleReference
    ) {
        guard sales[reference] != nil, sales[reference]?.outcome == nil else {
            waiter.resume(returning: sales[reference]?.outcome)
            return
        }
        sales[reference]?.waiters[number] = waiter
    }

    /// Tells one who waits that the sale is still open.
    mutating func releaseWaiter(_ number: Int, of reference: SaleReference) {
        sales[reference]?.waiters.removeValue(forKey: number)?.resume(returning: nil)
    }
}
