import GRDB
import HubProtocol
import Payments
import Synchronization
import Terminal

/// The journal, send queue, replica and archive of one terminal, in one SQLite file with one connection.
///
/// Everything that touches the file runs on the ledger's own executor. Giving out a trace number touches memory only,
/// so that a lane never waits for another lane's disk before it has even asked the hub.
package actor SQLiteLedger {
    /// Trace numbers that a commit reserves beyond the newest one given out. A lane has at most one number open.
    /// From the moment a commit fixes the reservation to the moment the next one does, each of at most 16 lanes can
    /// take one number while that commit is under way and one after its own conclusion in it: 2 × 16. With fewer a
    /// busy terminal would need commits only to reserve; with more an unclean stop leaves more voids.
    package static let standardReservationWindow: UInt64 = 32

    /// Most writes in one commit, so that the first in a crowd does not wait long for the last.
    package static let commitLimit = 64

    package nonisolated let terminal: TerminalID
    package nonisolated let journal: JournalID
    package nonisolated let session: TerminalSession
    /// Signs this journal's checkpoints.
    package nonisolated let key: JournalKey

    nonisolated let name: JournalName
    nonisolated let numbers: Mutex<TraceNumbers>
    nonisolated let waiting = Mutex(WaitingWrites())
    private nonisolated let executor = QueueExecutor(label: "campus-till.ledger")

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// What the disk has; replaced after a commit, never before.
    var standing: Standing
    /// Results of a commit that their callers have not picked up yet.
    var settled: [UInt64: Result<SettledWrite, LedgerError>] = [:]
    /// The delivered policies, read when asked for after a change.
    var policyShelf: PolicyShelf?
    /// Where the time of each commit comes from; `nil` in tests that hand it in.
    let clock: TrustedClock?
    /// Accounts in the replica, counted when asked for after a change.
    var accountCount: Int?
    /// The hub's refusal because of which no ids are given out.
    var contested: Int64?
    /// Whether nothing is left of what a snapshot replaced.
    var isReplacedCleared = false
    let reservationWindow: UInt64
    /// Commits since opening, each of them one synchronization of the log.
    package internal(set) var commitCount = 0
    /// Whether a commit has failed and none has succeeded since. What it held is not in the journal, but might be
    /// after a power cut or a kill (``overwriteFailedCommit()``).
    package internal(set) var isInDoubt = false

    private var connection: DatabaseQueue?
    private var lock: LockFile?

    private init(
        opened: OpenedLedger, key: JournalKey, lock: LockFile, reservationWindow: UInt64, clock: TrustedClock?
    ) {
        self.clock = clock
        name = opened.name
        terminal = opened.name.terminal
        journal = opened.name.journal
        session = opened.session
        contested = opened.contested
        self.key = key
        numbers = Mutex(opened.numbers)
        standing = opened.standing
        connection = opened.connection
        self.lock = lock
        self.reservationWindow = reservationWindow
    }

    /// Opens the journal at `path`, or creates it together with its checkpoint key. Blocks on the disk; after an
    /// unclean stop it also checks the file. Every number that was reserved and has no record gets a void; where a card
    /// may have been asked for its own money it gets an unknown record, and the card's transaction stays open.
    ///
    /// - Parameters:
    ///   - keyPath: file of the checkpoint key.
    ///   - reservationWindow: see ``standardReservationWindow``.
    ///   - now: time of these records.
    ///   - journal: names a new journal, at random.
    package static func open(
        path: String, keyPath: String, terminal: TerminalID,
        reservationWindow: UInt64 = standardReservationWindow, now: UnixTime, journal: () -> JournalID
    ) throws(LedgerError) -> SQLiteLedger {
        try open(
            path: path, keyPath: keyPath, terminal: terminal, reservationWindow: reservationWindow, clock: nil,
            now: { _, _ in now }, journal: journal)
    }

    /// Opens the journal and lets the clock go on from the time that the journal knows.
    package static func open(
        path: String, keyPath: String, terminal: TerminalID,
        reservationWindow: UInt64 = standardReservationWindow, clock: TrustedClock, journal: () -> JournalID
    ) throws(LedgerError) -> SQLiteLedger {
        try open(
            path: path, keyPath: keyPath, terminal: terminal, reservationWindow: reservationWindow, clock: clock,
            now: { point, newest in
                clock.resume(from: point, newest: newest)
                return clock.now()
            }, journal: journal)
    }

    private static func open(
        path: String, keyPath: String, terminal: TerminalID, reservationWindow: UInt64, clock: TrustedClock?,
        now: (ClockPoint?, UnixTime?) -> UnixTime, journal: () -> JournalID
    ) throws(LedgerError) -> SQLiteLedger {
        invariant(reservationWindow > 0, "at least one number is reserved")
        let lock = try LockFile(path: path + ".lock")
        let key: JournalKey
        if try LedgerFile.isPresent(path) {
            key = try JournalKey.load(keyPath)
        } else {
            // The key first: a journal without its key could never be delivered, a key without a journal is harmless.
            key = try JournalKey.loadOrCreate(keyPath)
            try LedgerFile.create(path, terminal: terminal, journal: journal())
        }
        let opened = try OpenedLedger(path: path, terminal: terminal, reservationWindow: reservationWindow, now: now)
        return SQLiteLedger(opened: opened, key: key, lock: lock, reservationWindow: reservationWindow, clock: clock)
    }

    /// Ends cleanly: gives back the numbers that were never given out, notes the clean stop and closes the file.
    /// Numbers that are still open get their record at the next opening. Later calls fail.
    package func close() throws(LedgerError) {
        guard let connection else { return }
        let last = numbers.withLock { numbers in
            numbers.stop()
            return numbers.last
        }
        defer {
            self.connection = nil
            lock = nil
        }
        var ended = standing
        ended.row.reservedThrough = last
        ended.row.running = false
        let point = clock?.point()
        do {
            try connection.write { database in
                try ended.row.update(database)
                if let point { try ClockPointTable.store(database, point) }
            }
            standing = ended
            try connection.close()
        } catch {
            throw LedgerError(storage: error)
        }
    }

    /// Uses the connection outside a transaction.
    func read<Value>(_ body: (Database) throws -> Value) throws(LedgerError) -> Value {
        do {
            return try openConnection().writeWithoutTransaction(body)
        } catch {
            throw LedgerError(storage: error)
        }
    }

    /// Stores a changed standing, with what `body` writes, in one commit.
    func commit(_ changed: Standing, _ body: (Database) throws -> Void = { _ in }) throws(LedgerError) {
        do {
            try write(changed, body)
        } catch {
            if error is DatabaseError { overwriteFailedCommit() }
            throw LedgerError(storage: error)
        }
    }

    func openConnection() throws(LedgerError) -> DatabaseQueue {
        guard let connection else { throw LedgerError(.cannotOpen, detail: "closed") }
        return connection
    }
}
