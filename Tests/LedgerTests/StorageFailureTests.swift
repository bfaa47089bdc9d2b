import Foundation
import Payments
import Terminal
import TestSupport
import Testing

@testable import Ledger

@Suite("Storage that fails (promise 11)", .serialized)
struct StorageFailureTests {
    @Test("a full disk refuses sales, loses nothing, and sales go on when there is room")
    func fullDisk() async throws {
        guard let disk = try SmallDisk(kibibytes: 768) else { try Test.cancel("mounting needs root") }
        let ballast = disk.directory.file("ballast")
        #expect(FileManager.default.createFile(atPath: ballast, contents: Data(count: 200 * 1024)))
        let (path, keyPath) = (disk.directory.file("till.db"), disk.directory.file("key"))
        var ledger = try JournalFile.open(path: path, keyPath: keyPath)
        try await ledger.fill()

        var concluded: [JournalRecord] = []
        var refused: TransactionID?
        while refused == nil {
            let transaction = try await ledger.mint()
            do {
                concluded.append(try await ledger.conclude(transaction).record)
            } catch let error as LedgerError {
                #expect(error.code == .diskFull)
                refused = transaction
            }
            try #require(concluded.count < 10_000)
        }
        let open = try #require(refused)
        let before = try await ledger.figures()
        await #expect(throws: LedgerError(.diskFull)) { try await ledger.conclude(open) }
        #expect(try await ledger.figures() == before)
        #expect(before.sequence == UInt64(concluded.count))

        try FileManager.default.removeItem(atPath: ballast)
        concluded.append(try await ledger.conclude(open).record)
        concluded.append(try await ledger.sell().record)
        #expect(try await ledger.records(after: 0, limit: 10_000).map(\.record) == concluded)
        #expect(try await ledger.verify().findings == [])
        try await ledger.close()
        ledger = try JournalFile.open(path: path, keyPath: keyPath)
        #expect(try await ledger.records(after: 0, limit: 10_000).map(\.record) == concluded)
        #expect(try await ledger.verify().findings == [])
        try await ledger.close()
    }

    @Test("on a full disk an intent is refused and stores nothing, and its number can be voided")
    func fullDiskAtIntent() async throws {
        guard let disk = try SmallDisk(kibibytes: 768) else { try Test.cancel("mounting needs root") }
        let ballast = disk.directory.file("ballast")
        #expect(FileManager.default.createFile(atPath: ballast, contents: Data(count: 200 * 1024)))
        let (path, keyPath) = (disk.directory.file("till.db"), disk.directory.file("key"))
        var ledger = try JournalFile.open(path: path, keyPath: keyPath)
        try await ledger.fill()
        let full = [UInt8](repeating: 7, count: EvidenceBytes.lengthMaximum)
        var intended: [UInt8: TransactionID] = [:]
        var refused: TransactionID?
        // Every intent of a card that has none is one row more, so the disk fills with intents.
        for number in UInt8(1)...255 where refused == nil {
            let transaction = try await ledger.mint()
            do {
                try await ledger.intend(
                    transaction, Campus.purchase(card: number, evidence: full), reference: Campus.reference,
                    now: Campus.morning)
                intended[number] = transaction
            } catch {
                #expect(error.code == .diskFull)
                refused = transaction
                #expect(try await ledger.openCardTransaction(of: Campus.card(number)) == nil)
            }
        }
        let open = try #require(refused)
        #expect(intended.count > 3)
        #expect(try await ledger.figures().sequence == 0)

        try FileManager.default.removeItem(atPath: ballast)
        try await ledger.void(open, now: Campus.morning)
        #expect(try await ledger.records(after: 0, limit: 10).map(\.record.transaction) == [open])
        #expect(try await ledger.verify().findings == [])
        try await ledger.close()
        ledger = try JournalFile.open(path: path, keyPath: keyPath)
        let unknown = try await ledger.records(after: 1, limit: 1000).map(\.record)
        #expect(Set(unknown.map(\.transaction)) == Set(intended.values))
        #expect(unknown.allSatisfy { $0.outcome == .unknown })
        #expect(try await ledger.verify().findings == [])
        try await ledger.close()
    }

    @Test("a disk that is full from the start cannot hold a journal, and later can")
    func fullFromTheStart() async throws {
        guard let disk = try SmallDisk(kibibytes: 1024) else { try Test.cancel("mounting needs root") }
        let ballast = disk.directory.file("ballast")
        #expect(FileManager.default.createFile(atPath: ballast, contents: Data(count: 960 * 1024)))
        let (path, keyPath) = (disk.directory.file("till.db"), disk.directory.file("key"))
        #expect(throws: LedgerError(.diskFull)) { try JournalFile.open(path: path, keyPath: keyPath) }
        try FileManager.default.removeItem(atPath: ballast)
        var opened: SQLiteLedger?
        // A child that another test forks in this moment holds the lock until it begins its own program.
        try await eventually("the lock is free") {
            opened = try Self.unlessInUse { try JournalFile.open(path: path, keyPath: keyPath) }
            return opened != nil
        }
        let ledger = try #require(opened)
        #expect(try await ledger.verify().findings == [])
        try await ledger.close()
    }

    private static func unlessInUse(_ open: () throws -> SQLiteLedger) throws -> SQLiteLedger? {
        do {
            return try open()
        } catch let error as LedgerError where error.code == .inUse {
            return nil
        }
    }

    @Test("a write that fails leaves the journal as it was, and a later one succeeds")
    func failingWrites() async throws {
        await #expect(processExitsWith: .success) {
            signal(SIGXFSZ, SIG_IGN)
            let file = try JournalFile()
            let ledger = try await file.openFilled()
            try await ledger.sell()
            let size = try FileManager.default.attributesOfItem(atPath: file.path + "-wal")[.size] as? UInt64 ?? 0
            let resource = __rlimit_resource_t(RLIMIT_FSIZE.rawValue)
            var usual = rlimit()
            #expect(getrlimit(resource, &usual) == 0)
            var small = usual
            small.rlim_cur = rlim_t(size + 100)
            #expect(setrlimit(resource, &small) == 0)
            let transaction = try await ledger.mint()
            let before = try await ledger.figures()
            for _ in 0..<3 {
                await #expect(throws: LedgerError(.writeFailed)) { try await ledger.conclude(transaction) }
            }
            let intent = try await ledger.mint()
            await #expect(throws: LedgerError(.writeFailed)) {
                try await ledger.intend(intent, Campus.purchase(), reference: Campus.reference, now: Campus.morning)
            }
            #expect(try await ledger.openCardTransaction(of: Campus.card()) == nil)
            let after = try await ledger.figures()
            #expect(after == before)
            #expect(setrlimit(resource, &usual) == 0)
            #expect(try await ledger.conclude(transaction).record.sequence == 2)
            try await ledger.void(intent, now: Campus.morning)
            #expect(try await ledger.verify().findings == [])
        }
    }
}
