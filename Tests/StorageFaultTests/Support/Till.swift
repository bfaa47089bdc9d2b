import CampusSimulation
import FaultyStorage
import Foundation
import HubProtocol
import Ledger
import Payments
import Terminal
import TestSupport

/// A terminal's folder on a simulated disk, with what its lanes were told.
final class Till {
    let directory: TemporaryDirectory
    let disk: SimulatedDisk
    var witness = LedgerWitness()
    /// Transactions that were refused while the process went on.
    var refusals: [TransactionID] = []
    var ledger: SQLiteLedger?
    var path: String { directory.file("till.db") }

    /// - Parameter base: files to start with, and what was told while they came to be.
    init(_ base: Base? = nil) throws {
        directory = try TemporaryDirectory()
        if let base {
            witness = base.witness
            for name in try FileManager.default.contentsOfDirectory(atPath: base.directory.path) {
                try FileManager.default.copyItem(atPath: base.directory.file(name), toPath: directory.file(name))
            }
        }
        disk = SimulatedDisk(folder: directory.path)
    }

    static func open(_ directory: TemporaryDirectory) throws(LedgerError) -> SQLiteLedger {
        try SQLiteLedger.open(
            path: directory.file("till.db"), keyPath: directory.file("checkpoint.key"), terminal: Campus.terminal,
            now: Campus.morning
        ) { Campus.journal }
    }

    func open() throws(LedgerError) { ledger = try Self.open(directory) }

    /// Drops the ledger of a process that is dead or has ended.
    func abandon() async {
        // A dead process's close fails; what matters is that its lock file is let go.
        do { try await ledger?.close() } catch { ledger = nil }
        ledger = nil
    }

    func close() async throws {
        try await ledger?.close()
        ledger = nil
    }

    /// Opens what a power cut left and checks it.
    static func findings(
        in image: TemporaryDirectory, against witness: LedgerWitness
    ) async throws -> [CheckFinding] {
        let ledger: SQLiteLedger
        do {
            ledger = try open(image)
        } catch {
            return [CheckFinding(11, "the journal cannot be opened: \(error)")]
        }
        var findings = try await LedgerChecks.findings(in: ledger, against: witness, reopened: true)
        // It must also work: a number that was given out before is not given out again, and sales go on.
        let transaction = try await ledger.mint()
        if witness.minted.contains(transaction) { findings.append(CheckFinding(2, "a number was given out twice")) }
        _ = try await ledger.conclude(
            Campus.request(transaction, card: 3), hub: .none(.unreachable), authorizer: Campus.authorizer,
            now: Campus.morning)
        try await ledger.close()
        return findings
    }
}

extension Till {
    /// Files of a journal, and what its lanes had been told by then.
    struct Base {
        let directory: TemporaryDirectory
        let witness: LedgerWitness
    }

    /// A journal that was closed cleanly, with a filled replica.
    static func filled() async throws -> Base {
        let till = try Till()
        try till.open()
        guard await till.fill() else { throw LedgerError(.writeFailed, detail: "filling") }
        try await till.close()
        return Base(directory: till.directory, witness: till.witness)
    }

    /// A journal that was left open with a log so long that the next commits write it into the database file.
    static func withLongLog() async throws -> Base {
        let till = try Till(try await filled())
        try till.open()
        var size = 0
        while size < 970 * 4120 {
            guard await till.sell(card: 4, fen: 1) else { break }
            let attributes = try FileManager.default.attributesOfItem(atPath: till.path + "-wal")
            size = (attributes[.size] as? Int) ?? .max
        }
        let image = try TemporaryDirectory()
        till.disk.copy(after: .nothingLost, into: image.path)
        try await till.close()
        return Base(directory: image, witness: till.witness)
    }

    /// For the text of a failing test.
    var lastOperations: String { disk.recentOperations.suffix(12).map(\.description).joined(separator: "\n") }
}
