import CampusSimulation
import FaultyStorage
import Foundation
import GRDB
import Payments
import Terminal
import TestSupport
import Testing

@testable import Ledger

@Suite("The checks of the journal can fail")
struct LedgerCheckTests {
    /// Promises that the checks find broken after a morning and then a power cut.
    private func broken(
        after cut: PowerCut = .unsyncedLost, _ sabotage: (Till) async throws -> Void
    ) async throws -> Set<Int> {
        let till = try Till(try await Till.filled())
        try till.open()
        try await sabotage(till)
        let image = try TemporaryDirectory()
        till.disk.copy(after: cut, into: image.path)
        await till.abandon()
        return Set(try await Till.findings(in: image, against: till.witness).map(\.promise))
    }

    /// Promises that the checks find broken when the file was edited behind the ledger's back.
    private func brokenByEdit(_ sql: String) async throws -> Set<Int> {
        let till = try Till(try await Till.filled())
        try till.open()
        #expect(await till.run(Till.morning))
        let ledger = try #require(till.ledger)
        try await ledger.edit(sql)
        let findings = try await LedgerChecks.findings(in: ledger, against: till.witness, reopened: false)
        await till.abandon()
        return Set(findings.map(\.promise))
    }

    @Test("a morning without sabotage is found in order")
    func sound() async throws {
        let found = try await broken { till in #expect(await till.run(Till.morning)) }
        #expect(found == [])
    }

    @Test("a disk that lies about its syncs is caught (1)")
    func lyingDisk() async throws {
        let found = try await broken { till in
            till.disk.ignoresSyncs = true
            #expect(await till.run(Till.morning))
        }
        #expect(found.contains(1))
    }

    @Test("one synced commit that a power cut drops is caught (1)")
    func droppedCommit() async throws {
        let found = try await broken { till in
            #expect(await till.sell(card: 1))
            till.disk.inject(DiskFault(at: 1, among: [.sync], .isIgnored))
            #expect(await till.sell(card: 2))
        }
        #expect(found == [1])
    }

    @Test("a dropped intent, whose card was asked, is caught (7)")
    func droppedIntent() async throws {
        let found = try await broken { till in
            till.disk.inject(DiskFault(at: 1, among: [.sync], .isIgnored))
            #expect(await till.tap(card: 3, nil))
        }
        #expect(found.contains(7))
    }

    @Test("a connection that does not sync is caught (1)", arguments: ["NORMAL", "OFF"])
    func unsyncedConnection(level: String) async throws {
        let found = try await broken { till in
            try await till.ledger?.edit("PRAGMA synchronous = \(level)")
            #expect(await till.run(Till.morning))
        }
        #expect(found.contains(1))
    }

    @Test("a refused sale that comes back is caught (2)")
    func resurrected() async throws {
        let twin = try Till(try await Till.filled())
        try twin.open()
        let before = twin.disk.count()
        #expect(await twin.sell(card: 1))
        let sync = twin.disk.count() - before
        await twin.abandon()
        let found = try await broken(after: .nothingLost) { till in
            // The sync of the sale's commit fails, and so does everything after it.
            till.disk.inject(DiskFault(at: sync, repetitions: .max, .fails(.ioError)))
            #expect(await !till.sell(card: 1))
            #expect(await till.ledger?.isInDoubt == true)
            #expect(till.refusals.count == 1)
            // Had the ledger said that it is settled, this would be a lie.
            till.settleRefusals()
        }
        #expect(found == [2])
    }

    @Test(
        "what is changed in the file is caught",
        arguments: [
            (5, "DELETE FROM entry WHERE sequence = 1"),
            (5, "DELETE FROM journal WHERE sequence = 2"), (7, "DELETE FROM card_intent"),
            (8, "DELETE FROM code_redemption"), (9, "DELETE FROM hot_list"),
            (1, "UPDATE journal SET amount = amount + 1 WHERE sequence = 1"),
        ])
    func edited(promise: Int, sql: String) async throws {
        let found = try await brokenByEdit(sql)
        #expect(found.contains(promise), "\(found)")
    }

    @Test("an acknowledgement that the hub never gave is caught (11)")
    func acknowledgement() async throws {
        let till = try Till(try await Till.filled())
        try till.open()
        #expect(await till.run(Till.morning))
        #expect(await till.sell(card: 2))
        let ledger = try #require(till.ledger)
        await ledger.believeAllAcknowledged()
        let findings = try await LedgerChecks.findings(in: ledger, against: till.witness, reopened: false)
        await till.abandon()
        #expect(findings.contains { $0.promise == 11 })
    }

    @Test("running totals that were not carried along are caught (6)")
    func exposure() async throws {
        let till = try Till(try await Till.filled())
        try till.open()
        #expect(await till.run(Till.morning))
        #expect(await till.sell(card: 2))
        let ledger = try #require(till.ledger)
        await ledger.forgetUnsent()
        let findings = try await LedgerChecks.findings(in: ledger, against: till.witness, reopened: false)
        await till.abandon()
        #expect(findings.contains { $0.promise == 6 })
    }
}

extension SQLiteLedger {
    /// Somebody with the file in hand, who has taken away what refuses changes.
    fileprivate func edit(_ sql: String) throws {
        try read { database in
            try database.execute(sql: "PRAGMA foreign_keys = OFF")
            for table in ["journal", "entry", "code_redemption"] {
                for trigger in ["rows", "values"] {
                    try database.execute(sql: "DROP TRIGGER IF EXISTS \(table)_keeps_\(trigger)")
                }
            }
            try database.execute(sql: sql)
        }
    }

    fileprivate func believeAllAcknowledged() { standing.row.acknowledged = standing.row.head }

    fileprivate func forgetUnsent() { standing.unsent = UnsentTotals() }
}
