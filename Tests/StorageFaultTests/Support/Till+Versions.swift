import CampusSimulation
import Foundation
import GRDB
import Payments
import Terminal
import TestSupport

@testable import Ledger

extension Till {
    /// Versions from which a journal can come. Version 1 is ``ofFirstVersion()``: it knew no card's own money.
    static var earlierVersions: Range<Int> { 2..<Int(Schema.version) }

    /// A closed journal as version `version` of the schema held it, after a morning.
    static func ofVersion(_ version: Int) async throws -> Base {
        let till = try Till(try await filled())
        try till.open()
        guard await till.run(morning) else { throw LedgerError(.writeFailed, detail: "a morning") }
        try await till.close()
        let older = try TemporaryDirectory()
        try FileManager.default.copyItem(
            atPath: till.directory.file("checkpoint.key"), toPath: older.file("checkpoint.key"))
        try OlderFile.make(at: older.file("till.db"), rowsOf: till.path) { queue in
            try Schema.migrate(queue, to: Int32(version))
        }
        // Its folder goes with it.
        withExtendedLifetime(till) {}
        return Base(directory: older, witness: till.witness)
    }

    /// A crash of a migration: the file is that of one version, and everything that lanes were told is still so.
    static func migrationFindings(
        in image: TemporaryDirectory, against witness: LedgerWitness, schemas: [[String]]
    ) async throws -> [CheckFinding] {
        let findings = try OlderFile.findings(in: image, file: "till.db", schemas: schemas)
        return findings.isEmpty ? try await Self.findings(in: image, against: witness) : findings
    }

    /// The schema of each version.
    static func schemas() throws -> [[String]] {
        try (1...Schema.version).map { version in
            let queue = try DatabaseQueue()
            try Schema.migrate(queue, to: version)
            return try queue.read { try OlderFile.schema(of: $0) }
        }
    }
}
