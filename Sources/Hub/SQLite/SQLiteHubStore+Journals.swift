import GRDB
import HubProtocol
import Payments

extension SQLiteHubStore {
    package func registerJournal(
        _ journal: JournalID, publicKey: [UInt8], claim: JournalClaim?, terminal: TerminalID, now: UnixTime
    ) async throws -> Acknowledgement {
        try await writeOrReject(now: now) { db in
            let acknowledged = try Self.register(journal, publicKey: publicKey, terminal: terminal, now: now, db)
            guard let current = try JournalTable.current(of: terminal, db) else { return acknowledged }
            try SessionTable.requireUncontested(current, db)
            if let claim { try SessionTable.review(claim, current, now: now, db) }
            return acknowledged
        }
    }

    private static func register(
        _ journal: JournalID, publicKey: [UInt8], terminal: TerminalID, now: UnixTime, _ db: Database
    ) throws -> Acknowledgement {
        try Self.storeContact(terminal, now: now, db)
        if let current = try JournalTable.current(of: terminal, db) {
            guard current.journal == journal, current.publicKey == publicKey else {
                throw Self.journalUnknown(terminal, sent: journal, current: current)
            }
            return current.acknowledged
        }
        // After a reset, the journal that was replaced may come back as it was: a reset by mistake must not
        // strand records that only the terminal has (promise 11).
        guard let earlier = try JournalTable.find(journal, of: terminal, db) else {
            return try JournalTable.insert(journal, publicKey: publicKey, terminal: terminal, now: now, db)
        }
        guard earlier.publicKey == publicKey else {
            throw Self.journalUnknown(terminal, sent: journal, current: earlier)
        }
        try JournalTable.makeCurrent(earlier, db)
        return earlier.acknowledged
    }

    package func store(_ batch: ReadBatch, terminal: TerminalID, now: UnixTime) async throws -> Acknowledgement {
        // Here, and not in the one queue of the database: checking a card's proof takes several DES keys.
        let readings = batch.items.map { purses.reading(of: $0.record) }
        return try await writeOrReject(.records(batch.items.count), now: now) { [purses] db in
            let current = try JournalTable.current(of: terminal, db)
            guard let journal = current, journal.journal == batch.checkpoint.journal else {
                throw Self.journalUnknown(terminal, sent: batch.checkpoint.journal, current: current)
            }
            try SessionTable.requireUncontested(journal, db)
            if let session = batch.session { try SessionTable.review(session, through: batch.last, journal, db) }
            let new = try Self.newRecords(of: batch, journal: journal, db)
            guard let last = new.last else { return journal.acknowledged }
            let acknowledged = Acknowledgement(sequence: last.item.record.sequence, hash: last.hash)
            var effects = RecordEffects(
                now: now, policy: try self.policyInForce(at: now, db) ?? .dayKeeper, db)
            try BookSheet.write(db) { sheet in
                for record in new {
                    try JournalTable.insert(record, journal: journal, now: now, db)
                    let place = Int(record.item.record.sequence - batch.first)
                    try effects.apply(record.item.record, reading: readings[place], sheet: &sheet)
                }
                try effects.examinePurses(purses, sheet: &sheet)
            }
            try JournalTable.advance(
                journal, to: acknowledged, approvedCount: effects.approvedCount, approved: effects.approved, db)
            try Self.storeContact(terminal, now: now, db)
            return acknowledged
        }
    }

    /// The records of the batch that the hub does not have, verified.
    private static func newRecords(
        of batch: ReadBatch, journal: JournalState, _ db: Database
    ) throws -> [BatchVerifier.NewRecord] {
        let verifier = BatchVerifier(journal: journal)
        try verifier.checkPosition(batch)
        let new = try verifier.newRecords(
            of: batch, before: try JournalTable.hash(before: batch.first, journal, db),
            stored: try JournalTable.hashes(journal, from: batch.first, through: batch.last, db))
        var seen: Set<TransactionID> = []
        for record in new {
            let transaction = record.item.record.transaction
            let stored = try db.exists("SELECT 1 FROM record WHERE transaction_id = ?", [transaction.blob])
            guard !stored, seen.insert(transaction).inserted else {
                throw BatchRejection(
                    refusal: HubRefusalError(
                        .transactionReused,
                        "record \(record.item.record.sequence): transaction stands in another record",
                        acknowledged: journal.acknowledged),
                    exception: HubException(
                        .transactionReused, transaction: transaction,
                        text: "terminal \(transaction.terminal) used trace number \(transaction.trace) twice"))
            }
        }
        return new
    }

    private static func journalUnknown(
        _ terminal: TerminalID, sent: JournalID, current: JournalState?
    ) -> BatchRejection {
        guard let current else {
            return BatchRejection(
                refusal: HubRefusalError(.journalUnknown, "the terminal has registered no journal"), exception: nil)
        }
        let difference =
            current.journal == sent
            ? "journal \(sent) with another key" : "journal \(sent) instead of \(current.journal)"
        return BatchRejection(
            refusal: HubRefusalError(
                .journalUnknown,
                "not the journal and key that are registered for this terminal; "
                    + "an operator can let it start a new journal"),
            exception: HubException(
                .journalUnknown, subject: "\(terminal.text)/\(sent.text)",
                text: "terminal \(terminal) came with \(difference): replaced disk or cloned terminal",
                terminal: terminal))
    }

    /// A write that either has its whole effect, or none but the exception that a rejection carries.
    private func writeOrReject<Value: Sendable>(
        _ urgency: CommitUrgency = .records(1), now: UnixTime,
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        let result: Result<Value, HubRefusalError> = try await write(urgency) { db in
            do {
                var value: Value?
                try db.inSavepoint {
                    value = try body(db)
                    return .commit
                }
                guard let value else { throw HubStoreError(.writeFailed, detail: "savepoint") }
                return .success(value)
            } catch let rejection as BatchRejection {
                if let contested = rejection.contested { try SessionTable.contest(contested, now: now, db) }
                if let exception = rejection.exception { try ExceptionTable.raise(exception, now: now, db) }
                return .failure(rejection.refusal)
            }
        }
        return try result.get()
    }
}
