import CampusSimulation
import Crypto
import FaultyStorage
import Foundation
import Hub
import HubProtocol
import Payments
import TestSupport

/// A hub's folder on a simulated disk, with a terminal and a card office that remember what it answered.
final class HubDesk {
    /// Files of a hub, and what it had answered by then.
    struct Base {
        let directory: TemporaryDirectory
        let witness: HubWitness
        /// Whether the card office works here too.
        var hasOffice = false
    }

    static let file = "hub.sqlite"
    static let rules = HoldRules(unprovenCards: false, lifetime: .seconds(900))
    static let now = Campus.morning
    static let key = Curve25519.Signing.PrivateKey()

    let directory: TemporaryDirectory
    let disk: SimulatedDisk
    var witness: HubWitness
    /// `nil` for a hub without an office.
    var office: OfficeWitness?
    var store: SQLiteHubStore?
    private var trace: UInt64 = 0

    init(_ base: Base? = nil) throws {
        directory = try TemporaryDirectory()
        witness =
            base?.witness
            ?? HubWitness(
                terminal: Campus.terminal, journal: Campus.journal,
                publicKey: Array(Self.key.publicKey.rawRepresentation))
        if base?.hasOffice == true { office = OfficeWitness() }
        if let base {
            for name in try FileManager.default.contentsOfDirectory(atPath: base.directory.path) {
                try FileManager.default.copyItem(atPath: base.directory.file(name), toPath: directory.file(name))
            }
        }
        disk = SimulatedDisk(folder: directory.path)
    }

    static func open(_ directory: TemporaryDirectory) throws -> SQLiteHubStore {
        try SQLiteHubStore(path: directory.file(file), purses: purses)
    }

    func open() throws { store = try Self.open(directory) }

    /// Ends the hub, however it is.
    func abandon() async {
        do { try await store?.close() } catch { store = nil }
        store = nil
    }

    var lastOperations: String { disk.recentOperations.suffix(12).map(\.description).joined(separator: "\n") }

    /// A hub with a merchant, three accounts with cards and money, and a terminal with its journal; closed.
    static func opened() async throws -> Base {
        let desk = try HubDesk()
        try desk.open()
        guard await desk.run(foundation) else { throw HubStoreError(.writeFailed, detail: "setting up") }
        await desk.abandon()
        return Base(directory: desk.directory, witness: desk.witness)
    }

    /// Checks what a crash left: as it is, and after the terminal has delivered all its records.
    static func findings(
        in image: TemporaryDirectory, against witness: HubWitness, office: OfficeWitness? = nil
    ) async throws -> [CheckFinding] {
        let store: SQLiteHubStore
        do {
            store = try open(image)
        } catch {
            return [CheckFinding(12, "the hub cannot be opened: \(error)")]
        }
        return try await findings(in: store, against: witness, office: office, closing: true)
    }

    static func findings(
        in store: SQLiteHubStore, against witness: HubWitness, office: OfficeWitness? = nil, closing: Bool
    ) async throws -> [CheckFinding] {
        var findings = try await HubChecks.findings(
            in: store, against: witness, rules: rules, now: now, isComplete: false)
        if findings.isEmpty {
            var complete = witness
            // A number whose hold is open and that got no record is voided, as the terminal does.
            let recorded = Set(complete.records.map(\.transaction))
            let reserved = Set(complete.holds.keys).union(office.map { Set($0.loads.keys) } ?? [])
            for transaction in reserved.sorted(by: { $0.trace < $1.trace })
            where !recorded.contains(transaction) {
                complete.wrote(
                    JournalRecord(
                        sequence: UInt64(complete.records.count) + 1, transaction: transaction, outcome: .voided,
                        sale: nil, decidedAt: now, replicaCursor: 0))
            }
            complete.sends(through: UInt64(complete.records.count))
            if let batch = try batch(of: complete, from: 1) {
                complete.heard(try await store.store(batch, terminal: Campus.terminal, now: now))
            }
            findings = try await HubChecks.findings(
                in: store, against: complete, rules: rules, now: now, isComplete: true)
            if let office { findings += try await OfficeChecks.findings(in: store, against: office) }
        }
        if closing { try await store.close() }
        return findings
    }

    static func batch(of witness: HubWitness, from first: UInt64) throws -> ReadBatch? {
        let records = witness.records.dropFirst(Int(first) - 1)
        guard let last = records.last?.sequence else { return nil }
        let upload = BatchUpload(
            records: records.map(RecordMessage.init),
            checkpoint: try Checkpoint(
                terminal: Campus.terminal, journal: Campus.journal, sequence: last, hash: witness.hash(after: last),
                key: key))
        return try ReadBatch(upload, terminal: Campus.terminal)
    }

    func mint() -> TransactionID {
        trace += 1
        return TransactionID(terminal: Campus.terminal, journal: Campus.journal, trace: TraceNumber(trace))
    }
}
