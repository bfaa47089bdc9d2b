import CrashPoints
import GRDB
import Payments
import Synchronization
import Terminal

extension SQLiteLedger {
    private typealias Outcome = Result<SettledWrite, LedgerError>

    /// Commits what waits, this ticket's write included, unless an earlier caller did; gives this ticket's result.
    func settle(_ ticket: WaitingWrites.Ticket) throws(LedgerError) -> SettledWrite {
        while true {
            if let result = settled.removeValue(forKey: ticket) { return try result.get() }
            let batch = waiting.withLock { $0.take(Self.commitLimit) }
            invariant(!batch.isEmpty, "a ticket is waiting or settled")
            for (entry, result) in zip(batch, commit(batch.map(\.write))) { settled[entry.ticket] = result }
        }
    }

    /// One commit for all. Only a broken constraint, which is a defect or a replay, is the fault of a single one of
    /// them: then each gets a commit of its own and the bad one fails alone.
    private func commit(_ batch: [PendingWrite]) -> [Outcome] {
        do {
            return try store(batch)
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT && batch.count > 1 {
            return batch.flatMap { commit([$0]) }
        } catch {
            if let error = error as? DatabaseError, error.resultCode != .SQLITE_CONSTRAINT { overwriteFailedCommit() }
            return batch.map { _ in .failure(LedgerError(storage: error)) }
        }
    }

    private func store(_ batch: [PendingWrite]) throws -> [Outcome] {
        var group = GroupCommit(
            name: name, standing: standing, open: numbers.withLock { $0.open }, policies: try policies(),
            point: clock?.point())
        var outcomes: [Outcome] = []
        let clock = ContinuousClock()
        let start = clock.now
        try openConnection().inDatabase { database in
            try database.inPreparedTransaction {
                for pending in batch { outcomes.append(try group.write(pending, to: database)) }
                guard group.hasChanges else { return false }
                try group.finish(database, reserving: reservationWindow, after: numbers.withLock { $0.last })
                CrashPoint.recordWritten.reach()
                return true
            }
        }
        guard group.hasChanges else { return outcomes }
        CrashPoint.recordCommitted.reach()
        standing = group.standing
        commitCount += 1
        isInDoubt = false
        numbers.withLock { numbers in
            for trace in group.closed { numbers.close(trace) }
            numbers.extend(through: group.standing.row.reservedThrough)
        }
        let commitTime = clock.now - start
        return outcomes.map { outcome in
            outcome.map { settled in
                var timed = settled
                timed.commitTime = commitTime
                return timed
            }
        }
    }
}
