import Foundation
import GRDB
import Glibc
import Payments

/// Opening the hub's file so that an acknowledgement can be believed.
enum SQLiteFile {
    /// Whether the last process that had the file open did not close it: a clean close removes the write-ahead log.
    static func wasLeftOpen(_ path: String) -> Bool {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path + "-wal")
        return (attributes?[.size] as? Int ?? 0) > 0
    }

    /// Opens the one connection: exclusive, WAL, every commit synced.
    static func open(_ path: String) throws -> DatabaseQueue {
        try createPrivately(path)
        var configuration = Configuration()
        configuration.label = "hub"
        configuration.prepareDatabase { db in
            // Exclusive before the first access: the lock is taken with it and kept until the file is closed.
            try db.execute(sql: "PRAGMA locking_mode = EXCLUSIVE")
            try identify(db)
            try db.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
        }
        do {
            return try DatabaseQueue(path: path, configuration: configuration)
        } catch {
            throw storeError(error, opening: true)
        }
    }

    /// Stops when the connection does not keep what it says it keeps.
    static func assertDurable(_ db: Database) throws {
        let synchronous = try db.integer("PRAGMA synchronous")
        let mode = try String.fetchOne(db, sql: "PRAGMA journal_mode") ?? ""
        guard synchronous == 2, mode == "wal" else {
            throw HubStoreError(.notDurable, detail: "synchronous \(synchronous), journal mode \(mode)")
        }
    }

    /// Reads the whole file after an unclean stop.
    static func checkIntegrity(_ db: Database) throws {
        let answer = try String.fetchAll(db, sql: "PRAGMA integrity_check(10)")
        guard answer == ["ok"] else { throw HubStoreError(.damaged, detail: answer.first ?? "no answer") }
    }

    /// What SQLite said, as an error of the store; refusals and errors of the store stay what they are.
    ///
    /// - Parameter opening: whether the file was being opened, when "locked" means another hub.
    static func storeError(_ error: any Error, opening: Bool = false) -> any Error {
        guard let error = error as? DatabaseError else { return error }
        // The message can quote a constraint or a trigger of ours, never a bound value.
        let detail = "SQLite \(error.extendedResultCode.rawValue): \(error.message ?? "")"
        switch error.resultCode {
        case .SQLITE_BUSY, .SQLITE_LOCKED: return HubStoreError(.inUse, detail: detail)
        case .SQLITE_FULL: return HubStoreError(.diskFull, detail: detail)
        case .SQLITE_CORRUPT: return HubStoreError(.damaged, detail: detail)
        case .SQLITE_NOTADB: return HubStoreError(.notAHubDatabase, detail: detail)
        default: return HubStoreError(opening ? .cannotOpen : .writeFailed, detail: detail)
        }
    }

    /// Refuses a file of another program before anything is written to it.
    private static func identify(_ db: Database) throws {
        let application = try db.integer("PRAGMA application_id")
        let version = try db.integer("PRAGMA user_version")
        if application == 0, version == 0, try isEmpty(db) { return }
        guard application == HubSchema.applicationID else { throw HubStoreError(.notAHubDatabase) }
        guard version <= HubSchema.version else {
            throw HubStoreError(.schemaTooNew, detail: "version \(version), this program knows \(HubSchema.version)")
        }
    }

    /// Whether nothing was made yet but, at most, the migrator's own table: a kill can fall between the two.
    private static func isEmpty(_ db: Database) throws -> Bool {
        try db.integer("SELECT count(*) FROM sqlite_schema WHERE tbl_name <> 'grdb_migrations'") == 0
    }

    /// Accounts and balances are nobody else's business on the machine: mode 0600, which SQLite copies to its
    /// companion files.
    private static func createPrivately(_ path: String) throws {
        let descriptor = path.withCString { Glibc.open($0, O_CREAT | O_RDWR | O_CLOEXEC, 0o600) }
        guard descriptor >= 0 else {
            throw HubStoreError(.cannotOpen, detail: "\(path): \(String(cString: strerror(errno)))")
        }
        Glibc.close(descriptor)
    }
}
