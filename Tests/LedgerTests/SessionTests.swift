import Foundation
import GRDB
import Glibc
import HubProtocol
import Payments
import Terminal
import TestSupport
import Testing

@testable import Ledger

@Suite("Sessions of the journal (promises 2, 5)") struct SessionTests {
    @Test("each opening counts up and draws another instance; a copy of the files counts on from the copy")
    func counting() async throws {
        let file = try JournalFile()
        let first = try file.open()
        #expect(first.session.number == 1)
        let image = try file.copiedAsAfterCrash()
        try await first.close()
        let second = try file.open()
        #expect(second.session.number == 2)
        let restored = try image.open()
        #expect(restored.session.number == 2)
        #expect(Set([first, second, restored].map(\.session.instance)).count == 3)
    }

    @Test("a contested journal gives out no id, not after a restart either, until the hub takes it again")
    func contested() async throws {
        let file = try JournalFile()
        var ledger = try await file.openFilled()
        let open = try await ledger.mint()
        try await ledger.contest(.terminalCloned)
        try await ledger.contest(.contentChanged)
        await #expect(throws: LedgerError(.journalContested)) { _ = try await ledger.mint() }
        // What was under way is ended: it is history already.
        _ = try await ledger.conclude(
            Campus.request(open), hub: .none(.unreachable), authorizer: Campus.authorizer, now: Campus.morning)
        let known = ledger
        await #expect(throws: LedgerError(.journalContested)) { _ = try await known.mint() }
        try await ledger.close()
        ledger = try file.open()
        let again = ledger
        await #expect(throws: LedgerError(.journalContested)) { _ = try await again.mint() }
        #expect(try await again.unsent(limit: 100) != nil)
        try await again.endContest()
        try await again.sell()
        #expect(try await again.verify().findings.isEmpty)
    }

    @Test("records that were acknowledged can be read again for a hub that lost them, from a record that is ours only")
    func again() async throws {
        let file = try JournalFile()
        let ledger = try await file.openFilled()
        for _ in 0..<5 { try await ledger.sell() }
        let records = try await ledger.records(after: 0, limit: 10)
        try await ledger.acknowledge(Acknowledgement(sequence: 5, hash: records[4].hash))
        let known = Acknowledgement(sequence: 2, hash: records[1].hash)
        let found = try #require(try await ledger.records(after: known, limit: 2))
        #expect(found.records == records[2...3].map(\.record))
        #expect(found.hash == records[3].hash)
        let foreign = Acknowledgement(sequence: 2, hash: records[2].hash)
        await #expect(throws: LedgerError(.acknowledgementMismatch)) {
            _ = try await ledger.records(after: foreign, limit: 2)
        }
        #expect(try await ledger.figures().acknowledged == 5)
    }
}
