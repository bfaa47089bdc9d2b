import HubProtocol
import Payments

/// Everything that one terminal ever wrote, as whoever stood beside it would know: also what an older image or a
/// replaced journal made it forget.
@SimulationActor final class TerminalHistory {
    private let terminal: TerminalID
    /// Chains of the present journal that an older image took away.
    private var overwritten: [[JournalRecord]] = []
    /// Of journals that were replaced, what the hub had.
    private(set) var former: [JournalRecord] = []
    private(set) var lost = LostHistory()

    init(terminal: TerminalID) { self.terminal = terminal }

    /// An older image is put over these records.
    func overwrite(_ records: [JournalRecord], intents: [JournalRecord.Sale]) {
        overwritten.append(records)
        lost.intents += intents
    }

    /// The journal is replaced, and the hub has `sequence` records of it with this hash.
    ///
    /// - Returns: `false` when the hub has a history that the terminal never wrote.
    func replace(
        _ records: [JournalRecord], intents: [JournalRecord.Sale], journal: JournalID, sequence: UInt64,
        hash: JournalHash?
    ) -> Bool {
        lost.intents += intents
        let count = Int(sequence)
        let chains = overwritten + [records]
        let delivered = chains.first { chain in
            guard count > 0 else { return true }
            return chain.count >= count && self.hash(of: chain.prefix(count), journal) == hash
        }
        let kept = delivered.map { Array($0.prefix(count)) } ?? []
        lose(chains, except: kept)
        former += kept
        overwritten = []
        return delivered != nil
    }

    /// The terminal came to rest with these records, which the hub has.
    func settle(_ records: [JournalRecord]) {
        lose(overwritten, except: records)
        overwritten = []
    }

    private func lose(_ chains: [[JournalRecord]], except kept: [JournalRecord]) {
        var seen = Set(kept)
        for record in chains.joined() where seen.insert(record).inserted { lost.records.append(record) }
    }

    private func hash(of records: ArraySlice<JournalRecord>, _ journal: JournalID) -> JournalHash {
        records.reduce(.genesis(terminal: terminal, journal: journal)) { $0.following($1) }
    }
}
