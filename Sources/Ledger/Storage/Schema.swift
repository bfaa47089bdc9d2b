import GRDB
import Terminal

/// The tables of one terminal's file. STRICT throughout; history refuses UPDATE and DELETE by trigger, so that a
/// defect here cannot rewrite it (an attacker with the file can drop a trigger; the hash chain is for that).
///
/// A version that has been in the field is never edited: files in every state between two versions exist.
enum Schema {
    /// `CTil`: names the file as ours in its header.
    static let applicationID: Int32 = 0x4354_696C
    /// Version of the newest migration, kept in SQLite's `user_version`.
    static let version: Int32 = 9

    /// - Throws: ``LedgerError/Code/schemaTooNew`` for a file of a newer version.
    static func refuseNewer(_ queue: DatabaseQueue) throws { _ = try storedVersion(queue) }

    /// Brings a file from any earlier version to `target`. Each step is one transaction together with its version
    /// number: after a crash or on a full disk the file is whole in the version before, and the next opening tries
    /// again (promise 11). A step needs free disk space of about the tables that it rebuilds.
    static func migrate(_ queue: DatabaseQueue, to target: Int32 = version) throws {
        guard try storedVersion(queue) < target else { return }
        var migrator = DatabaseMigrator()
        // The migrator turns foreign keys off while a step runs, as rebuilding a table that others refer to needs,
        // and checks all of them before the step commits.
        let steps = [
            firstVersion, secondVersion, corrections, hubKey, hotList, sessions, policies, laneIndex, accountUse,
        ]
        for (number, sql) in zip(Int32(1)..., steps) {
            migrator.registerMigration("\(number)") { database in
                try database.execute(sql: sql)
                try database.execute(
                    sql: "PRAGMA application_id = \(applicationID); PRAGMA user_version = \(number)")
            }
        }
        try migrator.migrate(queue, upTo: "\(target)")
    }

    private static func storedVersion(_ queue: DatabaseQueue) throws -> Int32 {
        let stored = try queue.read { try Int32.fetchOne($0, sql: "PRAGMA user_version") ?? 0 }
        guard stored <= version else { throw LedgerError(.schemaTooNew, detail: "version \(stored)") }
        return stored
    }
}
