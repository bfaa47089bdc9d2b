import Foundation
import HTTPTypes
import Hub
import HubProtocol
import Payments
import Testing

/// A hub whose policy wants PINs and lets subsidy be spent, with one account and two terminals of its merchant.
private struct HoldPolicyCampus {
    let hub: HubFixture
    let account: AccountID
    let terminal: TestTerminal
    let other: TestTerminal

    init(_ rules: String, fen: Int64 = 10_000) async throws {
        hub = try await HubFixture.open()
        let merchant = try await hub.merchant()
        account = try await hub.account(1, fen: fen)
        terminal = try await hub.terminal([merchant])
        other = try await hub.terminal([merchant], journal: 2)
        let text = #"""
            {"campus": "main", "meals": [{"id": 1, "name": "all day", "from": "00:00", "to": "24:00"}],
             "rules": [{\#(rules)}]}
            """#
        let document = try JSONDecoder().decode(PolicyNode.self, from: Data(text.utf8))
        _ = try await hub.operate(
            .post, "/policies", NewPolicy(document: document, note: "test"), as: PolicySummary.self)
    }

    func setPIN(_ pin: String = "135790") async throws {
        try await hub.operate(.put, "/accounts/\(account.text)/pin", NewPIN(pin: pin), as: AccountTermsSummary.self)
    }

    func pin() async throws -> AccountTermsMessage.PIN {
        let told = try await terminal.changes().changes.compactMap(\.account).last { $0.id == account }
        return try #require(told?.terms?.pin)
    }

    func grant(_ fen: Int64, for seconds: Int64 = 86_400) async throws {
        let end = hub.clock.now().advanced(by: .seconds(seconds))
        let grant = SubsidyGrant(amountFen: fen, endsAtMilliseconds: end.milliseconds, reference: "grant-\(fen)")
        _ = try await hub.operate(.post, "/accounts/\(account.text)/subsidy/grant", grant, as: SubsidyReceipt.self)
    }

    func request(
        _ fen: Int64, at terminal: TestTerminal? = nil, _ change: (inout HoldRequest) -> Void = { _ in }
    ) throws -> HoldRequest {
        let terminal = terminal ?? self.terminal
        var request = try terminal.holdRequest(terminal.mint(), number: 1, fen: fen)
        change(&request)
        return request
    }

    func reason(
        _ fen: Int64, at terminal: TestTerminal? = nil, pinVersion: UInt64? = nil
    ) async throws -> DeclineReason? {
        let terminal = terminal ?? self.terminal
        let answer = try await terminal.hold(request(fen, at: terminal) { $0.pinVersion = pinVersion })
        if case .declined(let reason) = answer { return reason }
        return nil
    }

    /// What the hub said that subsidy pays; a failure of the test when it said no.
    func subsidy(_ request: HoldRequest, at terminal: TestTerminal? = nil) async throws -> Int64 {
        let answer = try await (terminal ?? self.terminal).hold(request)
        guard case .held(_, _, let subsidy?) = answer else {
            Issue.record("\(answer)")
            return -1
        }
        return subsidy.fen
    }

    func subsidyLeft() async throws -> Int64? {
        try await terminal.changes().changes.compactMap(\.account).last { $0.id == account }?.subsidyFen
    }
}

@Suite("The PIN at the hub")
struct HoldPINTests {
    @Test("above the limit a hold needs the terminal's word that the PIN was right, against the PIN that counts now")
    func word() async throws {
        let campus = try await HoldPolicyCampus(#""pinAboveFen": 1000"#)
        #expect(try await campus.reason(1001) == .pinNotSet)
        try await campus.setPIN()
        let version = try await campus.pin().version
        #expect(try await campus.reason(1001) == .pinRequired)
        #expect(try await campus.reason(1000) == nil)
        #expect(try await campus.reason(1001, pinVersion: version) == nil)
        #expect(try await campus.reason(1001, pinVersion: version + 1) == .pinOutdated)
        try await campus.setPIN("246800")
        #expect(try await campus.reason(1001, pinVersion: version) == .pinOutdated)
        #expect(try await campus.reason(1001, pinVersion: try await campus.pin().version) == nil)
        // Where the sale needs no PIN, an old word does no harm.
        #expect(try await campus.reason(1000, pinVersion: version) == nil)
    }

    @Test("the day's sum at all terminals asks for the PIN too")
    func cumulative() async throws {
        let campus = try await HoldPolicyCampus(#""pinCumulativeFen": 1500"#)
        try await campus.setPIN()
        #expect(try await campus.reason(800) == nil)
        #expect(try await campus.reason(800, at: campus.other) == .pinRequired)
        #expect(try await campus.reason(700, at: campus.other) == nil)
    }

    @Test("wrong tries at two terminals together lock the PIN at the hub, whatever a terminal says afterwards")
    func locked() async throws {
        let campus = try await HoldPolicyCampus(#""pinAboveFen": 1000"#)
        try await campus.setPIN()
        let version = try await campus.pin().version
        for _ in 0..<2 { try campus.terminal.write(.declined(.pinWrong), campus.account) }
        try await campus.terminal.deliverAll()
        #expect(try await !campus.pin().locked)
        try campus.other.write(.declined(.pinWrong), campus.account)
        try await campus.other.deliverAll()
        #expect(try await campus.pin().locked)
        #expect(try await campus.reason(1001, pinVersion: version) == .pinTriesExceeded)
        #expect(try await campus.reason(1001) == .pinTriesExceeded)
        #expect(try await campus.reason(1000) == nil)
        try await campus.hub.operate(
            .post, "/accounts/\(campus.account.text)/pin/unlock", as: AccountTermsSummary.self)
        #expect(try await campus.reason(1001, pinVersion: version) == .pinOutdated)
        #expect(try await campus.reason(1001, pinVersion: version + 1) == nil)
    }

    @Test("the right PIN clears the slips before it: only wrong ones in a row lock")
    func cleared() async throws {
        let campus = try await HoldPolicyCampus(#""pinAboveFen": 1000"#)
        try await campus.setPIN()
        let version = try await campus.pin().version
        for _ in 0..<2 { try campus.terminal.write(.declined(.pinWrong), campus.account) }
        try await campus.terminal.deliverAll()
        // A word about another PIN clears nothing.
        #expect(try await campus.reason(500, at: campus.other, pinVersion: version + 7) == nil)
        #expect(try await campus.reason(1001, at: campus.other, pinVersion: version) == nil)
        for _ in 0..<2 { try campus.terminal.write(.declined(.pinWrong), campus.account) }
        try await campus.terminal.deliver(3...4)
        #expect(try await !campus.pin().locked)
        try campus.terminal.write(.declined(.pinWrong), campus.account)
        try await campus.terminal.deliver(5...5)
        #expect(try await campus.pin().locked)
    }

    @Test("promise 2: asked again with another word, the hold has the answer that it had")
    func replayed() async throws {
        let campus = try await HoldPolicyCampus(#""pinAboveFen": 1000"#)
        try await campus.setPIN()
        let version = try await campus.pin().version
        var request = try campus.request(1001)
        #expect(try await campus.terminal.hold(request) == .declined(.pinRequired))
        request.pinVersion = version
        #expect(try await campus.terminal.hold(request) == .declined(.pinRequired))
    }

    @Test("a code from the payer's own phone needs no PIN here")
    func code() async throws {
        let campus = try await HoldPolicyCampus(#""pinAboveFen": 1000"#)
        let reference = CodeReference(keyID: 1, serial: 77)
        let request = try campus.terminal.holdRequest(
            campus.terminal.mint(), number: 1, fen: 1001, code: reference)
        #expect(try await campus.terminal.hold(request) == .declined(.codeUnknown))
    }
}

@Suite("The hub splits a hold between subsidy and cash (promises 2, 3 and 4)")
struct HoldSplitTests {
    private static let rules = #""subsidyPermitted": true, "subsidyMealCount": 2"#

    @Test("subsidy first, then cash: both are reserved, and neither is promised twice")
    func split() async throws {
        let campus = try await HoldPolicyCampus(Self.rules, fen: 1000)
        try await campus.grant(800)
        #expect(
            try await campus.terminal.hold(campus.request(500))
                == .held(account: campus.account, available: Amount(fen: 1000), subsidy: Amount(fen: 500)))
        #expect(
            try await campus.other.hold(campus.request(700, at: campus.other))
                == .held(account: campus.account, available: Amount(fen: 600), subsidy: Amount(fen: 300)))
        // The purse is promised; the count of the meal is used up as well.
        #expect(
            try await campus.terminal.hold(campus.request(600))
                == .held(account: campus.account, available: .zero, subsidy: .zero))
        #expect(try await campus.reason(1) == .insufficientFunds)
    }

    @Test("the count of sales with subsidy per meal holds over all terminals, open holds included")
    func mealCount() async throws {
        let campus = try await HoldPolicyCampus(#""subsidyPermitted": true, "subsidyMealCount": 1"#)
        try await campus.grant(5000)
        let first = try campus.request(300)
        #expect(try await campus.subsidy(first) == 300)
        #expect(try await campus.subsidy(campus.request(300, at: campus.other), at: campus.other) == 0)
        // Given up, it may be spent elsewhere; delivered, not any more.
        try campus.terminal.write(.voided, nil, transaction: first.transaction)
        try await campus.terminal.deliverAll()
        let second = try campus.request(300, at: campus.other)
        #expect(try await campus.subsidy(second, at: campus.other) == 300)
        #expect(try await campus.subsidy(campus.request(300)) == 0)
    }

    @Test("what a terminal spent of the subsidy alone and has not delivered is not promised again")
    func undelivered() async throws {
        let campus = try await HoldPolicyCampus(Self.rules, fen: 1000)
        try await campus.grant(800)
        let request = try campus.request(600) {
            ($0.undeliveredFen, $0.undeliveredSubsidyFen, $0.undeliveredMealSubsidies) = (900, 500, 1)
        }
        // ¥8.00 − 5.00 of subsidy, ¥10.00 − 4.00 of cash are left.
        #expect(
            try await campus.terminal.hold(request)
                == .held(account: campus.account, available: Amount(fen: 300), subsidy: Amount(fen: 300)))
        let used = try campus.request(10, at: campus.other) { $0.undeliveredMealSubsidies = 1 }
        #expect(try await campus.subsidy(used, at: campus.other) == 0)
    }

    @Test("what cannot be so is refused as malformed", arguments: ["subsidy", "negative", "meals"])
    func malformed(field: String) async throws {
        let campus = try await HoldPolicyCampus(Self.rules)
        let request = try campus.request(600) {
            $0.undeliveredFen = 100
            switch field {
            case "subsidy": $0.undeliveredSubsidyFen = 101
            case "negative": $0.undeliveredSubsidyFen = -1
            default: $0.undeliveredMealSubsidies = -1
            }
        }
        #expect(try await campus.terminal.ask(.post, "/v1/holds", request).refusal().refusal == .malformedRequest)
    }

    @Test("asked again, also by a restarted hub and after a grant, the split is the one that was given")
    func replayed() async throws {
        let campus = try await HoldPolicyCampus(Self.rules)
        try await campus.grant(200)
        let request = try campus.request(500)
        let answer = try await campus.terminal.hold(request)
        #expect(try await campus.subsidy(request) == 200)
        try await campus.grant(1000)
        #expect(try await campus.terminal.hold(request) == answer)
        let reopened = try await campus.hub.reopened()
        #expect(try await campus.terminal.moved(to: reopened).hold(request) == answer)
    }

    @Test("promise 4: the record captures the hold; what it does not use is free again, in both purses")
    func captured() async throws {
        let campus = try await HoldPolicyCampus(Self.rules, fen: 1000)
        try await campus.grant(800)
        let request = try campus.request(1500)
        #expect(try await campus.subsidy(request) == 800)
        #expect(try await campus.reason(301, at: campus.other) == .insufficientFunds)
        try campus.terminal.write(
            .approved, campus.account, fen: 1000, transaction: request.transaction, path: .online, subsidy: 800)
        try await campus.terminal.deliverAll()
        #expect(try await campus.hub.held(campus.account) == 0)
        #expect(try await campus.hub.balance(campus.account) == 800)
        #expect(try await campus.subsidyLeft() == nil)
        #expect(try await campus.reason(800, at: campus.other) == nil)
        try await campus.hub.requireSoundBooks()
        #expect(try await campus.hub.operate(.get, "/exceptions", as: Page<ExceptionSummary>.self).items.isEmpty)
    }

    @Test("promise 4: a crash between hold and record voids the number, and both purses are free again")
    func crashed() async throws {
        let campus = try await HoldPolicyCampus(Self.rules, fen: 1000)
        try await campus.grant(800)
        let request = try campus.request(1500)
        #expect(try await campus.subsidy(request) == 800)
        try campus.terminal.write(.voided, nil, transaction: request.transaction)
        try await campus.terminal.deliverAll()
        #expect(try await campus.subsidyLeft() == 800)
        #expect(try await campus.subsidy(campus.request(1800, at: campus.other), at: campus.other) == 800)
        try await campus.hub.requireSoundBooks()
    }

    @Test("an older terminal splits by itself: its record posts as it is, and more subsidy than was held is listed")
    func olderTerminal() async throws {
        let campus = try await HoldPolicyCampus(Self.rules, fen: 1000)
        try await campus.grant(800)
        let request = try campus.request(1000)
        #expect(try await campus.subsidy(request) == 800)
        try campus.terminal.write(
            .approved, campus.account, fen: 1000, transaction: request.transaction, path: .online, subsidy: 100)
        let second = try campus.request(100)
        #expect(try await campus.subsidy(second) == 0)
        try campus.terminal.write(
            .approved, campus.account, fen: 100, transaction: second.transaction, path: .online, subsidy: 50)
        try await campus.terminal.deliverAll()
        #expect(try await campus.subsidyLeft() == 650)
        let kinds = try await campus.hub.operate(.get, "/exceptions", as: Page<ExceptionSummary>.self).items.map(\.kind)
        #expect(kinds == [.holdContradicted])
        try await campus.hub.requireSoundBooks()
    }

    @Test("a hub without a policy says nothing about subsidy")
    func silent() async throws {
        let hub = try await HubFixture.open()
        let merchant = try await hub.merchant()
        let account = try await hub.account(1, fen: 1000)
        let terminal = try await hub.terminal([merchant])
        #expect(
            try await terminal.hold(terminal.holdRequest(terminal.mint(), number: 1, fen: 100))
                == .held(account: account, available: Amount(fen: 900)))
    }

    @Test("a terminal that cannot read the newest policy is an exception until it can")
    func standing() async throws {
        let campus = try await HoldPolicyCampus(Self.rules)
        func report(_ standing: TerminalStanding) async throws -> Int {
            try await campus.terminal.ask(.post, "/v1/standing", standing).status
        }
        func open() async throws -> [ExceptionSummary] {
            try await campus.hub.operate(.get, "/exceptions", as: Page<ExceptionSummary>.self).items
        }
        #expect(try await report(TerminalStanding(policy: 1, policyNotUnderstood: nil, version: "1.0")) == 200)
        #expect(try await open().isEmpty)
        for _ in 0..<2 {
            #expect(try await report(TerminalStanding(policy: 1, policyNotUnderstood: 2, version: "1.0")) == 200)
        }
        let listed = try #require(try await open().first)
        #expect(listed.kind == .policyNotUnderstood)
        #expect(listed.occurrences == 2)
        #expect(listed.terminal == campus.terminal.credentials.id)
        #expect(listed.text.contains("version 2"))
        #expect(try await report(TerminalStanding(policy: 2, policyNotUnderstood: nil, version: "1.1")) == 200)
        #expect(try await open().isEmpty)
        #expect(try await report(TerminalStanding(policy: .max, policyNotUnderstood: nil)) == 400)
        let long = String(repeating: "x", count: 65)
        #expect(try await report(TerminalStanding(policy: 1, policyNotUnderstood: nil, version: long)) == 400)
    }
}
