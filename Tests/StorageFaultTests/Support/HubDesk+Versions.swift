import CampusSimulation
import Foundation
import GRDB
import Payments
import TestSupport

@testable import Hub

extension HubDesk {
    private static var migrations: [String] { HubSchema.migrator.migrations }

    /// The first version that keeps which part of a hold the subsidy pays.
    private static let versionOfHoldSplits = 10

    /// Versions from which a hub's file can come.
    static var earlierVersions: Range<Int> { 1..<migrations.count }

    /// A closed hub as version `version` of the schema held it, after a morning; the first version knew no purses.
    static func ofVersion(_ version: Int) async throws -> Base {
        let desk = try HubDesk(try await opened())
        try desk.open()
        let steps = morning.enumerated().filter { version > 1 || $0.offset != purseStep }.map(\.element)
        guard await desk.run(steps) else { throw HubStoreError(.writeFailed, detail: "a morning") }
        await desk.abandon()
        let older = try TemporaryDirectory()
        try OlderFile.make(at: older.file(file), rowsOf: desk.directory.file(file)) { queue in
            try HubSchema.migrator.migrate(queue, upTo: migrations[version - 1])
        }
        // Its folder goes with it.
        withExtendedLifetime(desk) {}
        var witness = desk.witness
        if version < versionOfHoldSplits { witness.forgetHoldSplits() }
        return Base(directory: older, witness: witness)
    }

    /// A crash of a migration: the file is that of one version, and everything that was ever answered is still so.
    static func migrationFindings(
        in image: TemporaryDirectory, against witness: HubWitness, schemas: [[String]]
    ) async throws -> [CheckFinding] {
        let findings = try OlderFile.findings(in: image, file: file, schemas: schemas)
        return findings.isEmpty ? try await Self.findings(in: image, against: witness) : findings
    }

    /// The schema of each version.
    static func schemas() throws -> [[String]] {
        try migrations.map { name in
            let queue = try DatabaseQueue()
            try HubSchema.migrator.migrate(queue, upTo: name)
            return try queue.read { try OlderFile.schema(of: $0) }
        }
    }
}
