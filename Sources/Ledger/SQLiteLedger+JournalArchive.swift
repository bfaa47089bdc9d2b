import GRDB
import Payments
import Synchronization
import Terminal

extension SQLiteLedger: JournalArchive {
    /// Records that `verify()` reads before it lets waiting taps go first: about 10 ms of work.
    private static let verificationStep = 1000

    package func records(after sequence: UInt64, limit: Int) throws(LedgerError) -> [ArchivedRecord] {
        try read { try JournalTable.records($0, of: name, after: sequence, limit: max(limit, 0)) }
    }

    /// Lets sales go on between its steps; what they add is checked too.
    package func verify() async throws(LedgerError) -> JournalVerification {
        var verification = ChainVerification(name: name)
        while try read({ try verification.step($0, limit: Self.verificationStep) }) { await Task.yield() }
        // Nothing can come between the last step and these comparisons: there is no suspension.
        let known = KnownState(standing: standing, numbers: numbers.withLock { $0 })
        return try read { database in
            try verification.finish(database, known: known)
            return verification.result
        }
    }
}
