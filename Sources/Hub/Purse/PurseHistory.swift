import Payments

/// Finds out from a card's own serials and balances what became of transactions whose outcome is unknown. Pure.
///
/// A card counts a serial with every transaction that happened, and names serial and balance before each. So a later
/// transaction with the same serial proves that the unknown one did not happen; one with the next serial and the
/// balance that the unknown one would have left proves that it did. What fits neither is a contradiction and is never
/// guessed.
struct PurseHistory {
    /// What the card proves.
    struct Conclusion: Hashable {
        var transaction: TransactionID
        var verdict: Resolution.Verdict
        /// The transaction that proves it.
        var witness: TransactionID
    }

    /// What happened, what did not, and what contradicts itself.
    struct Findings {
        var conclusions: [Conclusion] = []
        /// Unknown transactions whose serial is used up, and nobody can say by which.
        var contradictions: [Conclusion] = []
    }

    private let start: PursePoint
    private var moves: [PurseMove]

    /// - Parameter start: all transactions before it are accounted for.
    init(from start: PursePoint, _ moves: [PurseMove]) {
        self.start = start
        self.moves = moves
    }

    /// Everything that can be concluded; one conclusion may allow the next.
    mutating func settle() -> Findings {
        var findings = Findings()
        var again = true
        while again {
            again = false
            findings.contradictions = []
            for index in moves.indices where moves[index].state == .unknown {
                guard let conclusion = conclusion(about: moves[index]) else { continue }
                switch conclusion.verdict {
                case .happened: moves[index].state = .happened
                case .didNotHappen: moves[index].state = .didNotHappen
                case .undetermined:
                    findings.contradictions.append(conclusion)
                    continue
                }
                findings.conclusions.append(conclusion)
                again = true
            }
        }
        return findings
    }

    private func conclusion(about unknown: PurseMove) -> Conclusion? {
        func conclude(_ verdict: Resolution.Verdict, by witness: PurseMove) -> Conclusion {
            Conclusion(transaction: unknown.transaction, verdict: verdict, witness: witness.transaction)
        }
        let others = moves.filter { $0.kind == unknown.kind && $0.trusted && $0.transaction != unknown.transaction }
        if let taker = others.first(where: { $0.serial == unknown.serial && $0.state == .happened }) {
            return conclude(.didNotHappen, by: taker)
        }
        let next = others.filter { $0.serial == unknown.serial + 1 }
        guard let witness = next.first else {
            return (gap(after: unknown, others) ?? jump(over: unknown)).map { conclude($0.0, by: $0.1) }
        }
        func explains(_ balance: Amount) -> Bool {
            next.allSatisfy { reaches(from: balance, to: $0.balanceBefore, through: unknown.kind.other) }
        }
        let rivals = others.filter { $0.serial == unknown.serial && $0.state == .unknown }
        let rivalsThatExplain = rivals.filter { explains($0.balanceAfter) }
        // A purchase of nothing, which only proves that a card is genuine, uses up a serial and leaves no record.
        let untouched = unknown.kind == .purchase && explains(unknown.balanceBefore)
        switch (explains(unknown.balanceAfter), rivalsThatExplain.count, untouched) {
        case (true, 0, false): return conclude(.happened, by: witness)
        case (false, 0, true): return conclude(.didNotHappen, by: witness)
        // The rival is concluded on its own, and then refutes this one.
        case (false, 1, false): return nil
        default: return conclude(.undetermined, by: witness)
        }
    }

    /// Serials after the unknown purchase left no record, as taps do that only prove a card genuine. Purchases only
    /// take: so when the next known one shows the balance from before, those between took nothing, the unknown one
    /// among them; and when it shows exactly what the unknown one would have left, nobody else took anything.
    private func gap(after unknown: PurseMove, _ others: [PurseMove]) -> (Resolution.Verdict, PurseMove)? {
        let later = others.filter { $0.state == .happened && $0.serial > unknown.serial }
            .min { $0.serial < $1.serial }
        guard unknown.kind == .purchase, let later else { return nil }
        // Another unknown one might have taken the same, or a load have given it back.
        let rivals = moves.contains {
            $0.state == .unknown && $0.transaction != unknown.transaction
                && ($0.kind == .load ? $0.amount == unknown.amount : $0.serial < later.serial)
        }
        let isTaken = reaches(from: unknown.balanceAfter, to: later.balanceBefore, through: .load)
        let isLeft = reaches(from: unknown.balanceBefore, to: later.balanceBefore, through: .load)
        switch (isTaken, isLeft) {
        case (true, false) where !rivals: return (.happened, later)
        case (false, true) where !rivals || later.balanceBefore == unknown.balanceBefore: return (.didNotHappen, later)
        default: return nil
        }
    }

    /// A load shows between a purchase, or the start, and the next one, give or take known loads: only loads make the
    /// balance rise, and this one by exactly its amount. Where the next serial shows the very balance that the load
    /// began with, it took nothing in; that proves something of a card's first load only, because after another load
    /// the balance may have come back to the same.
    private func jump(over unknown: PurseMove) -> (Resolution.Verdict, PurseMove)? {
        guard unknown.kind == .load else { return nil }
        let purchases = moves.filter { $0.kind == .purchase && $0.trusted }
        let before =
            [(serial: start.offline - 1, balance: start.balance)]
            + purchases.filter { $0.state == .happened }.map { (serial: $0.serial, balance: $0.balanceAfter) }
        for place in before where reaches(from: place.balance, to: unknown.balanceBefore, through: .load) {
            let later = purchases.filter { $0.serial > place.serial }
            let next = later.filter { $0.serial == later.map(\.serial).min() }
            if let after = next.first(where: { $0.balanceBefore == unknown.balanceAfter }),
                !reaches(from: place.balance, to: after.balanceBefore, through: .load)
            {
                let rivals = moves.filter {
                    $0.kind == .load && $0.state == .unknown && $0.transaction != unknown.transaction
                        && $0.balanceBefore == unknown.balanceBefore && $0.amount == unknown.amount
                }
                return (rivals.isEmpty ? .happened : .undetermined, after)
            }
            if unknown.serial == start.online, place.balance == unknown.balanceBefore,
                let after = next.first(where: { $0.state == .happened && $0.balanceBefore == place.balance }),
                after.serial == place.serial + 1
            {
                return (.didNotHappen, after)
            }
        }
        return nil
    }

    /// Whether known transactions of `kind`, with consecutive serials, lead from one balance to the other.
    private func reaches(from: Amount, to: Amount, through kind: PurseMoveKind) -> Bool {
        if from == to { return true }
        let known = moves.filter { $0.kind == kind && $0.trusted && $0.state == .happened }.sorted {
            $0.serial < $1.serial
        }
        for start in known.indices where known[start].balanceBefore == from {
            var last = known[start]
            if last.balanceAfter == to { return true }
            for move in known[(start + 1)...] {
                guard move.serial == last.serial + 1, move.balanceBefore == last.balanceAfter else { break }
                if move.balanceAfter == to { return true }
                last = move
            }
        }
        return false
    }
}

extension PurseMoveKind {
    fileprivate var other: PurseMoveKind { self == .purchase ? .load : .purchase }
}
