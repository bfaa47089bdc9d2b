import Foundation
import GRDB
import HubProtocol
import Payments

/// Runs of terminals' programs, and journals that are written in two places.
enum SessionTable {
    /// Checks a registration against the runs before it, and notes a new run.
    ///
    /// - Throws: ``BatchRejection`` for a fork or a clone.
    static func review(_ claim: JournalClaim, _ journal: JournalState, now: UnixTime, _ db: Database) throws {
        let review = SessionReview(known: try known(journal, db), acknowledged: journal.acknowledged)
        switch review.verdict(claim, stored: try storedHash(claim.head.sequence, journal, db)) {
        case .current, .late: return
        case .new: try insert(claim, journal, now: now, db)
        case .forked(let reason): throw forked(claim, journal, reason: reason)
        case .cloned: throw cloned(journal, session: claim.session)
        }
    }

    /// Checks who sends a batch, whose last record is `last`.
    static func review(
        _ session: TerminalSession, through last: UInt64, _ journal: JournalState, _ db: Database
    ) throws {
        let review = SessionReview(known: try known(journal, db), acknowledged: journal.acknowledged)
        switch review.verdict(session, through: last) {
        case .current, .new, .late: return
        case .cloned, .forked: throw cloned(journal, session: session)
        case nil:
            throw BatchRejection(
                refusal: HubRefusalError(.journalUnknown, "this run of the terminal's program has not registered"),
                exception: nil)
        }
    }

    /// Refuses everything of a journal that two machines write.
    static func requireUncontested(_ journal: JournalState, _ db: Database) throws {
        guard try db.exists("SELECT 1 FROM journal_contest WHERE journal_id = ?", [journal.row]) else { return }
        throw BatchRejection(
            refusal: HubRefusalError(
                .terminalCloned, "two machines write this terminal's journal; an operator must decide",
                acknowledged: journal.acknowledged), exception: nil)
    }

    /// From now on nothing of the journal is taken.
    static func contest(_ journal: JournalState, now: UnixTime, _ db: Database) throws {
        try db.run(
            "INSERT INTO journal_contest (journal_id, contested_at) VALUES (?, ?) ON CONFLICT DO NOTHING",
            [journal.row, now.milliseconds])
    }

    /// An operator has decided: the next machine that registers has the terminal's journals.
    static func forget(_ terminal: TerminalID, _ db: Database) throws {
        for table in ["journal_contest", "journal_session"] {
            try db.run(
                "DELETE FROM \(table) WHERE journal_id IN (SELECT id FROM journal WHERE terminal = ?)", [terminal.text])
        }
    }

    private static func known(_ journal: JournalState, _ db: Database) throws -> [SessionReview.Known] {
        try db.rows(
            """
            SELECT instance, number, head_sequence, head_hash FROM journal_session WHERE journal_id = ? ORDER BY id
            """, [journal.row]
        ).map { row in
            guard let instance = UInt64(try row.text("instance"), radix: 16) else {
                throw HubStoreError(.damaged, detail: "session")
            }
            return SessionReview.Known(
                session: TerminalSession(number: try row.unsigned("number"), instance: instance),
                head: Acknowledgement(
                    sequence: try row.unsigned("head_sequence"), hash: try row.journalHash("head_hash")))
        }
    }

    private static func insert(_ claim: JournalClaim, _ journal: JournalState, now: UnixTime, _ db: Database) throws {
        try db.run(
            """
            INSERT INTO journal_session (journal_id, instance, number, registered_at, head_sequence, head_hash)
            VALUES (?, ?, ?, ?, ?, ?)
            """,
            [
                journal.row, claim.session.instance, Int64(claim.session.number), now.milliseconds,
                Int64(claim.head.sequence), Data(claim.head.hash.bytes),
            ])
    }

    private static func storedHash(
        _ sequence: UInt64, _ journal: JournalState, _ db: Database
    ) throws -> JournalHash? {
        guard sequence <= journal.acknowledged.sequence else { return nil }
        return try JournalTable.hash(before: sequence + 1, journal, db)
    }

    private static func forked(_ claim: JournalClaim, _ journal: JournalState, reason: String) -> BatchRejection {
        BatchRejection(
            refusal: HubRefusalError(
                .journalForked, "the journal is not the one that was here before: \(reason)",
                acknowledged: journal.acknowledged),
            exception: HubException(
                .journalForked, subject: "\(journal.terminal.text)/\(journal.journal.text)",
                text: "terminal \(journal.terminal) came with an older copy of journal \(journal.journal), or another "
                    + "machine did: \(reason). Its end: record \(claim.head.sequence), \(claim.head.hash). Here: "
                    + "record \(journal.acknowledged.sequence), \(journal.acknowledged.hash)",
                terminal: journal.terminal))
    }

    private static func cloned(_ journal: JournalState, session: TerminalSession) -> BatchRejection {
        BatchRejection(
            refusal: HubRefusalError(
                .terminalCloned, "two machines write this terminal's journal; an operator must decide",
                acknowledged: journal.acknowledged),
            exception: HubException(
                .terminalCloned, subject: "\(journal.terminal.text)/\(journal.journal.text)",
                text: "two machines work as terminal \(journal.terminal) with journal \(journal.journal): the start "
                    + "number \(session.number) spoke again after a later one. Nothing of the journal is taken until "
                    + "an operator decides. "
                    + "Here: record \(journal.acknowledged.sequence), \(journal.acknowledged.hash)",
                terminal: journal.terminal), contested: journal)
    }
}
