import GRDB
import HubProtocol
import Payments
import Terminal

extension SQLiteLedger: SendQueue {
    package func unsent(limit: Int) throws(LedgerError) -> UnsentRecords? {
        let found = try read { database in
            try JournalTable.records(
                database, of: name, after: standing.row.acknowledged.sequence, limit: max(limit, 1))
        }
        guard let last = found.last else { return nil }
        return UnsentRecords(records: found.map(\.record), hash: last.hash)
    }

    package func acknowledge(_ acknowledgement: Acknowledgement) throws(LedgerError) {
        var changed = standing
        guard try take(acknowledgement, into: &changed) else { return }
        try commit(changed)
    }

    package func figures() throws(LedgerError) -> JournalFigures {
        let row = standing.row
        let oldest = try read { database in
            try JournalTable.records(database, of: name, after: row.acknowledged.sequence, limit: 1).first
        }
        let accounts = try countedAccounts()
        return JournalFigures(
            sequence: row.head.sequence, hash: row.head.hash, acknowledged: row.acknowledged.sequence,
            unsentCount: Int(row.head.sequence - row.acknowledged.sequence), unsentAmount: standing.unsent.approved,
            oldestUnsent: oldest?.record.decidedAt, replicaCursor: row.replicaCursor,
            lastHubContact: row.lastHubContact, accounts: accounts, hotListed: standing.hotList.count)
    }

    /// Checks an acknowledgement against the journal's own hash, and counts it when it reaches further than before.
    ///
    /// - Returns: whether it does.
    func take(_ acknowledgement: Acknowledgement, into changed: inout Standing) throws(LedgerError) -> Bool {
        let known = changed.row.acknowledged.sequence
        let own = try read { try JournalTable.hash($0, of: name, at: acknowledgement.sequence) }
        guard own == acknowledgement.hash else {
            throw LedgerError(.acknowledgementMismatch, detail: "at record \(acknowledgement.sequence)")
        }
        guard acknowledgement.sequence > known else { return false }
        let (delivered, oldest) = try read { database in
            (
                try UnsentTotals(database, after: known, through: acknowledgement.sequence),
                try UnsentTotals.oldestOffline(database, after: acknowledgement.sequence)
            )
        }
        changed.row.acknowledged = acknowledgement
        changed.unsent.subtract(delivered, oldest: oldest)
        return true
    }
}
