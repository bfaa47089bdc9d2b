import Foundation
import HTTPTypes
import Hub
import HubProtocol
import Payments
import TestSupport
import Testing

@Suite("Holds")
struct HoldTests {
    let hub: HubFixture
    let account: AccountID
    let terminal: TestTerminal

    init() async throws {
        hub = try await HubFixture.open()
        let merchant = try await hub.merchant()
        account = try await hub.account(1, fen: 1000)
        terminal = try await hub.terminal([merchant])
    }

    @Test("a hold is granted within the balance and lowers what is available, not the balance")
    func granted() async throws {
        let answer = try await terminal.hold(terminal.holdRequest(terminal.mint(), number: 1, fen: 600))
        #expect(answer == .held(account: account, available: Amount(fen: 400)))
        #expect(try await hub.balance(account) == 1000)
        #expect(try await hub.held(account) == 600)
    }

    @Test("promise 2: the same hold asked twice gets the stored answer and holds once")
    func twice() async throws {
        let request = try terminal.holdRequest(terminal.mint(), number: 1, fen: 600)
        let first = try await terminal.hold(request)
        let second = try await terminal.hold(request)
        #expect(first == second)
        #expect(try await hub.held(account) == 600)
    }

    @Test("a resend that knows of more undelivered sales is the same hold")
    func resendWithOtherUndelivered() async throws {
        var request = try terminal.holdRequest(terminal.mint(), number: 1, fen: 600)
        let first = try await terminal.hold(request)
        request.undeliveredFen = 300
        #expect(try await terminal.hold(request) == first)
    }

    @Test("promise 2: a declined id stays declined after the reason has gone")
    func declinedStaysDeclined() async throws {
        let request = try terminal.holdRequest(terminal.mint(), number: 1, fen: 1001)
        #expect(try await terminal.hold(request) == .declined(.insufficientFunds))
        try await hub.operate(
            .post, "/topups", TopUpRequest(account: account, amountFen: 5000, reference: "later"),
            as: TopUpReceipt.self)
        #expect(try await terminal.hold(request) == .declined(.insufficientFunds))
        #expect(try await hub.held(account) == 0)
    }

    @Test("one id for two holds is refused", arguments: ["amount", "card", "merchant", "lane", "proof"])
    func contentChanged(field: String) async throws {
        var request = try terminal.holdRequest(terminal.mint(), number: 1, fen: 600)
        _ = try await terminal.hold(request)
        switch field {
        case "amount": request.amountFen = 601
        case "card": request.card = HubFixture.card(2)
        case "merchant": request.merchant = try #require(MerchantID(text: "other"))
        case "lane": request.lane = try #require(LaneID(text: "lane-2"))
        default: request.proof = .unproven
        }
        let refusal = try await terminal.ask(.post, "/v1/holds", request).refusal()
        #expect(refusal.refusal == .transactionReused)
        #expect(try await hub.held(account) == 600)
    }

    @Test("a hold that arrives after its record is declined as voided and holds nothing")
    func lateHold() async throws {
        let transaction = terminal.mint()
        try terminal.write(.voided, nil, transaction: transaction)
        try await terminal.deliverAll()
        let answer = try await terminal.hold(terminal.holdRequest(transaction, number: 1, fen: 600))
        #expect(answer == .declined(.transactionVoided))
        #expect(try await hub.held(account) == 0)
    }

    @Test("a hold asked again after its record gets the answer that was given")
    func resendAfterRecord() async throws {
        let transaction = terminal.mint()
        let request = try terminal.holdRequest(transaction, number: 1, fen: 600)
        let answer = try await terminal.hold(request)
        try terminal.write(.approved, account, fen: 600, transaction: transaction, path: .online)
        try await terminal.deliverAll()
        #expect(try await terminal.hold(request) == answer)
        #expect(try await hub.held(account) == 0)
        #expect(try await hub.balance(account) == 400)
    }

    @Test("concurrent holds of one account never exceed its balance")
    func concurrent() async throws {
        let merchant = terminal.merchant
        var terminals = [terminal]
        for number in 0..<3 { terminals.append(try await hub.terminal([merchant], journal: UInt32(number))) }
        let granted = try await withThrowingTaskGroup(of: Bool.self) { group in
            for index in 0..<40 {
                let terminal = terminals[index % terminals.count]
                group.addTask {
                    let request = try terminal.holdRequest(terminal.mint(), number: 1, fen: 70)
                    if case .held = try await terminal.hold(request) { return true }
                    return false
                }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(granted == 14)
        #expect(try await hub.held(account) == 980)
    }

    @Test("what the terminal sold alone and has not delivered is not promised again")
    func undelivered() async throws {
        let declined = try terminal.holdRequest(terminal.mint(), number: 1, fen: 600, undelivered: 401)
        #expect(try await terminal.hold(declined) == .declined(.insufficientFunds))
        let granted = try terminal.holdRequest(terminal.mint(), number: 1, fen: 600, undelivered: 400)
        #expect(try await terminal.hold(granted) == .held(account: account, available: .zero))
    }

    @Test("an unknown card is declined")
    func unknownCard() async throws {
        let answer = try await terminal.hold(terminal.holdRequest(terminal.mint(), number: 99, fen: 1))
        #expect(answer == .declined(.cardUnknown))
    }

    @Test(
        "a card that is not in use is declined with its reason",
        arguments: zip(
            ["lost", "stolen", "close"],
            [DeclineReason.cardReportedLost, .cardReportedStolen, .cardNotActive]))
    func cardStatus(verb: String, reason: DeclineReason) async throws {
        try await hub.operate(.post, "/cards/\(HubFixture.card(1).text)/\(verb)", as: CardSummary.self)
        let answer = try await terminal.hold(terminal.holdRequest(terminal.mint(), number: 1, fen: 1))
        #expect(answer == .declined(reason))
    }

    @Test(
        "an account that is not active is declined with its reason",
        arguments: zip(["freeze", "close"], [DeclineReason.accountFrozen, .accountClosed]))
    func accountStatus(verb: String, reason: DeclineReason) async throws {
        try await hub.operate(.post, "/accounts/1/\(verb)", as: AccountSummary.self)
        let answer = try await terminal.hold(terminal.holdRequest(terminal.mint(), number: 1, fen: 1))
        #expect(answer == .declined(reason))
    }

    @Test("a merchant that the terminal may not sell for is declined")
    func merchant() async throws {
        let other = try await hub.merchant("bakery")
        let answer = try await terminal.hold(
            terminal.holdRequest(terminal.mint(), number: 1, fen: 1, merchant: other))
        #expect(answer == .declined(.merchantNotPermitted))
    }

    @Test("a card that was only read pays online as configured", arguments: [true, false])
    func unproven(permitted: Bool) async throws {
        let hub = try await HubFixture.open { $0.unprovenCardsOnline = permitted }
        let terminal = try await hub.terminal([try await hub.merchant()])
        let account = try await hub.account(1, fen: 100)
        let answer = try await terminal.hold(
            terminal.holdRequest(terminal.mint(), number: 1, fen: 1, proof: .unproven))
        #expect(
            answer
                == (permitted
                    ? .held(account: account, available: Amount(fen: 99)) : .declined(.unprovenCardNotPermitted)))
    }

    @Test("a hold of another terminal's transaction is refused")
    func foreignTransaction() async throws {
        let other = try await hub.terminal([terminal.merchant])
        let request = try terminal.holdRequest(other.mint(), number: 1, fen: 1)
        #expect(try await terminal.ask(.post, "/v1/holds", request).refusal().refusal == .terminalNotPermitted)
    }

    @Test("a hold of a journal that is not registered is refused")
    func foreignJournal() async throws {
        let clone = terminal.withJournal(0xDEAD_BEEF)
        let request = try clone.holdRequest(clone.mint(), number: 1, fen: 1)
        #expect(try await clone.ask(.post, "/v1/holds", request).refusal().refusal == .journalUnknown)
    }

    @Test("promise 4: an approved record captures its hold once, for its own amount")
    func captured() async throws {
        let transaction = terminal.mint()
        _ = try await terminal.hold(terminal.holdRequest(transaction, number: 1, fen: 600))
        try terminal.write(.approved, account, fen: 550, transaction: transaction, path: .online)
        try await terminal.deliverAll()
        try await terminal.deliverAll()
        #expect(try await hub.held(account) == 0)
        #expect(try await hub.balance(account) == 450)
        let holds = try await hub.operate(.get, "/holds?state=all", as: Page<HoldSummary>.self).items
        #expect(holds.map(\.state) == [.captured])
        #expect(try await hub.exceptions().isEmpty)
        try await hub.requireSoundBooks()
    }

    @Test("a declined or voided record releases its hold", arguments: [true, false])
    func released(voided: Bool) async throws {
        let transaction = terminal.mint()
        _ = try await terminal.hold(terminal.holdRequest(transaction, number: 1, fen: 600))
        if voided {
            try terminal.write(.voided, nil, transaction: transaction)
        } else {
            try terminal.write(.declined(.storageUnavailable), account, transaction: transaction)
        }
        try await terminal.deliverAll()
        #expect(try await hub.held(account) == 0)
        let holds = try await hub.operate(.get, "/holds?state=all", as: Page<HoldSummary>.self).items
        #expect(holds.map(\.state) == [.released])
    }

    @Test("a record above its hold posts and is listed as an exception")
    func aboveHold() async throws {
        let transaction = terminal.mint()
        _ = try await terminal.hold(terminal.holdRequest(transaction, number: 1, fen: 600))
        try terminal.write(.approved, account, fen: 601, transaction: transaction, path: .online)
        try await terminal.deliverAll()
        #expect(try await hub.exceptions().map(\.kind) == [.holdContradicted])
        #expect(try await hub.balance(account) == 399)
    }

    @Test("a record that claims the hub's word without a hold is listed as an exception")
    func claimedHold() async throws {
        try terminal.write(.approved, account, path: .online)
        try await terminal.deliverAll()
        #expect(try await hub.exceptions().map(\.kind) == [.holdMissing])
    }

    @Test("a sale that the terminal approved alone after the hub's unheard no posts and is listed")
    func approvedAfterDecline() async throws {
        let transaction = terminal.mint()
        _ = try await terminal.hold(terminal.holdRequest(transaction, number: 1, fen: 1001))
        try terminal.write(.approved, account, fen: 1001, transaction: transaction, path: .offline(.timedOut))
        try await terminal.deliverAll()
        let kinds = try await hub.exceptions().map(\.kind)
        #expect(Set(kinds) == [.approvedAfterDecline, .overdrawn])
        #expect(try await hub.balance(account) == -1)
        try await hub.requireSoundBooks()
    }

    @Test("a hold without a word from its terminal gives its money back after the configured time")
    func expired() async throws {
        let transaction = terminal.mint()
        _ = try await terminal.hold(terminal.holdRequest(transaction, number: 1, fen: 900))
        hub.clock.advance(by: .seconds(72 * 3600))
        let early = try await terminal.hold(terminal.holdRequest(terminal.mint(), number: 1, fen: 200))
        #expect(early == .declined(.insufficientFunds))
        hub.clock.advance(by: .milliseconds(1))
        let answer = try await terminal.hold(terminal.holdRequest(terminal.mint(), number: 1, fen: 200))
        #expect(answer == .held(account: account, available: Amount(fen: 800)))
        let holds = try await hub.operate(.get, "/holds?state=all", as: Page<HoldSummary>.self).items
        #expect(holds.last?.state == .expired)
    }

    @Test("the list of holds pages and filters")
    func list() async throws {
        for _ in 0..<3 { _ = try await terminal.hold(terminal.holdRequest(terminal.mint(), number: 1, fen: 10)) }
        _ = try await terminal.hold(terminal.holdRequest(terminal.mint(), number: 1, fen: 5000))
        let first = try await hub.operate(.get, "/holds?state=all&limit=3", as: Page<HoldSummary>.self)
        #expect(first.items.map(\.state) == [.declined, .held, .held])
        let next = try #require(first.next)
        let second = try await hub.operate(.get, "/holds?state=all&limit=3&after=\(next)", as: Page<HoldSummary>.self)
        #expect(second.items.count == 1)
        #expect(second.next == nil)
        #expect(try await hub.operate(.get, "/holds?account=1", as: Page<HoldSummary>.self).items.count == 3)
    }
}
