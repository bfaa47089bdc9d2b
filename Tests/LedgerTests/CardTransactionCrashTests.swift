import Foundation
import Payments
import Terminal
import TestSupport
import Testing

@testable import Ledger

@Suite("Crashes in transactions with a card's own money (promises 1, 2 and 7)")
struct CardTransactionCrashTests {
    /// Opens a copy of the files as they are now, and gives what it finds.
    private static func afterCrash(_ file: JournalFile) async throws -> (
        records: [JournalRecord], open: OpenCardTransaction?
    ) {
        let ledger = try file.copiedAsAfterCrash().open()
        let records = try await ledger.records(after: 0, limit: 1000).map(\.record).filter { $0.outcome != .voided }
        let open = try await ledger.openCardTransaction(of: Campus.card())
        #expect(try await ledger.verify().findings == [])
        try await ledger.close()
        return (records, open)
    }

    @Test("a power cut behind every commit of a resolved transaction leaves exactly what was stored")
    func everyCommit() async throws {
        let file = try JournalFile()
        let ledger = try await file.openFilled()
        let sale = Campus.purchase()
        let subject = try await ledger.mint()
        var found = try await Self.afterCrash(file)
        #expect(found.records == [] && found.open == nil, "a number without an intent is void")

        try await ledger.intend(subject, sale, reference: Campus.reference, now: Campus.morning)
        found = try await Self.afterCrash(file)
        #expect(found.records.map(\.outcome) == [.unknown] && found.records.first?.sale == sale)
        #expect(found.open?.transaction == subject)

        let unknown = try await ledger.record(subject, .unknown, sale, now: Campus.morning).record
        found = try await Self.afterCrash(file)
        #expect(found.records == [unknown] && found.open?.transaction == subject)

        let resolution = try await ledger.resolve(subject, .happened)
        found = try await Self.afterCrash(file)
        #expect(found.records == [unknown, resolution] && found.open == nil)

        let second = try await ledger.intend()
        let approved = try await ledger.record(second, .approved, sale, now: Campus.morning).record
        found = try await Self.afterCrash(file)
        #expect(found.records == [unknown, resolution, approved] && found.open == nil)
    }

    @Test(
        "a commit that is on disk in part is not there, wherever it was cut",
        arguments: [false, true], 0..<8)
    func tornCommit(isRecord: Bool, cut: Int) async throws {
        let file = try JournalFile()
        let ledger = try await file.openFilled()
        let transaction = try await ledger.mint()
        let log = URL(filePath: file.path + "-wal")
        let sale = Campus.purchase(evidence: [UInt8](repeating: 9, count: EvidenceBytes.lengthMaximum))
        if isRecord {
            try await ledger.intend(transaction, sale, reference: Campus.reference, now: Campus.morning)
        }
        let copy = try file.copiedAsAfterCrash()
        let before = try Data(contentsOf: log)
        if isRecord {
            _ = try await ledger.record(transaction, .approved, sale, now: Campus.morning)
        } else {
            try await ledger.intend(transaction, sale, reference: Campus.reference, now: Campus.morning)
        }
        let after = try Data(contentsOf: log)
        try #require(after.count > before.count)
        let part = before.count + (after.count - before.count) * cut / 8
        try Data(after.prefix(part)).write(to: URL(filePath: copy.path + "-wal"))
        let reopened = try copy.open()
        let record = try #require(
            try await reopened.records(after: 0, limit: 100).map(\.record).first { $0.transaction == transaction })
        #expect(record.outcome == (isRecord ? .unknown : .voided))
        let open = try await reopened.openCardTransaction(of: Campus.card())
        #expect(open?.transaction == (isRecord ? transaction : nil))
        #expect(try await reopened.verify().findings == [])
    }

    @Test("over random crashes every intent ends once, and its end stays", arguments: 1...6 as ClosedRange<UInt64>)
    func randomCrashes(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        var file = try JournalFile()
        var ledger = try await file.openFilled()
        for _ in 0..<8 {
            for _ in 0..<Int.random(in: 1...25, using: &random) {
                try await Self.step(ledger, card: .random(in: 1...4, using: &random), using: &random)
            }
            let before = try await ledger.records(after: 0, limit: 10_000)
            if Bool.random(using: &random) { try await ledger.close() } else { file = try file.copiedAsAfterCrash() }
            ledger = try file.open()
            let after = try await ledger.records(after: 0, limit: 10_000)
            try #require(Array(after.prefix(before.count)) == before, "seed \(seed)")
            try #require(Set(after.map(\.record.transaction)).count == after.count, "seed \(seed)")
            try #require(try await ledger.verify().findings == [], "seed \(seed)")
        }
    }

    /// Does with a card what may come next: begins, ends or resolves.
    private static func step(
        _ ledger: SQLiteLedger, card: UInt8, using random: inout SeededGenerator
    ) async throws {
        let sale = Campus.purchase(100, card: card)
        guard let open = try await ledger.openCardTransaction(of: Campus.card(card)) else {
            try await ledger.intend(sale)
            return
        }
        let isRecorded = try await ledger.records(after: 0, limit: 10_000).contains {
            $0.record.transaction == open.transaction
        }
        if isRecorded {
            try await ledger.resolve(
                open.transaction, Resolution.Verdict.allCases.randomElement(using: &random) ?? .happened, sale)
        } else {
            let outcomes: [Outcome] = [.approved, .unknown, .declined(.cardRefusedDebit)]
            let outcome = outcomes.randomElement(using: &random) ?? .approved
            _ = try await ledger.record(open.transaction, outcome, sale, now: Campus.morning)
        }
    }

    @Test("a process killed in the middle keeps every intent and every end that it had confirmed")
    func killed() async throws {
        let directory = try TemporaryDirectory()
        let (path, keyPath, confirmed) = (directory.file("till.db"), directory.file("key"), directory.file("confirmed"))
        for round in 1...4 {
            await #expect(processExitsWith: .signal(SIGKILL)) {
                [
                    path = path as String, keyPath = keyPath as String, confirmed = confirmed as String,
                    round = round as Int
                ] in
                let ledger = try JournalFile.open(path: path, keyPath: keyPath)
                let log = open(confirmed, O_WRONLY | O_CREAT | O_APPEND, 0o600)
                let killer = Thread {
                    poll(nil, 0, Int32(20 + round * 17))
                    kill(getpid(), SIGKILL)
                }
                killer.start()
                await withTaskGroup(of: Void.self) { group in
                    for lane in UInt8(1)...3 {
                        group.addTask {
                            do {
                                while true { try await Self.pay(ledger, card: lane, log: log) }
                            } catch {
                                // The parent expects the signal, so an error here fails the test.
                                exit(1)
                            }
                        }
                    }
                }
            }
            let ledger = try JournalFile.open(path: path, keyPath: keyPath)
            let outcomes = Dictionary(
                uniqueKeysWithValues: try await ledger.records(after: 0, limit: 100_000).map {
                    ($0.record.transaction.text, $0.record.outcome)
                })
            for line in try String(contentsOfFile: confirmed, encoding: .utf8).split(separator: "\n") {
                let words = line.split(separator: " ").map(String.init)
                let outcome = outcomes[words[1]]
                if words[0] == "ended" { #expect(outcome == .approved) }
                if words[0] == "intended" { #expect(outcome == .approved || outcome == .unknown) }
            }
            #expect(try await ledger.verify().findings == [])
            try await ledger.close()
        }
        #expect(try String(contentsOfFile: confirmed, encoding: .utf8).contains("ended"))
    }

    /// Resolves what the last round left open, and pays once more.
    private static func pay(_ ledger: SQLiteLedger, card: UInt8, log: Int32) async throws {
        let sale = Campus.purchase(1, card: card)
        if let open = try await ledger.openCardTransaction(of: Campus.card(card)) {
            try await ledger.resolve(open.transaction, .didNotHappen, sale)
        }
        let transaction = try await ledger.intend(sale)
        confirm("intended \(transaction.text)\n", log)
        _ = try await ledger.record(transaction, .approved, sale, now: Campus.morning)
        confirm("ended \(transaction.text)\n", log)
    }

    private static func confirm(_ line: String, _ log: Int32) {
        _ = line.withCString { write(log, $0, strlen($0)) }
    }
}
