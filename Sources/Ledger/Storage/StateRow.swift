import GRDB
import HubProtocol
import Payments
import Terminal

/// The one row that says where the terminal stands. It is rewritten whole in the commit of whatever changes it, so
/// memory and disk agree at every commit and an abandoned commit leaves both as they were.
struct StateRow: Sendable, Equatable {
    let terminal: TerminalID
    let journal: JournalID
    /// Number and hash of the newest record; what tells a cut-off end from a short journal.
    var head: Acknowledgement
    /// Latest decision time that no hub time has corrected since. A record with an earlier time does not lower it: a
    /// clock that was set back stays distrusted.
    var newestDecision: UnixTime?
    /// Trace numbers up to here may have been given out.
    var reservedThrough: UInt64
    var acknowledged: Acknowledgement
    var replicaCursor: UInt64
    var lastHubContact: UnixTime?
    /// Set while a process has the file open; found set at opening, it tells of an unclean stop.
    var running: Bool

    /// The state of an empty journal.
    init(terminal: TerminalID, journal: JournalID) {
        let genesis = Acknowledgement(sequence: 0, hash: .genesis(terminal: terminal, journal: journal))
        self.terminal = terminal
        self.journal = journal
        head = genesis
        newestDecision = nil
        reservedThrough = 0
        acknowledged = genesis
        replicaCursor = 0
        lastHubContact = nil
        running = false
    }

    /// Reads the row.
    init(_ database: Database) throws {
        let statement = try PreparedStatement(
            database,
            """
            SELECT terminal, journal, head_sequence, head_hash, newest_decision, reserved_through,
                acknowledged_sequence, acknowledged_hash, replica_cursor, last_hub_contact, running
            FROM state WHERE id = 1
            """)
        let row = try statement.first(Self.init(row:)) ?? nil
        guard let row else { throw LedgerError(.damaged, detail: "state row") }
        self = row
    }

    private init?(row: StatementRow) {
        guard let terminal = row.text(0).flatMap(TerminalID.init(text:)),
            let journal = row.text(1).flatMap(JournalID.init(text:)),
            let headSequence = UInt64(exactly: row.integer(2)), let headHash = JournalHash(bytes: row.bytes(3)),
            let reservedThrough = UInt64(exactly: row.integer(5)), reservedThrough < 1 << 48,
            let acknowledgedSequence = UInt64(exactly: row.integer(6)), acknowledgedSequence <= headSequence,
            let acknowledgedHash = JournalHash(bytes: row.bytes(7)),
            let replicaCursor = UInt64(exactly: row.integer(8))
        else { return nil }
        self.terminal = terminal
        self.journal = journal
        head = Acknowledgement(sequence: headSequence, hash: headHash)
        newestDecision = row.optionalInteger(4).map(UnixTime.init(milliseconds:))
        self.reservedThrough = reservedThrough
        acknowledged = Acknowledgement(sequence: acknowledgedSequence, hash: acknowledgedHash)
        self.replicaCursor = replicaCursor
        lastHubContact = row.optionalInteger(9).map(UnixTime.init(milliseconds:))
        running = row.integer(10) != 0
    }

    /// Writes the row of a new journal.
    func insert(_ database: Database) throws {
        let statement = try PreparedStatement(
            database,
            """
            INSERT INTO state (head_sequence, head_hash, newest_decision, reserved_through, acknowledged_sequence,
                acknowledged_hash, replica_cursor, last_hub_contact, running, id, terminal, journal)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?)
            """)
        try bind(statement)
        try statement.bind(10, terminal.text)
        try statement.bind(11, journal.text)
        try statement.execute()
    }

    /// Writes all that can change.
    func update(_ database: Database) throws {
        let statement = try PreparedStatement(
            database,
            """
            UPDATE state SET head_sequence = ?, head_hash = ?, newest_decision = ?, reserved_through = ?,
                acknowledged_sequence = ?, acknowledged_hash = ?, replica_cursor = ?, last_hub_contact = ?, running = ?
            WHERE id = 1
            """)
        try bind(statement)
        try statement.execute()
    }

    private func bind(_ statement: PreparedStatement) throws {
        try statement.bind(1, Int64(head.sequence))
        try statement.bind(2, head.hash.bytes)
        try statement.bind(3, newestDecision?.milliseconds)
        try statement.bind(4, Int64(reservedThrough))
        try statement.bind(5, Int64(acknowledged.sequence))
        try statement.bind(6, acknowledged.hash.bytes)
        try statement.bind(7, Int64(replicaCursor))
        try statement.bind(8, lastHubContact?.milliseconds)
        try statement.bind(9, running ? 1 : 0)
    }
}
