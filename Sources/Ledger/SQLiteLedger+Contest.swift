import GRDB
import HubProtocol
import Payments
import Synchronization
import Terminal

extension SQLiteLedger {
    package func contest(_ refusal: HubRefusal) throws(LedgerError) {
        guard contested == nil else { return }
        // Memory first: should the disk fail now, no number goes out until the next start, which asks the hub again.
        contested = Int64(refusal.rawValue)
        numbers.withLock { $0.stop() }
        try commit(standing) { try SessionTable.setContest(Int64(refusal.rawValue), $0) }
    }

    package func endContest() throws(LedgerError) {
        guard contested != nil else { return }
        try commit(standing) { try SessionTable.setContest(nil, $0) }
        contested = nil
        numbers.withLock { $0.resume() }
    }

    /// - Throws: ``LedgerError/Code/journalContested`` while the hub says that this journal must not go on.
    func requireUncontested() throws(LedgerError) {
        guard let contested else { return }
        throw LedgerError(.journalContested, detail: "E\(contested)")
    }

    package func records(after known: Acknowledgement, limit: Int) throws(LedgerError) -> UnsentRecords? {
        let found = try read { database -> [ArchivedRecord] in
            guard try JournalTable.hash(database, of: name, at: known.sequence) == known.hash else {
                throw LedgerError(.acknowledgementMismatch, detail: "at record \(known.sequence)")
            }
            return try JournalTable.records(database, of: name, after: known.sequence, limit: max(limit, 1))
        }
        return found.last.map { UnsentRecords(records: found.map(\.record), hash: $0.hash) }
    }
}
