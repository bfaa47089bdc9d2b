import HubProtocol
import Payments
import Terminal
import Testing

@testable import Ledger

@Suite("A policy with a rule that this program does not know (promises 6, 9 and 11)")
struct PolicyNotUnderstoodTests {
    private static let future = #""floorLimitFen": 90000, "aRuleOfTheFuture": 1"#

    private func account(_ fen: Int64) -> AccountMessage {
        AccountMessage(id: Campus.account(), status: .active, balance: Amount(fen: fen))
    }

    @Test("it is kept aside: the old policy stays in force, and the rest of its page and of the feed goes on")
    func feedGoesOn() async throws {
        let file = try JournalFile()
        let ledger = try await file.openFilled()
        let hub = try await PolicyHub(ledger)
        try await hub.set(1, #""floorLimitFen": 500"#)
        let future = try PolicyHub.document(version: 2, Self.future)
        try await hub.deliver(try hub.message(future, version: 2), account: account(77_000))
        #expect(try await ledger.policyNotUnderstood() == 2)
        #expect(try await ledger.policy(at: Campus.morning)?.version == 1)
        #expect(try await ledger.view(of: Campus.cardEvidence()).account?.available == Amount(fen: 77_000))
        try await hub.deliver(account(66_000))
        #expect(try await ledger.view(of: Campus.cardEvidence()).account?.available == Amount(fen: 66_000))
        // Never less strict: what the unread document would allow is not allowed.
        #expect(try await ledger.sell(fen: 501).decision.reason == .floorLimitExceeded)
        #expect(try await ledger.sell(fen: 500).decision.isApproved)
    }

    @Test("before the first policy that is understood, the terminal's own configuration stays in force")
    func first() async throws {
        let file = try JournalFile()
        let ledger = try await file.openFilled()
        let hub = try await PolicyHub(ledger)
        try await hub.set(1, Self.future)
        #expect(try await ledger.policyNotUnderstood() == 1)
        #expect(try await ledger.policy(at: Campus.morning) == nil)
        #expect(try await ledger.sell(fen: 3001).decision.reason == .floorLimitExceeded)
    }

    @Test("it is not forgotten over a restart, and nothing older takes its place")
    func restart() async throws {
        let file = try JournalFile()
        var ledger = try await file.openFilled()
        var hub = try await PolicyHub(ledger)
        try await hub.set(1, #""floorLimitFen": 500"#)
        try await hub.set(4, Self.future)
        try await ledger.close()
        ledger = try file.open()
        hub = try await PolicyHub(ledger)
        #expect(try await ledger.policyNotUnderstood() == 4)
        #expect(try await ledger.policy(at: Campus.morning)?.version == 1)
        try await hub.set(4, Self.future)
        for version: UInt64 in [2, 3, 4] {
            await #expect(throws: LedgerError(.policyRolledBack)) {
                try await hub.set(version, #""floorLimitFen": 90000"#)
            }
        }
        #expect(try await ledger.sell(fen: 501).decision.reason == .floorLimitExceeded)
    }

    @Test("a newer policy without the rule ends the alarm and is in force")
    func replaced() async throws {
        let file = try JournalFile()
        let ledger = try await file.openFilled()
        let hub = try await PolicyHub(ledger)
        try await hub.set(1, Self.future)
        try await hub.set(2, #""floorLimitFen": 700"#)
        #expect(try await ledger.policyNotUnderstood() == nil)
        #expect(try await ledger.policy(at: Campus.morning)?.version == 2)
        #expect(try await ledger.sell(fen: 701).decision.reason == .floorLimitExceeded)
    }

    @Test("a program that knows the rule takes the kept policy up at its first start, without the hub and a person")
    func upgrade() async throws {
        let file = try JournalFile()
        var ledger = try await file.openFilled()
        let hub = try await PolicyHub(ledger)
        try await hub.set(1, #""floorLimitFen": 500"#)
        let known = try PolicyHub.document(version: 2, #""floorLimitFen": 900"#)
        let message = try hub.message(known, version: 2)
        // What a newer hub signed and an older program stored: the upgraded program's file, before its first start.
        let unread = try PolicyHub.document(version: 2, Self.future)
        try await hub.deliver(try hub.message(unread, version: 2))
        #expect(try await ledger.policyNotUnderstood() == 2)
        try await ledger.close()
        // Here the document becomes one that the program knows, instead of the program one that knows the document.
        try RawDatabase.execute(
            file.path,
            """
            DROP TRIGGER policy_keeps_values;
            UPDATE policy SET document = '\(message.document)', signature = '\(message.signature)' WHERE version = 2;
            """)
        ledger = try file.open()
        #expect(try await ledger.policyNotUnderstood() == nil)
        #expect(try await ledger.policy(at: Campus.morning)?.version == 2)
        #expect(try await ledger.sell(fen: 901).decision.reason == .floorLimitExceeded)
        #expect(try await ledger.sell(fen: 900).decision.isApproved)
    }

    @Test("a kept document that is not what the hub signed is damage, not a new rule")
    func damaged() async throws {
        let file = try JournalFile()
        var ledger = try await file.openFilled()
        try await PolicyHub(ledger).set(1, #""floorLimitFen": 500"#)
        try await ledger.close()
        try RawDatabase.execute(
            file.path,
            """
            DROP TRIGGER policy_keeps_values;
            UPDATE policy SET document = replace(document, 'floorLimitFen', 'floorLimitFem');
            """)
        ledger = try file.open()
        await #expect(throws: LedgerError(.damaged)) { try await ledger.policy(at: Campus.morning) }
    }

    @Test("forged and edited documents with unknown rules are refused like any other")
    func forged() async throws {
        let file = try JournalFile()
        let ledger = try await file.openFilled()
        let hub = try await PolicyHub(ledger)
        let future = try PolicyHub.document(version: 1, Self.future)
        let forged = try hub.message(future, version: 1, signedBy: PolicyHub.signingKey(99))
        await #expect(throws: LedgerError(.policyForged)) { try await hub.deliver(forged) }
        var edited = try hub.message(future, version: 1)
        edited.document += " "
        await #expect(throws: LedgerError(.policyForged)) { try await hub.deliver(edited) }
        // The version that counts is the signed one.
        var moved = try hub.message(future, version: 1)
        moved.version = 9
        await #expect(throws: LedgerError(.policyInvalid)) { try await hub.deliver(moved) }
        #expect(try await ledger.policyNotUnderstood() == nil)
    }
}
