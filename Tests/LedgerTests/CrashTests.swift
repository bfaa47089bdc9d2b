import Foundation
import Payments
import Terminal
import TestSupport
import Testing

@testable import Ledger

@Suite("Crashes (promises 1 and 2)")
struct CrashTests {
    @Test("a half-written commit behind the last good one is not there", arguments: 1...4 as ClosedRange<UInt64>)
    func tornLog(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let file = try JournalFile()
        let ledger = try await file.openFilled()
        for _ in 0..<Int.random(in: 1...30, using: &random) { try await ledger.sell(fen: 1) }
        let whole = try file.copiedAsAfterCrash()
        let good = try Data(contentsOf: URL(filePath: file.path + "-wal"))
        let records = try await ledger.records(after: 0, limit: 100)
        for _ in 0..<3 { try await ledger.sell(fen: 1) }
        let longer = try Data(contentsOf: URL(filePath: file.path + "-wal"))
        try #require(longer.count > good.count)
        // The next commit got as far as some of its bytes.
        let firstCommit = (longer.count - good.count) / 3
        let torn = longer.prefix(good.count + Int.random(in: 1..<firstCommit, using: &random))
        try Data(torn).write(to: URL(filePath: whole.path + "-wal"))
        let reopened = try whole.open()
        let found = try await reopened.records(after: 0, limit: 1000)
        #expect(Array(found.prefix(records.count)) == records)
        #expect(found.dropFirst(records.count).allSatisfy { $0.record.outcome == .voided })
        #expect(try await reopened.verify().findings == [])
    }

    @Test("a process killed in the middle loses nothing that it had confirmed")
    func killed() async throws {
        let directory = try TemporaryDirectory()
        let (path, keyPath, confirmed) = (directory.file("till.db"), directory.file("key"), directory.file("confirmed"))
        var known: [String] = []
        for round in 1...5 {
            await #expect(processExitsWith: .signal(SIGKILL)) {
                [
                    path = path as String, keyPath = keyPath as String, confirmed = confirmed as String,
                    round = round as Int
                ] in
                let ledger = try JournalFile.open(path: path, keyPath: keyPath)
                if await ledger.cursor() == 0 { try await ledger.fill() }
                let log = open(confirmed, O_WRONLY | O_CREAT | O_APPEND, 0o600)
                let killer = Thread {
                    poll(nil, 0, Int32(20 + round * 17))
                    kill(getpid(), SIGKILL)
                }
                killer.start()
                await withTaskGroup(of: Void.self) { group in
                    for lane in 1...3 {
                        group.addTask {
                            while let concluded = try? await ledger.sell(fen: 1, Campus.cardEvidence(UInt8(lane))) {
                                let line = concluded.record.transaction.text + "\n"
                                _ = line.withCString { write(log, $0, strlen($0)) }
                            }
                        }
                    }
                }
            }
            let ledger = try JournalFile.open(path: path, keyPath: keyPath)
            let records = try await ledger.records(after: 0, limit: 100_000)
            let concluded = Set(records.filter { $0.record.outcome != .voided }.map(\.record.transaction.text))
            known = try String(contentsOfFile: confirmed, encoding: .utf8).split(separator: "\n").map(String.init)
            #expect(concluded.isSuperset(of: known))
            #expect(Set(known).count == known.count)
            #expect(try await ledger.verify().findings == [])
            try await ledger.close()
        }
        #expect(known.count > 5)
    }
}
