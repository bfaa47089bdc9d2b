import Crypto
import Foundation
import HTTPTypes
import Hub
import HubProtocol
import Payments
import TestSupport
import Testing

@Suite("Forks and clones (promise 5)") struct SessionReviewTests {
    private static let hashes = (0..<10).map { JournalHash(bytes: Array(repeating: UInt8($0), count: 32)) }

    private static func head(_ sequence: UInt64) throws -> Acknowledgement {
        Acknowledgement(sequence: sequence, hash: try #require(hashes[Int(sequence)]))
    }

    private static func claim(_ number: UInt64, _ instance: UInt64, head sequence: UInt64) throws -> JournalClaim {
        let registration = JournalRegistration(
            journal: JournalID(number: 1), publicKey: [],
            session: TerminalSession(number: number, instance: instance), head: try head(sequence))
        return try #require(try JournalClaim(registration))
    }

    private func review(acknowledged: UInt64 = 4) throws -> SessionReview {
        SessionReview(
            known: try [(1, 100, 0), (2, 200, 3)].map { number, instance, head in
                SessionReview.Known(
                    session: TerminalSession(number: number, instance: instance), head: try Self.head(head))
            }, acknowledged: try Self.head(acknowledged))
    }

    @Test("the same run again, and the next one with all records, are what they should be")
    func good() throws {
        #expect(try review().verdict(Self.claim(2, 200, head: 4), stored: Self.hashes[4]) == .current)
        #expect(try review().verdict(Self.claim(3, 300, head: 4), stored: Self.hashes[4]) == .new)
        #expect(try review().verdict(Self.claim(9, 300, head: 7), stored: nil) == .new)
    }

    @Test("a killed program's message that comes after its successor's registration proves nothing")
    func late() throws {
        #expect(try review().verdict(Self.claim(1, 100, head: 3), stored: Self.hashes[3]) == .late)
        #expect(try review().verdict(TerminalSession(number: 1, instance: 100), through: 3) == .late)
        // A start between two others whose registration never came through before.
        let known = SessionReview(
            known: try [(1, 100, 0), (3, 300, 3)].map { number, instance, head in
                SessionReview.Known(
                    session: TerminalSession(number: number, instance: instance), head: try Self.head(head))
            }, acknowledged: try Self.head(4))
        #expect(try known.verdict(Self.claim(2, 200, head: 2), stored: Self.hashes[2]) == .late)
        guard case .forked = try known.verdict(Self.claim(2, 200, head: 4), stored: Self.hashes[4]) else {
            Issue.record("it has a record that its successor did not begin with")
            return
        }
    }

    @Test("a run that was superseded and goes on writing is a second machine")
    func clone() throws {
        #expect(try review().verdict(Self.claim(1, 100, head: 4), stored: Self.hashes[4]) == .cloned)
        #expect(try review().verdict(TerminalSession(number: 1, instance: 100), through: 4) == .cloned)
        #expect(try review().verdict(TerminalSession(number: 2, instance: 200), through: 4) == .current)
        #expect(try review().verdict(TerminalSession(number: 2, instance: 201), through: 4) == nil)
    }

    @Test("a number used already, missing records and other records are a restored image")
    func fork() throws {
        let claims = [
            (try Self.claim(2, 300, head: 4), Self.hashes[4]), (try Self.claim(3, 300, head: 3), Self.hashes[3]),
            (try Self.claim(3, 300, head: 4), Self.hashes[5]),
        ]
        for (claim, stored) in claims {
            guard case .forked = try review().verdict(claim, stored: stored) else {
                Issue.record("\(claim.session.number) \(claim.head.sequence)")
                continue
            }
        }
        // The hub has nothing yet, and the terminal once had three records.
        guard case .forked = try review(acknowledged: 0).verdict(Self.claim(3, 300, head: 2), stored: nil) else {
            Issue.record("records that were reported are gone")
            return
        }
    }
}

@Suite("Sessions at the hub (promise 5)") struct SessionTests {
    let hub: HubFixture
    let terminal: TestTerminal

    init() async throws {
        hub = try await HubFixture.open()
        terminal = try await hub.terminal([try await hub.merchant()])
        for _ in 0..<4 { try terminal.write(.voided, nil) }
    }

    private func register(_ number: UInt64, _ instance: UInt64, head: UInt64) async throws -> HubReply {
        try await terminal.ask(
            .post, "/v1/journals",
            JournalRegistration(
                journal: terminal.journalID, publicKey: Array(terminal.key.publicKey.rawRepresentation),
                session: TerminalSession(number: number, instance: instance),
                head: Acknowledgement(sequence: head, hash: terminal.hash(after: head))))
    }

    private func upload(_ range: ClosedRange<UInt64>, _ number: UInt64, _ instance: UInt64) async throws -> HubReply {
        var batch = try terminal.batch(range)
        batch.session = TerminalSession(number: number, instance: instance)
        return try await terminal.upload(batch)
    }

    private func exceptions() async throws -> [ExceptionSummary] {
        try await hub.operate(.get, "/exceptions", as: Page<ExceptionSummary>.self).items
    }

    @Test("restarts register, and send")
    func restarts() async throws {
        #expect(try await register(1, 100, head: 0).status == 200)
        #expect(try await upload(1...2, 1, 100).status == 200)
        #expect(try await register(2, 200, head: 3).status == 200)
        #expect(try await register(2, 200, head: 3).status == 200)
        #expect(try await upload(3...4, 2, 200).status == 200)
        #expect(try await exceptions().isEmpty)
    }

    @Test("a restored image is refused with both heads in the exception, and changes nothing for the running machine")
    func restoredImage() async throws {
        _ = try await register(1, 100, head: 0)
        _ = try await upload(1...3, 1, 100)
        let refusal = try await register(1, 101, head: 2).refusal()
        #expect(refusal.refusal == .journalForked)
        #expect(refusal.acknowledged?.sequence == 3)
        let exception = try #require(try await exceptions().first)
        #expect(exception.kind == .journalForked)
        #expect(exception.terminal == terminal.credentials.id)
        for text in ["record 2, \(terminal.hash(after: 2))", "record 3, \(terminal.hash(after: 3))"] {
            #expect(exception.text.contains(text))
        }
        #expect(try await upload(4...4, 1, 100).status == 200)
        #expect(try await register(2, 102, head: 3).refusal().refusal == .journalForked)
    }

    @Test("two machines are refused both, until an operator decides; then the first that comes has the journal")
    func clone() async throws {
        _ = try await register(1, 100, head: 0)
        _ = try await upload(1...2, 1, 100)
        #expect(try await register(2, 200, head: 2).status == 200)
        #expect(try await upload(3...3, 1, 100).refusal().refusal == .terminalCloned)
        #expect(try await upload(3...3, 2, 200).refusal().refusal == .terminalCloned)
        #expect(try await register(3, 300, head: 2).refusal().refusal == .terminalCloned)
        #expect(try await terminal.ask(.get, "/v1/changes").refusal().refusal == .terminalCloned)
        #expect(try await exceptions().map(\.kind) == [.terminalCloned])

        try await hub.operate(
            .post, "/terminals/\(terminal.credentials.id)/reset-journal", as: TerminalSummary.self)
        #expect(try await register(3, 300, head: 2).status == 200)
        #expect(try await upload(3...4, 3, 300).status == 200)
    }

    @Test("a run that never registered is told to; half a claim is malformed")
    func unregistered() async throws {
        _ = try await register(1, 100, head: 0)
        #expect(try await upload(1...1, 2, 200).refusal().refusal == .journalUnknown)
        var registration = JournalRegistration(
            journal: terminal.journalID, publicKey: Array(terminal.key.publicKey.rawRepresentation))
        registration.session = TerminalSession(number: 1, instance: 1)
        #expect(try await terminal.ask(.post, "/v1/journals", registration).refusal().refusal == .malformedRequest)
        registration.head = Acknowledgement(sequence: 0, hash: terminal.hash(after: 0))
        registration.session?.instance = "x"
        #expect(try await terminal.ask(.post, "/v1/journals", registration).refusal().refusal == .malformedRequest)
    }

    @Test("the hub names its signing key, the same after a restart, and does not start with another one")
    func signingKey() async throws {
        let named = try #require(try await terminal.register().decoded(as: AcknowledgementMessage.self).hubKey)
        #expect(HubVerifyingKey(text: named) != nil)
        try await hub.hub.store.close()
        let again = try await HubFixture.open(directory: hub.directory)
        let answer = try await terminal.moved(to: again).register().decoded(as: AcknowledgementMessage.self)
        #expect(answer.hubKey == named)
        try await again.hub.store.close()
        let path = again.configuration.signingKeyPath
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        try FileManager.default.removeItem(atPath: path)
        await #expect(throws: HubSigningKeyError(.changed)) {
            _ = try await HubFixture.open(directory: again.directory)
        }
    }

    @Test("a signing-key file that others may read, or that holds something else, is refused")
    func signingKeyFile() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("key")
        let key = try HubSigningKeyFile.loadOrCreate(path: path)
        #expect(try HubSigningKeyFile.loadOrCreate(path: path).verifyingKey == key.verifyingKey)
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        #expect(throws: HubSigningKeyError(.readableByOthers)) { try HubSigningKeyFile.loadOrCreate(path: path) }
        for content in ["", "ABCD\n", String(repeating: "G", count: 64) + "\n", String(repeating: "A", count: 65)] {
            try Data(content.utf8).write(to: URL(filePath: path))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
            #expect(throws: HubSigningKeyError(.malformed)) { try HubSigningKeyFile.loadOrCreate(path: path) }
        }
    }
}

@Suite("Ingest pacing") struct IngestPacingTests {
    private let start = UnixTime(seconds: 1_788_000_000)

    private func terminal(_ number: UInt64) throws -> TerminalID { try #require(TerminalID(number: number)) }

    @Test("terminals with a backlog share what the hub can take; one that is level gives its share back")
    func shares() throws {
        var pacing = IngestPacing()
        func allowance(_ number: UInt64, _ backlog: UInt64, after seconds: Int64 = 0) throws -> Int? {
            pacing.allowance(
                try terminal(number), backlog: backlog, elapsed: .milliseconds(5),
                now: start.advanced(by: .seconds(seconds)))
        }
        #expect(try allowance(1, 100) == IngestPacing.standardCapacity)
        #expect(try allowance(2, 100) == IngestPacing.standardCapacity / 2)
        #expect(try allowance(1, 50) == IngestPacing.standardCapacity / 2)
        #expect(try allowance(1, 0) == nil)
        #expect(try allowance(2, 50) == IngestPacing.standardCapacity)
        _ = try allowance(3, 50)
        #expect(
            try allowance(4, 50, after: 120) == IngestPacing.standardCapacity, "terminals that went away do not count")
    }

    @Test("a slow hub asks for less, and never for nothing")
    func latency() throws {
        var pacing = IngestPacing()
        var last = IngestPacing.standardCapacity
        for _ in 0..<100 {
            last = try #require(
                pacing.allowance(try terminal(1), backlog: 9, elapsed: .seconds(1), now: start))
        }
        #expect(last < IngestPacing.standardCapacity / 15)
        for number in 2..<2000 as Range<UInt64> {
            last = try #require(
                pacing.allowance(try terminal(number), backlog: 9, elapsed: .seconds(9), now: start))
        }
        #expect(last == IngestPacing.allowanceMinimum)
    }
}
