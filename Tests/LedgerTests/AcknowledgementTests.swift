import HubProtocol
import Payments
import Terminal
import Testing

@testable import Ledger

@Suite("Delivery and acknowledgement (promises 11 and 12)")
struct AcknowledgementTests {
    private static func acknowledgement(_ ledger: SQLiteLedger, at sequence: UInt64) async throws -> Acknowledgement {
        let record = try #require(try await ledger.records(after: sequence - 1, limit: 1).first)
        return Acknowledgement(sequence: sequence, hash: record.hash)
    }

    @Test("records stay unsent until they are acknowledged, across restarts, in their order")
    func unsent() async throws {
        let file = try JournalFile()
        var ledger = try await file.openFilled()
        #expect(try await ledger.unsent(limit: 10) == nil)
        for fen in [10, 20, 30, 40] as [Int64] { try await ledger.sell(fen: fen) }
        try await ledger.close()
        ledger = try file.open()
        let two = try #require(try await ledger.unsent(limit: 2))
        #expect(two.records.map(\.sequence) == [1, 2])
        #expect(two.hash == (try await Self.acknowledgement(ledger, at: 2).hash))
        try await ledger.acknowledge(Acknowledgement(sequence: 2, hash: two.hash))
        let rest = try #require(try await ledger.unsent(limit: 10))
        #expect(rest.records.map(\.sequence) == [3, 4])
        let figures = try await ledger.figures()
        #expect((figures.sequence, figures.acknowledged, figures.unsentCount) == (4, 2, 2))
        #expect(figures.unsentAmount == Amount(fen: 70))
        #expect(figures.oldestUnsent == Campus.morning)
        #expect(figures.hash == rest.hash)
    }

    @Test("the hashes chain from the journal's own name")
    func chain() async throws {
        let file = try JournalFile()
        let ledger = try await file.openFilled()
        for _ in 0..<5 { try await ledger.sell() }
        let unsent = try #require(try await ledger.unsent(limit: 10))
        let genesis = JournalHash.genesis(terminal: ledger.terminal, journal: ledger.journal)
        #expect(unsent.records.reduce(genesis) { $0.following($1) } == unsent.hash)
        let checkpoint = try ledger.key.checkpoint(
            terminal: ledger.terminal, journal: ledger.journal, sequence: 5, hash: unsent.hash)
        #expect(checkpoint.sequence == 5)
        #expect(checkpoint.hash == unsent.hash)
    }

    @Test("an acknowledgement that goes back or repeats is accepted and changes nothing")
    func olderAcknowledgement() async throws {
        let file = try JournalFile()
        let ledger = try await file.openFilled()
        for _ in 0..<3 { try await ledger.sell() }
        try await ledger.acknowledge(try await Self.acknowledgement(ledger, at: 3))
        let before = await ledger.commitCount
        let genesis = JournalHash.genesis(terminal: ledger.terminal, journal: ledger.journal)
        try await ledger.acknowledge(try await Self.acknowledgement(ledger, at: 3))
        try await ledger.acknowledge(try await Self.acknowledgement(ledger, at: 1))
        try await ledger.acknowledge(Acknowledgement(sequence: 0, hash: genesis))
        #expect(try await ledger.figures().acknowledged == 3)
        #expect(await ledger.commitCount == before)
    }

    @Test(
        "an acknowledgement of records that are not this journal's is refused",
        arguments: [0, 1, 2, 4, .max] as [UInt64])
    func mismatch(sequence: UInt64) async throws {
        let file = try JournalFile()
        let ledger = try await file.openFilled()
        for _ in 0..<3 { try await ledger.sell() }
        try await ledger.acknowledge(try await Self.acknowledgement(ledger, at: 1))
        let foreign = JournalHash.genesis(terminal: ledger.terminal, journal: JournalID(number: 5))
        await #expect(throws: LedgerError(.acknowledgementMismatch)) {
            try await ledger.acknowledge(Acknowledgement(sequence: sequence, hash: foreign))
        }
        #expect(try await ledger.figures().acknowledged == 1)
    }

    @Test("a restored image learns from the hub's acknowledgement that it is behind")
    func restoredImage() async throws {
        let file = try JournalFile()
        let ledger = try await file.openFilled()
        try await ledger.sell()
        let image = try file.copiedAsAfterCrash()
        for _ in 0..<40 { try await ledger.sell(fen: 1) }
        let delivered = try await ledger.acknowledgedNow
        let restored = try image.open()
        await #expect(throws: LedgerError(.acknowledgementMismatch)) { try await restored.acknowledge(delivered) }
    }
}
