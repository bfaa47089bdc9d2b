import GRDB
import Synchronization
import Terminal

extension SQLiteLedger {
    /// Takes back for good what a commit that failed may have left in the write-ahead log.
    ///
    /// When the sync of a commit fails, its frames stand in the log, perhaps whole, and SQLite goes on as if they did
    /// not. The next commit is written over them; but a process that dies before that finds them when it opens the
    /// file again, and a sale that was refused would be debited after all. So the next commit is made at once, before
    /// anybody is told of the failure. Where that fails too the journal stays ``isInDoubt`` until one succeeds.
    func overwriteFailedCommit() {
        isInDoubt = true
        do {
            try write(standing)
        } catch {
            // The disk takes nothing at all. The caller reports the failure that brought us here.
        }
    }

    /// One commit of a standing and what `body` writes.
    func write(_ changed: Standing, _ body: (Database) throws -> Void = { _ in }) throws {
        var changed = changed
        // SQLite leaves a page alone whose content would not change, and a commit without pages writes nothing over
        // the failed one. One number more in the reservation costs at most a void.
        if isInDoubt { changed.row.reservedThrough += 1 }
        let point = clock?.point()
        try openConnection().write { database in
            try body(database)
            try changed.row.update(database)
            if let point { try ClockPointTable.store(database, point) }
        }
        commitCount += 1
        standing = changed
        if isInDoubt { numbers.withLock { $0.extend(through: changed.row.reservedThrough) } }
        isInDoubt = false
    }
}
