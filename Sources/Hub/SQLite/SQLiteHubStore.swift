import Certificates
import Foundation
import GRDB
import HubProtocol
import Payments
import Synchronization

/// The hub's store on one SQLite file.
///
/// Exactly one connection reads, writes and checkpoints (SQLite 3.40.1 of Debian 12 can corrupt a WAL file that two
/// connections write), and it holds the file exclusively, so that no second hub and no other program can get in.
/// `DatabasePool` is not used: it would turn `synchronous` down to NORMAL behind our back.
package final class SQLiteHubStore: HubStore {
    let queue: DatabaseQueue
    let commits: GroupCommit
    let purses: PurseRules
    /// Terminals by id, so that a request is recognised without waiting for the database. This object is the only
    /// writer, so the copy cannot be stale.
    let terminalCache: Mutex<[TerminalID: TerminalAuthentication]>
    /// Certificates by serial number, for the same reason.
    let certificateCache: Mutex<[CertificateSerial: CertificateRecord]>
    let contacts = Mutex<[TerminalID: UnixTime]>([:])
    /// When terminals last asked for changes.
    let levels = Mutex<[TerminalID: UnixTime]>([:])
    /// Signs what terminals must be able to check; `nil` until the hub has adopted its key.
    let signingKey = Mutex<HubSigningKey?>(nil)
    /// The newest version of the hot list that was signed.
    let signedHotList = Mutex<HotListVersionMessage?>(nil)
    /// Changes of the hot list that are kept for terminals that were away.
    let hotListHistory: Int
    /// The policies, newest first; `nil` when they must be read again.
    let policyCache = Mutex<[CampusPolicy]?>(nil)

    /// Opens or creates the file at `path`. Blocks; call it before the services start.
    ///
    /// - Parameters:
    ///   - purses: rules and keys for electronic purses.
    ///   - calendar: when business days change, for what is posted from now on.
    ///   - hotListHistory: changes of the hot list that are kept, at least 1; a terminal that was away for more fetches
    ///     everything anew.
    /// - Throws: ``HubStoreError``.
    package init(
        path: String, purses: PurseRules = .keyless, calendar: BusinessCalendar = BusinessCalendar(),
        hotListHistory: Int = HubLimits.hotListHistory
    ) throws {
        invariant(hotListHistory > 0, "the newest change is kept")
        self.purses = purses
        self.hotListHistory = hotListHistory
        let unclean = SQLiteFile.wasLeftOpen(path)
        queue = try SQLiteFile.open(path)
        do {
            try queue.writeWithoutTransaction { db in
                if unclean { try SQLiteFile.checkIntegrity(db) }
            }
            try HubSchema.migrator.migrate(queue)
            try queue.writeWithoutTransaction { db in try SQLiteFile.assertDurable(db) }
            try queue.write { db in
                try DayTable.setCalendar(calendar, db)
                try DayTable.adoptPostings(db)
            }
            let known = try queue.read { db in try Self.allAuthentications(db) }
            terminalCache = Mutex(known)
            certificateCache = Mutex(try queue.read { db in try Self.allCertificates(db) })
        } catch {
            throw SQLiteFile.storeError(error, opening: true)
        }
        commits = GroupCommit(queue: queue, limit: HubLimits.groupedWrites)
    }

    package func close() async throws {
        let stored: Result<Void, any Error>
        do {
            stored = .success(try await write { db in try self.storeContacts(db) })
        } catch {
            stored = .failure(error)
        }
        do {
            try queue.close()
        } catch {
            throw SQLiteFile.storeError(error)
        }
        try stored.get()
    }

    package func probe() async throws {
        _ = try await read { db in try db.integer("SELECT cursor FROM feed") }
    }

    package func figures() async throws -> HubFigures {
        try await read { db in
            HubFigures(
                accounts: try db.integer("SELECT count(*) FROM account"),
                terminals: try db.integer("SELECT count(*) FROM terminal"),
                openExceptions: try db.integer("SELECT count(*) FROM exception WHERE closed_at IS NULL"))
        }
    }

    /// A durable write. Refusals pass through; what SQLite says becomes a ``HubStoreError``.
    func write<Value: Sendable>(
        _ urgency: CommitUrgency = .records(1), _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        do {
            return try await commits.write(urgency, body)
        } catch {
            throw SQLiteFile.storeError(error)
        }
    }

    /// A consistent read.
    func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        do {
            return try await queue.read(body)
        } catch {
            throw SQLiteFile.storeError(error)
        }
    }
}
