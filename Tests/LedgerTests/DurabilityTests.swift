import Foundation
import GRDB
import Payments
import Terminal
import TestSupport
import Testing

@testable import Ledger

@Suite("Durability of the journal (promise 1)")
struct DurabilityTests {
    @Test("the open connection reads back synchronous FULL, WAL and exclusive locking")
    func settings() async throws {
        let file = try JournalFile()
        let ledger = try file.open()
        let settings = try await ledger.settings()
        #expect(settings == ["2", "wal", "exclusive"])
    }

    @Test("database, log, lock and key can be read by their owner only")
    func fileModes() async throws {
        let file = try JournalFile()
        let ledger = try file.open()
        for path in [file.path, file.path + "-wal", file.path + ".lock", file.keyPath] {
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect(attributes[.posixPermissions] as? Int == 0o600, "\(path)")
        }
        try await ledger.close()
    }

    @Test("a tap is one commit, also over many reservation windows")
    func oneCommitPerTap() async throws {
        let file = try JournalFile()
        let ledger = try await file.openFilled()
        let before = await ledger.commitCount
        let taps = Int(SQLiteLedger.standardReservationWindow) * 3 + 5
        for _ in 0..<taps { try await ledger.sell() }
        #expect(await ledger.commitCount - before == taps)
    }

    @Test("what was concluded is in the files before the caller knows")
    func concludedIsStored() async throws {
        let file = try JournalFile()
        let ledger = try await file.openFilled()
        for _ in 0..<20 {
            let concluded = try await ledger.sell()
            let reopened = try file.copiedAsAfterCrash()
            let copy = try reopened.open()
            let stored = try await copy.records(after: concluded.record.sequence - 1, limit: 1)
            #expect(stored.first?.record == concluded.record)
            try await copy.close()
        }
    }

    @Test("a record comes back from the file exactly, whatever it holds", arguments: [1, 2, 3] as [UInt64])
    func recordsRoundTrip(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let file = try JournalFile()
        let ledger = try await file.openFilled()
        let uid = CardID.uid([1, 2, 3, 4])
        var written: [JournalRecord] = []
        for _ in 0..<60 {
            let instruments: [Instrument] = [
                Campus.cardEvidence(.random(in: 1...4, using: &random)),
                Campus.code(.random(in: 0...(.max), using: &random)),
                .card(CardEvidence(card: uid, proof: .unproven)), Campus.code(.random(in: 0...5, using: &random)),
            ]
            let answers: [HubAnswer] = [
                .held(account: Campus.account(9), available: Amount(fen: 5)), .declined(.accountNotPermitted),
                .none(.unreachable), .none(.timedOut), .none(.faulty), .notAsked,
            ]
            let instrument = instruments.randomElement(using: &random) ?? instruments[0]
            let hub = answers.randomElement(using: &random) ?? .notAsked
            let fen = Int64.random(in: 1...Amount.saleMaximum.fen, using: &random)
            written.append(
                try await ledger.sell(fen: Bool.random(using: &random) ? 1 : fen, instrument, hub: hub).record)
            if Bool.random(using: &random) { try await ledger.void(try await ledger.mint(), now: Campus.morning) }
        }
        let read = try await ledger.records(after: 0, limit: 1000).map(\.record)
        #expect(read.filter { $0.outcome != .voided } == written)
        #expect(try await ledger.verify().findings == [])
        try await ledger.close()
        let again = try await file.open().records(after: 0, limit: 1000).map(\.record)
        #expect(again.map(\.canonicalBytes) == read.map(\.canonicalBytes))
    }
}

extension SQLiteLedger {
    func settings() throws -> [String] {
        try read { database in
            try ["synchronous", "journal_mode", "locking_mode"].map { name in
                try String.fetchOne(database, sql: "PRAGMA \(name)") ?? ""
            }
        }
    }
}
