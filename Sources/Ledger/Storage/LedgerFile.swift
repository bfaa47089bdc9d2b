import GRDB
import HubProtocol
import Payments
import Terminal

/// Opens and creates the database file so that it is durable, private and ours.
enum LedgerFile {
    /// A connection to the file at `path`, which exists already in this or an earlier version.
    ///
    /// Checkpoint policy: this one connection also checkpoints. Automatic checkpoints start when the write-ahead log
    /// has 1,000 pages (SQLite's default, 4 MB), which is once in about 170 taps at 6 pages each; closing checkpoints
    /// the rest. A checkpoint that fails is tried again after a later commit and never fails the commit itself.
    /// Exclusive locking keeps every other process out, reading tools included: SQLite 3.40.1 can corrupt a log that
    /// two connections checkpoint.
    static func connect(_ path: String) throws(LedgerError) -> DatabaseQueue {
        _ = SQLiteLibrary.isWithoutMemoryStatistics
        var configuration = Configuration()
        configuration.label = "ledger"
        configuration.prepareDatabase { database in
            try database.execute(
                sql: """
                    PRAGMA locking_mode = EXCLUSIVE;
                    PRAGMA journal_mode = WAL;
                    PRAGMA synchronous = FULL;
                    PRAGMA wal_autocheckpoint = 1000;
                    PRAGMA trusted_schema = OFF;
                    PRAGMA cell_size_check = ON;
                    """)
        }
        do {
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            try requireDurable(queue)
            try Schema.refuseNewer(queue)
            return queue
        } catch {
            throw LedgerError(storage: error)
        }
    }

    /// Reads the settings back: the Swift library lowers `synchronous` in its own WAL mode, and a build of SQLite or a
    /// file system may refuse WAL.
    private static func requireDurable(_ queue: DatabaseQueue) throws {
        try queue.writeWithoutTransaction { database in
            let synchronous = try Int.fetchOne(database, sql: "PRAGMA synchronous") ?? -1
            let mode = try String.fetchOne(database, sql: "PRAGMA journal_mode") ?? ""
            guard synchronous == 2, mode == "wal" else {
                throw LedgerError(.notDurable, detail: "synchronous \(synchronous), journal mode \(mode)")
            }
        }
    }

    /// Whether a journal is at `path`.
    ///
    /// - Throws: when what is there is damaged or not a journal of this program. The check reads the header only, so a
    ///   foreign file is left exactly as it was.
    static func isPresent(_ path: String) throws(LedgerError) -> Bool {
        guard try FileSystem.exists(path) else {
            // SQLite would replay a log left over from a lost database into the new one.
            guard try !FileSystem.exists(path + "-wal") else {
                throw LedgerError(.damaged, detail: "the database is gone and its log is still there")
            }
            return false
        }
        // SQLite file format, section 1.3: magic text, then big-endian user version at 60 and application id at 68.
        let header = try FileSystem.head(of: path, count: 100)
        guard header.count == 100, header.starts(with: Array("SQLite format 3\0".utf8)) else {
            throw LedgerError(.damaged, detail: "file header")
        }
        guard Array(header[68..<72]) == Schema.applicationID.bigEndianBytes(count: 4) else {
            throw LedgerError(.cannotOpen, detail: "the file is another program's")
        }
        let version = header[60..<64].reduce(0) { $0 << 8 | UInt32($1) }
        guard version <= UInt32(Schema.version) else { throw LedgerError(.schemaTooNew, detail: "version \(version)") }
        return true
    }

    /// Makes an empty journal. It is built under another name and renamed when it is whole, so a power cut cannot
    /// leave half of one.
    static func create(_ path: String, terminal: TerminalID, journal: JournalID) throws(LedgerError) {
        let temporary = path + ".new"
        for leftover in [temporary, temporary + "-wal", temporary + "-shm", temporary + "-journal"] {
            try FileSystem.removeIfPresent(leftover)
        }
        try FileSystem.createPrivate(temporary)
        let queue = try connect(temporary)
        do {
            try Schema.migrate(queue)
            try queue.write { try StateRow(terminal: terminal, journal: journal).insert($0) }
            // Closing would do this too, but keep quiet about a disk that fails meanwhile, and only the database file
            // gets its final name.
            try queue.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
            try queue.close()
        } catch {
            throw LedgerError(storage: error)
        }
        try FileSystem.moveIntoPlace(temporary, path)
    }
}
