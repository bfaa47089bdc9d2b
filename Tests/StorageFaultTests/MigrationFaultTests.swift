import CampusSimulation
import FaultyStorage
import GRDB
import Terminal
import TestSupport
import Testing

@testable import Hub
@testable import Ledger

/// Opening a file of an earlier version, cut off at every write and sync: the file is that of one whole version, and
/// nothing is lost (promise 11).
@Suite("Migrations under power cuts and failures at every write and sync", .serialized)
struct MigrationFaultTests {
    @Test(
        "a power cut in any migration of the journal leaves a whole file (1, 2, 5, 7, 8, 11)",
        arguments: Till.earlierVersions)
    func journal(version: Int) async throws {
        let base = try await Till.ofVersion(version)
        let schemas = try Till.schemas()
        let stride = FaultRun.isThorough ? 1 : version == Till.earlierVersions.lowerBound ? 5 : 11
        var position = 1
        while true {
            let till = try Till(base)
            till.disk.inject(DiskFault(at: position, .crash))
            do throws(LedgerError) { try till.open() } catch {}
            guard till.disk.isDead else { break }
            var findings: [CheckFinding] = []
            for cut in FaultRun.cuts(at: position) where findings.isEmpty {
                let image = try TemporaryDirectory()
                till.disk.copy(after: cut, into: image.path)
                findings = try await Till.migrationFindings(in: image, against: till.witness, schemas: schemas)
                #expect(findings == [], "version \(version), crash at \(position), \(cut)\n\(till.lastOperations)")
            }
            await till.abandon()
            guard findings.isEmpty else { return }
            position += stride
            await Task.yield()
        }
        #expect(position > stride)
        FaultRun.report("the journal of version \(version), crashes at \(position / stride) positions")
    }

    @Test(
        "a power cut in any migration of the hub leaves a whole file (2, 3, 4, 9, 11, 12)",
        arguments: HubDesk.earlierVersions)
    func hub(version: Int) async throws {
        let base = try await HubDesk.ofVersion(version)
        let schemas = try HubDesk.schemas()
        let stride = FaultRun.isThorough ? 1 : version == 1 ? 7 : 17
        var position = 1
        while true {
            let desk = try HubDesk(base)
            desk.disk.inject(DiskFault(at: position, .crash))
            do { try desk.open() } catch { desk.store = nil }
            guard desk.disk.isDead else { break }
            var findings: [CheckFinding] = []
            for cut in FaultRun.cuts(at: position) where findings.isEmpty {
                let image = try TemporaryDirectory()
                desk.disk.copy(after: cut, into: image.path)
                findings = try await HubDesk.migrationFindings(in: image, against: desk.witness, schemas: schemas)
                #expect(findings == [], "version \(version), crash at \(position), \(cut)\n\(desk.lastOperations)")
            }
            await desk.abandon()
            guard findings.isEmpty else { return }
            position += stride
            await Task.yield()
        }
        #expect(position > stride)
        FaultRun.report("the hub of version \(version), crashes at \(position / stride) positions")
    }

    @Test(
        "a migration of the hub that fails once is done at the next opening, with every answer (11, 12)",
        arguments: [DiskFault.Effect.fails(.full), .failsAndForgets])
    func hubFailsOnce(effect: DiskFault.Effect) async throws {
        let base = try await HubDesk.ofVersion(1)
        let stride = FaultRun.isThorough ? 1 : 9
        var position = 1
        while true {
            let desk = try HubDesk(base)
            desk.disk.inject(DiskFault(at: position, effect))
            for _ in 1...3 where desk.store == nil {
                do { try desk.open() } catch { continue }
            }
            let isHit = desk.disk.faultsHit > 0
            desk.disk.clearFaults()
            let store = try #require(desk.store, "\(effect) at \(position)\n\(desk.lastOperations)")
            let findings = try await HubDesk.findings(in: store, against: desk.witness, closing: false)
            #expect(findings == [], "\(effect) at \(position)\n\(desk.lastOperations)")
            await desk.abandon()
            guard isHit, findings.isEmpty else { break }
            position += stride
            await Task.yield()
        }
        #expect(position > stride)
        FaultRun.report("the hub of version 1, \(effect) at \(position / stride) positions")
    }

    @Test("a half migration, and one whose rows are lost, are caught (11)")
    func checksCanFail() async throws {
        let schemas = try HubDesk.schemas()
        func broken(_ sql: String) async throws -> Bool {
            let base = try await HubDesk.ofVersion(4)
            let queue = try DatabaseQueue(path: base.directory.file(HubDesk.file))
            try await queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA foreign_keys = OFF; " + sql) }
            try queue.close()
            return try await !HubDesk.migrationFindings(
                in: base.directory, against: base.witness, schemas: schemas
            ).isEmpty
        }
        #expect(try await !broken("SELECT 1"))
        #expect(try await broken("PRAGMA user_version = 5"))
        #expect(try await broken("CREATE TABLE half (id INTEGER PRIMARY KEY) STRICT"))
        #expect(try await broken("DELETE FROM grdb_migrations WHERE identifier LIKE '4%'"))
        #expect(try await broken("DROP TRIGGER record_is_history_2; DELETE FROM record WHERE sequence = 1"))
        let journals = try Till.schemas()
        let journal = try await Till.ofVersion(2)
        let queue = try DatabaseQueue(path: journal.directory.file("till.db"))
        try await queue.writeWithoutTransaction { try $0.execute(sql: "DELETE FROM card_intent") }
        try queue.close()
        let lost = try await Till.migrationFindings(in: journal.directory, against: journal.witness, schemas: journals)
        #expect(lost.contains { $0.promise == 7 })
    }
}
