import Payments

/// A point in the life of a card: the serials that come next, and what the card holds.
struct PursePoint: Sendable, Hashable {
    /// The next purchase's serial.
    var offline: Int
    /// The next load's serial.
    var online: Int
    var balance: Amount
}

/// Follows a card's known transactions in the card's own order, and finds what it holds at their end. Pure.
///
/// Purchases are ordered by their serials, loads by theirs; how the two lie between each other follows from the
/// balances, since each says what the card held before it.
struct PurseWalk {
    /// Where the card's word does not follow from what the hub knows.
    struct Flaw: Hashable {
        enum Kind: Hashable {
            /// Serials were used up and money moved, and no record came.
            case recordsMissing
            /// Money moved without a serial.
            case balanceChanged
            /// Two transactions have one serial.
            case forked
        }

        var kind: Kind
        /// The transaction that shows it.
        var transaction: TransactionID
        /// What the card says it held, less what the hub knows.
        var difference: Amount
    }

    /// What the card holds after the last known transaction; `nil` while something before it may still come.
    private(set) var shown: Amount?
    private(set) var end: PursePoint
    /// Flaws that stand for so long that nothing is waited for any more.
    private(set) var flaws: [Flaw] = []
    /// The transaction behind a flaw that may still mend itself.
    private(set) var waitingFor: TransactionID?

    private let purchases: [PurseMove]
    private let loads: [PurseMove]

    /// - Parameters:
    ///   - start: all transactions before it are accounted for.
    ///   - moves: from `start` on; only those that happened count, and unknown ones are waited for.
    ///   - lostBefore: what was received before this time waits for nothing any more.
    init(from start: PursePoint, _ moves: [PurseMove], lostBefore: UnixTime) {
        func happened(_ kind: PurseMoveKind, _ serial: Int) -> [PurseMove] {
            moves.filter { $0.kind == kind && $0.state == .happened && $0.serial >= serial }
                .sorted { ($0.serial, $0.occurredAt) < ($1.serial, $1.occurredAt) }
        }
        purchases = happened(.purchase, start.offline)
        loads = happened(.load, start.online)
        end = start
        if let fork = Self.fork(purchases) ?? Self.fork(loads) {
            flaws = [Flaw(kind: .forked, transaction: fork.transaction, difference: .zero)]
            return
        }
        let unknown = moves.filter { $0.state == .unknown }
        var place = (purchase: 0, load: 0)
        while true {
            place = advance(from: place)
            guard let stuck = earliest(at: place) else { break }
            let expected = stuck.kind == .purchase ? end.offline : end.online
            // An unknown one of the other kind has its place between any two of this kind.
            let isAwaited = unknown.contains {
                $0.kind != stuck.kind || (expected..<stuck.serial).contains($0.serial)
            }
            guard !isAwaited, stuck.receivedAt < lostBefore else {
                waitingFor = stuck.transaction
                return
            }
            flaws.append(
                Flaw(
                    kind: stuck.serial > expected ? .recordsMissing : .balanceChanged, transaction: stuck.transaction,
                    difference: stuck.balanceBefore - end.balance))
            end.balance = stuck.balanceBefore
        }
        shown = end.balance
    }

    private static func fork(_ moves: [PurseMove]) -> PurseMove? {
        zip(moves, moves.dropFirst()).first { $0.serial == $1.serial }?.1
    }

    /// Goes on as far as balances allow, and sets ``end`` to that point.
    ///
    /// The balance at a place is what the card held at the start plus the loads and less the purchases before it, so
    /// only places have to be remembered, not ways.
    private mutating func advance(from start: (purchase: Int, load: Int)) -> (purchase: Int, load: Int) {
        struct Place: Hashable {
            var purchase: Int
            var load: Int
        }
        var balances = [Place(purchase: start.purchase, load: start.load): end.balance]
        var furthest = (place: Place(purchase: start.purchase, load: start.load), balance: end.balance)
        while !balances.isEmpty {
            var next: [Place: Amount] = [:]
            for (place, balance) in balances {
                if place.purchase < purchases.count, purchases[place.purchase].balanceBefore == balance {
                    let move = purchases[place.purchase]
                    next[Place(purchase: place.purchase + 1, load: place.load)] = move.balanceAfter
                }
                if place.load < loads.count, loads[place.load].balanceBefore == balance {
                    let move = loads[place.load]
                    next[Place(purchase: place.purchase, load: place.load + 1)] = move.balanceAfter
                }
            }
            // Of several ways that end here the one with more purchases, so that the same history has one result.
            if let best = next.max(by: { $0.key.purchase < $1.key.purchase }) {
                furthest = (best.key, best.value)
            }
            balances = next
        }
        let place = furthest.place
        if place.purchase > 0 { end.offline = purchases[place.purchase - 1].serial + 1 }
        if place.load > 0 { end.online = loads[place.load - 1].serial + 1 }
        end.balance = furthest.balance
        return (place.purchase, place.load)
    }

    /// Of the two transactions that come next, the earlier by the clocks; `nil` at the end.
    private func earliest(at place: (purchase: Int, load: Int)) -> PurseMove? {
        let purchase = place.purchase < purchases.count ? purchases[place.purchase] : nil
        let load = place.load < loads.count ? loads[place.load] : nil
        guard let purchase, let load else { return purchase ?? load }
        return load.occurredAt < purchase.occurredAt ? load : purchase
    }
}
