import Foundation
import HubProtocol
import Ledger
import Payments
import Terminal
import TestSupport

/// A journal's files in a folder of their own.
struct JournalFile: Sendable {
    let directory: TemporaryDirectory
    var path: String { directory.file("till.db") }
    var keyPath: String { directory.file("checkpoint.key") }

    init() throws { directory = try TemporaryDirectory() }

    func open(
        terminal: TerminalID = Campus.terminal, window: UInt64 = SQLiteLedger.standardReservationWindow,
        now: UnixTime = Campus.morning
    ) throws -> SQLiteLedger {
        try Self.open(path: path, keyPath: keyPath, terminal: terminal, window: window, now: now)
    }

    static func open(
        path: String, keyPath: String, terminal: TerminalID = Campus.terminal,
        window: UInt64 = SQLiteLedger.standardReservationWindow, now: UnixTime = Campus.morning
    ) throws -> SQLiteLedger {
        try SQLiteLedger.open(
            path: path, keyPath: keyPath, terminal: terminal, reservationWindow: window, now: now
        ) { Campus.journal }
    }

    /// A ledger with a filled replica.
    func openFilled(accounts: Int = 3, balance: Int64 = 100_000) async throws -> SQLiteLedger {
        let ledger = try open()
        try await ledger.fill(accounts: accounts, balance: balance)
        return ledger
    }

    /// What a power cut would leave at this moment: the files as they are, while the ledger still has them open.
    func copiedAsAfterCrash() throws -> JournalFile {
        let copy = try JournalFile()
        for name in ["till.db", "till.db-wal", "checkpoint.key"]
        where FileManager.default.fileExists(atPath: directory.file(name)) {
            try FileManager.default.copyItem(atPath: directory.file(name), toPath: copy.directory.file(name))
        }
        return copy
    }
}

extension SQLiteLedger {
    var acknowledgedNow: Acknowledgement {
        get throws {
            let figures = try figures()
            return Acknowledgement(sequence: figures.sequence, hash: figures.hash)
        }
    }

    func fill(accounts: Int = 3, balance: Int64 = 100_000) throws {
        let genesis = JournalHash.genesis(terminal: terminal, journal: journal)
        try apply(
            Campus.firstPage(
                accounts: accounts, balance: balance, acknowledged: Acknowledgement(sequence: 0, hash: genesis)),
            after: 0)
    }

    /// Mints and concludes one sale, like a lane: from outside the ledger's executor.
    @discardableResult
    nonisolated func sell(
        fen: Int64 = 100, _ instrument: Instrument = Campus.cardEvidence(), hub: HubAnswer = .none(.unreachable),
        now: UnixTime = Campus.morning, authorizer: Authorizer = Campus.authorizer
    ) async throws -> ConcludedTransaction {
        try await conclude(
            Campus.request(try await mint(), fen: fen, instrument), hub: hub, authorizer: authorizer, now: now)
    }

    /// Mints and intends, like a lane before it asks the card.
    @discardableResult
    nonisolated func intend(_ sale: JournalRecord.Sale = Campus.purchase()) async throws -> TransactionID {
        let transaction = try await mint()
        try await intend(transaction, sale, reference: Campus.reference, now: Campus.morning)
        return transaction
    }

    /// A whole transaction with a card's own money that ends like this.
    @discardableResult
    nonisolated func tap(
        _ sale: JournalRecord.Sale = Campus.purchase(), _ outcome: Outcome = .approved
    ) async throws -> JournalRecord {
        try await record(try await intend(sale), outcome, sale, now: Campus.morning).record
    }

    @discardableResult
    nonisolated func resolve(
        _ subject: TransactionID, _ verdict: Resolution.Verdict, _ sale: JournalRecord.Sale = Campus.purchase()
    ) async throws -> JournalRecord {
        let outcome = Outcome.resolved(Resolution(subject: subject, verdict: verdict))
        return try await record(try await mint(), outcome, sale, now: Campus.morning).record
    }
}
