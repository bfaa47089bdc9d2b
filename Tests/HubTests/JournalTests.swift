import Crypto
import Foundation
import HTTPTypes
import Hub
import HubProtocol
import Payments
import TestSupport
import Testing

@Suite("Journals")
struct JournalTests {
    let hub: HubFixture
    let account: AccountID
    let terminal: TestTerminal

    init() async throws {
        hub = try await HubFixture.open()
        let merchant = try await hub.merchant()
        account = try await hub.account(1, fen: 1000)
        terminal = try await hub.terminal([merchant])
    }

    private func reset() async throws -> TerminalSummary {
        try await hub.operate(
            .post, "/terminals/\(terminal.credentials.id)/reset-journal", as: TerminalSummary.self)
    }

    @Test("a fresh journal starts at its genesis, and a repeated registration tells how far it is")
    func registration() async throws {
        let first = try await terminal.register().decoded(as: AcknowledgementMessage.self).acknowledged
        #expect(first == Acknowledgement(sequence: 0, hash: terminal.hash(after: 0)))
        try terminal.write(.approved, account)
        let delivered = try await terminal.deliverAll()
        #expect(try await terminal.register().decoded(as: AcknowledgementMessage.self).acknowledged == delivered)
    }

    @Test("another journal or another key is refused and listed", arguments: [true, false])
    func other(journal: Bool) async throws {
        let clone = TestTerminal(
            hub: hub, credentials: terminal.credentials, merchant: terminal.merchant,
            journal: journal ? JournalID(number: 5) : terminal.journalID,
            key: journal ? terminal.key : Curve25519.Signing.PrivateKey())
        let reply = try await clone.register()
        #expect(reply.status == 409)
        #expect(try reply.refusal().refusal == .journalUnknown)
        #expect(try await hub.exceptions().map(\.kind) == [.journalUnknown])
    }

    @Test("a key that is no key is refused", arguments: ["", "00", String(repeating: "zz", count: 32)])
    func malformedKey(key: String) async throws {
        var registration = JournalRegistration(journal: JournalID(number: 9), publicKey: [])
        registration.publicKey = key
        let refusal = try await terminal.ask(.post, "/v1/journals", registration).refusal()
        #expect(refusal.refusal == .malformedRequest)
        #expect(refusal.message.contains("publicKey"))
    }

    @Test("after a reset a new journal is taken, and the old records stay")
    func replaced() async throws {
        try terminal.write(.approved, account)
        try await terminal.deliverAll()
        #expect(try await reset().journal == nil)
        let replaced = terminal.withJournal(0xB0B0_0002)
        #expect(try await replaced.register().status == 200)
        try replaced.write(.approved, account)
        try await replaced.deliverAll()
        #expect(try await terminal.upload(try terminal.batch(1...1)).refusal().refusal == .journalUnknown)
        let summary = try await hub.operate(
            .get, "/terminals/\(terminal.credentials.id)", as: TerminalSummary.self)
        #expect(summary.journal == replaced.journalID)
        #expect(summary.sequence == 1)
        #expect(summary.hash == replaced.hash(after: 1))
        #expect(summary.records == 2)
        #expect(summary.approvedCount == 2)
        #expect(summary.approvedFen == 200)
        #expect(try await hub.balance(account) == 800)
        try await hub.requireSoundBooks()
    }

    @Test("a reset releases the old journal's holds and says so")
    func resetReleases() async throws {
        _ = try await terminal.hold(terminal.holdRequest(terminal.mint(), number: 1, fen: 300))
        _ = try await reset()
        #expect(try await hub.held(account) == 0)
        #expect(try await hub.exceptions().map(\.kind) == [.holdsReleased])
    }

    @Test("promise 11: after a reset by mistake the same journal goes on where it was")
    func resetByMistake() async throws {
        try terminal.write(.approved, account)
        let delivered = try await terminal.deliverAll()
        _ = try await reset()
        #expect(try await terminal.register().decoded(as: AcknowledgementMessage.self).acknowledged == delivered)
        try terminal.write(.approved, account)
        #expect(try await terminal.deliver(2...2).sequence == 2)
    }

    @Test("after a reset the old journal does not come back under another key")
    func oldJournalOtherKey() async throws {
        _ = try await reset()
        let clone = TestTerminal(
            hub: hub, credentials: terminal.credentials, merchant: terminal.merchant, journal: terminal.journalID)
        #expect(try await clone.register().refusal().refusal == .journalUnknown)
    }

    @Test("a terminal without a journal cannot be reset")
    func resetTwice() async throws {
        _ = try await reset()
        let reply = try await hub.operate(.post, "/terminals/\(terminal.credentials.id)/reset-journal")
        #expect(try reply.refusal().refusal == .notPermittedInThisState)
    }
}
