import HubProtocol
import Ledger
import Payments
import Terminal

/// A terminal that sends another journal than it keeps, with a chain of its own that is whole.
struct SpoiltWire: ForwardingQueue, ForwardingReplica {
    enum Flaw: Sendable {
        /// Each sale goes a second time, under a new id.
        case twice
        /// Each sale is one fen dearer.
        case wrongAmount
        /// Each refund and void goes a second time, under a new id.
        case refundTwice
    }

    let ledger: SQLiteLedger
    let flaw: Flaw

    var queue: any SendQueue { ledger }
    var replica: any Replica { ledger }

    /// What the hub is told: records, the hash after each, and which of the ledger's own records it is.
    private func wire() async throws(LedgerError) -> [(record: JournalRecord, hash: JournalHash, own: ArchivedRecord)] {
        var wire: [(record: JournalRecord, hash: JournalHash, own: ArchivedRecord)] = []
        var hash = JournalHash.genesis(terminal: terminal, journal: journal)
        for own in try await ledger.records(after: 0, limit: .max) {
            for var record in told(own.record) {
                record.sequence = UInt64(wire.count) + 1
                hash = hash.following(record)
                wire.append((record, hash, own))
            }
        }
        return wire
    }

    private func told(_ record: JournalRecord) -> [JournalRecord] {
        let isRefund = record.sale?.movement.corrects != nil
        guard record.outcome == .approved,
            flaw == .refundTwice ? isRefund : record.sale?.movement == .accountPurchase
        else { return [record] }
        var changed = record
        switch flaw {
        case .twice, .refundTwice:
            changed.transaction = TransactionID(
                terminal: terminal, journal: journal, trace: TraceNumber(record.transaction.trace.number + 1 << 40))
            return [record, changed]
        case .wrongAmount:
            changed.sale?.amount.fen += 1
            return [changed]
        }
    }

    func unsent(limit: Int) async throws(LedgerError) -> UnsentRecords? {
        let acknowledged = try await ledger.figures().acknowledged
        let rest = try await wire().filter { $0.own.record.sequence > acknowledged }
        guard let last = rest.last else { return nil }
        return UnsentRecords(records: rest.map(\.record), hash: last.hash)
    }

    func acknowledge(_ acknowledgement: Acknowledgement) async throws(LedgerError) {
        try await ledger.acknowledge(try await own(acknowledgement))
    }

    func apply(_ page: ChangesPage, after cursor: UInt64) async throws(LedgerError) {
        var page = page
        page.acknowledged = try await own(page.acknowledged)
        try await ledger.apply(page, after: cursor)
    }

    /// The hub's word in terms of the ledger's own records.
    private func own(_ acknowledgement: Acknowledgement) async throws(LedgerError) -> Acknowledgement {
        let told = try await wire()
        guard acknowledgement.sequence > 0, acknowledgement.sequence <= UInt64(told.count) else {
            return acknowledgement
        }
        let own = told[Int(acknowledgement.sequence) - 1].own
        return Acknowledgement(sequence: own.record.sequence, hash: own.hash)
    }
}
