import Foundation
import HTTPTypes
import Hub
import HubProtocol
import Payments
import TestSupport
import Testing

@Suite("Campus policy at the hub (promises 6 and 9)")
struct PolicyTests {
    let hub: HubFixture
    let account: AccountID
    let terminal: TestTerminal

    init() async throws {
        hub = try await HubFixture.open()
        let merchant = try await hub.merchant()
        account = try await hub.account(1, fen: 10_000)
        terminal = try await hub.terminal([merchant])
    }

    private func document(_ rules: String, version: String = "") throws -> PolicyNode {
        let text = #"""
            {"campus": "main", \#(version) "meals": [{"id": 1, "name": "all day", "from": "00:00", "to": "24:00"}],
             "rules": [{\#(rules)}]}
            """#
        return try JSONDecoder().decode(PolicyNode.self, from: Data(text.utf8))
    }

    @discardableResult
    private func set(_ rules: String) async throws -> PolicySummary {
        try await hub.operate(
            .post, "/policies", NewPolicy(document: document(rules), note: "test"), as: PolicySummary.self)
    }

    private func setTerms(_ change: AccountTermsChange) async throws {
        try await hub.operate(.put, "/accounts/\(account.text)/terms", change, as: AccountTermsSummary.self)
    }

    private func hold(_ fen: Int64) async throws -> DeclineReason? {
        guard
            case .declined(let reason) = try await terminal.hold(
                terminal.holdRequest(terminal.mint(), number: 1, fen: fen))
        else { return nil }
        return reason
    }

    @Test("a policy is signed, numbered and told to terminals")
    func published() async throws {
        let summary = try await set(#""floorLimitFen": 700"#)
        #expect(summary.version == 1)
        let page = try await terminal.changes()
        let message = try #require(page.changes.compactMap(\.policy).first)
        #expect(message.version == 1)
        let registered = try await terminal.register().decoded(as: AcknowledgementMessage.self)
        let key = try #require(registered.hubKey.flatMap(HubVerifyingKey.init(text:)))
        #expect(key.isValid(message.signature, of: Array(message.document.utf8), as: .policy))
        #expect(!key.isValid(message.signature, of: Array(message.document.utf8), as: .hotList))
        let read = try CampusPolicy(JSONDecoder().decode(PolicyNode.self, from: Data(message.document.utf8)))
        #expect(read.rules(in: PolicyScope()).offline.floorLimit == Amount(fen: 700))
        #expect(try await set(#""floorLimitFen": 800"#).version == 2)
        let versions = try await hub.operate(.get, "/policies", as: Page<PolicySummary>.self).items.map(\.version)
        #expect(versions == [2, 1])
        let newest = try await hub.operate(.get, "/policy", as: PolicySummary.self)
        #expect(newest.version == 2)
    }

    @Test("a bad document is refused with every path, an old version with the newest one")
    func refused() async throws {
        let bad = try JSONEncoder().encode(
            NewPolicy(document: document(#""floorLimitFen": -1, "unknown": 3"#), note: "test"))
        let reply = try await hub.operate(.post, "/policies", body: bad)
        #expect(reply.status == 400)
        #expect(reply.text.contains("E4131"))
        #expect(reply.text.contains("rules[0].floorLimitFen"))
        #expect(reply.text.contains("rules[0].unknown"))
        try await set(#""floorLimitFen": 1"#)
        let old = try JSONEncoder().encode(
            NewPolicy(document: document(#""floorLimitFen": 2"#, version: #""version": 1,"#), note: "test"))
        let second = try await hub.operate(.post, "/policies", body: old)
        #expect(second.status == 409)
        #expect(second.text.contains("E4132"))
        #expect(try await hub.operate(.get, "/policy").status == 200)
    }

    @Test("holds obey the cardholder's limits and the policy's, holds that are open included")
    func holds() async throws {
        try await set(#""mealCount": 3, "dayAmountFen": 2000"#)
        try await setTerms(AccountTermsChange(cardClass: .standard, singleLimitFen: 900, dayLimitFen: 1500))
        #expect(try await hold(901) == .singleLimitExceeded)
        #expect(try await hold(900) == nil)
        #expect(try await hold(601) == .dayLimitExceeded)
        #expect(try await hold(100) == nil)
        // One that was delivered counts the same.
        let transaction = terminal.mint()
        _ = try await terminal.hold(terminal.holdRequest(transaction, number: 1, fen: 100))
        try terminal.write(.voided, nil)
        try terminal.write(.voided, nil)
        try terminal.write(.approved, account, fen: 100, transaction: transaction, path: .online)
        #expect(try await hold(1) == .mealCountExceeded)
    }

    @Test("what an account bought is told with the account, day by day")
    func use() async throws {
        try await set(#""mealCount": 30"#)
        try terminal.write(.approved, account, fen: 300)
        try terminal.write(.approved, account, fen: 200)
        try await terminal.deliverAll()
        func told() async throws -> AccountTermsMessage.Use? {
            try await terminal.changes().changes.compactMap(\.account).last { $0.id == account }?.terms?.use
        }
        let use = try #require(try await told())
        #expect((use.amountFen, use.count, use.meal, use.mealAmountFen, use.mealCount) == (500, 2, 1, 500, 2))
        hub.clock.advance(by: .seconds(86_400))
        try terminal.write(.approved, account, fen: 50)
        try await terminal.deliver(3...3)
        let next = try #require(try await told())
        #expect((next.amountFen, next.count) == (50, 1))
        try await hub.requireSoundBooks()
    }

    @Test("a PIN is told hashed, locked after three wrong tries, and unlocked by an operator")
    func pin() async throws {
        try await hub.operate(
            .put, "/accounts/\(account.text)/pin", NewPIN(pin: "135790"), as: AccountTermsSummary.self)
        func told() async throws -> AccountTermsMessage.PIN {
            try #require(
                try await terminal.changes().changes.compactMap(\.account).last { $0.id == account }?.terms?.pin)
        }
        let first = try await told()
        let hash = try #require(PINHash(first))
        #expect(try #require(AccountPIN(text: "135790")).matches(hash))
        #expect(try !#require(AccountPIN(text: "135791")).matches(hash))
        for _ in 0..<3 { try terminal.write(.declined(.pinWrong), account) }
        try await terminal.deliverAll()
        #expect(try await told().locked)
        try await hub.operate(.post, "/accounts/\(account.text)/pin/unlock", as: AccountTermsSummary.self)
        let unlocked = try await told()
        #expect(!unlocked.locked)
        #expect(unlocked.version > first.version)
        let bad = try await hub.operate(
            .put, "/accounts/\(account.text)/pin", body: try JSONEncoder().encode(NewPIN(pin: "12345x")))
        #expect(bad.status == 400)
        #expect(!bad.text.contains("12345x"))
    }

    @Test("subsidy is granted once per reference, spent first, and taken back when every terminal has been heard")
    func subsidy() async throws {
        try await set(#""subsidyPermitted": true"#)
        let end = hub.clock.now().advanced(by: .seconds(7200))
        let grant = SubsidyGrant(amountFen: 3000, endsAtMilliseconds: end.milliseconds, reference: "november")
        let path = "/accounts/\(account.text)/subsidy"
        for repeated in [false, true] {
            let receipt = try await hub.operate(.post, path + "/grant", grant, as: SubsidyReceipt.self)
            #expect(receipt.repeated == repeated)
            #expect(receipt.subsidyFen == 3000)
        }
        let told = try #require(try await terminal.changes().changes.compactMap(\.account).last { $0.id == account })
        #expect(told.subsidyFen == 3000)
        #expect(told.subsidyExpiresSeconds == end.seconds)
        #expect(try await hold(13_000) == nil)
        try terminal.write(.voided, nil)
        let expiry = try JSONEncoder().encode(SubsidyExpiry(reference: "november ends"))
        #expect(try await hub.operate(.post, path + "/expire", body: expiry).status == 409)
        hub.clock.advance(by: .seconds(7200))
        // The terminal may still hold sales from before the end.
        #expect(try await hub.operate(.post, path + "/expire", body: expiry).status == 409)
        hub.clock.advance(by: .seconds(3600))
        // It is heard, and may still have more to deliver.
        _ = try await hold(1)
        #expect(try await hub.operate(.post, path + "/expire", body: expiry).status == 409)
        _ = try await terminal.changes()
        let receipt = try await hub.operate(
            .post, path + "/expire", SubsidyExpiry(reference: "november ends"), as: SubsidyReceipt.self)
        #expect((receipt.postedFen, receipt.subsidyFen) == (-3000, 0))
        #expect(
            try await hub.operate(
                .post, path + "/expire", SubsidyExpiry(reference: "november ends"), as: SubsidyReceipt.self
            ).repeated)
        try await hub.requireSoundBooks()
    }
}
