import Foundation
import HTTPTypes
import Hub
import HubProtocol
import Hummingbird
import HummingbirdTesting
import Payments
import ServiceLifecycle
import SmartCards
import TestSupport
import Testing

@Suite("Loads")
struct LoadTests {
    let hub: HubFixture
    let terminal: TestTerminal
    let account: AccountID
    var purse: TestPurse

    init() async throws {
        hub = try await HubFixture.openWithPurses()
        terminal = try await hub.terminal([try await hub.merchant()])
        account = try await hub.account(7, fen: 60_000)
        purse = try TestPurse(number: 7)
        try await hub.operate(.post, "/cards", NewCard(id: purse.card, account: account), as: CardSummary.self)
    }

    /// Asks for a load and, when granted, lets the card take it.
    private mutating func load(_ fen: UInt32) async throws -> (TransactionID, LoadHoldAnswer) {
        let transaction = terminal.mint()
        let initialization = try purse.initializeLoad(fen, terminal: terminal.id)
        let answer = try await terminal.load(
            terminal.loadRequest(transaction, purse, fen: Int64(fen), initialization: initialization))
        if let grant = answer.grant {
            #expect(try purse.credit(initialization, fen, terminal: terminal.id, grant: grant))
        }
        return (transaction, answer)
    }

    @Test("a load is reserved, the card takes the hub's MAC2, and the record moves the money")
    mutating func load() async throws {
        let (transaction, answer) = try await load(5000)
        #expect(answer.grant?.account == account)
        #expect(try await hub.held(account) == 5000)
        try terminal.writeLoad(.approved, card: purse.card, fen: 5000, account: account, transaction: transaction)
        try await terminal.deliverAll()
        #expect(try await hub.held(account) == 0)
        #expect(try await hub.balance(account) == 55_000)
        #expect(try await hub.purse(purse.card).status == .agrees)
        try terminal.write(.approved, purse.pay(800, terminal: terminal.id))
        try await terminal.deliverAll()
        let summary = try await hub.purse(purse.card)
        #expect(summary.status == .agrees)
        #expect(summary.booksFen == 4200)
        #expect(try await hub.exceptions().isEmpty)
        try await hub.requireSoundBooks()
    }

    @Test("promise 2: the same request gets the very same answer, at another time too; other content is refused")
    mutating func repeated() async throws {
        let transaction = terminal.mint()
        let initialization = try purse.initializeLoad(100, terminal: terminal.id)
        let request = try terminal.loadRequest(transaction, purse, fen: 100, initialization: initialization)
        let first = try await terminal.load(request)
        hub.clock.advance(by: .seconds(61))
        let second = try await terminal.load(request)
        #expect(first.grant != nil)
        #expect(first.grant == second.grant)
        #expect(try await hub.held(account) == 100)
        for (fen, bytes) in [(101, initialization), (100, try purse.initializeLoad(100, terminal: terminal.id))] {
            let other = try terminal.loadRequest(transaction, purse, fen: Int64(fen), initialization: bytes)
            let refusal = try await terminal.ask(.post, "/v1/loads", other).refusal()
            #expect(refusal.refusal == .transactionReused)
        }
        let hold = try terminal.holdRequest(transaction, number: 7, fen: 100)
        #expect(try await terminal.ask(.post, "/v1/holds", hold).refusal().refusal == .transactionReused)
    }

    @Test("never two grants for one serial of a card: a second load waits for the first one's outcome")
    mutating func oneGrantPerSerial() async throws {
        let first = terminal.mint()
        _ = try await terminal.load(
            terminal.loadRequest(
                first, purse, fen: 100, initialization: purse.initializeLoad(100, terminal: terminal.id)))
        let (_, refused) = try await load(100)
        #expect(refused.reason == DeclineReason.transactionVoided.rawValue)
        try terminal.writeLoad(
            .declined(.cardRefusedDebit), card: purse.card, fen: 100, account: account, transaction: first)
        try await terminal.deliverAll()
        let stale = try purse.initializeLoad(100, terminal: terminal.id)
        let (second, granted) = try await load(100)
        #expect(granted.grant != nil)
        try terminal.writeLoad(.approved, card: purse.card, fen: 100, account: account, transaction: second)
        try await terminal.deliverRest()
        let late = try await terminal.load(
            terminal.loadRequest(terminal.mint(), purse, fen: 100, initialization: stale))
        #expect(late.reason == DeclineReason.transactionVoided.rawValue)
        try await hub.requireSoundBooks()
    }

    @Test("a card whose MAC1 is wrong is not genuine")
    mutating func notGenuine() async throws {
        var initialization = try purse.initializeLoad(100, terminal: terminal.id)
        initialization[15] ^= 1
        let answer = try await terminal.load(
            terminal.loadRequest(terminal.mint(), purse, fen: 100, initialization: initialization))
        #expect(answer.reason == DeclineReason.cardNotGenuine.rawValue)
        // MAC1 covers the amount too.
        let other = try await terminal.load(
            terminal.loadRequest(
                terminal.mint(), purse, fen: 101, initialization: purse.initializeLoad(100, terminal: terminal.id)))
        #expect(other.reason == DeclineReason.cardNotGenuine.rawValue)
    }

    @Test("funds, limits, card and account are looked at")
    mutating func objections() async throws {
        #expect(try await load(60_001).1.reason == DeclineReason.cardLimitExceeded.rawValue)
        #expect(try await load(50_001).1.reason == DeclineReason.cardLimitExceeded.rawValue)
        purse.balance = 60_000
        #expect(try await load(40_001).1.reason == DeclineReason.cardLimitExceeded.rawValue)
        purse.balance = 0
        _ = try await terminal.hold(terminal.holdRequest(terminal.mint(), number: 7, fen: 30_000))
        #expect(try await load(30_001).1.reason == DeclineReason.insufficientFunds.rawValue)
        try await hub.operate(.post, "/cards/\(purse.card.text)/lost", as: CardSummary.self)
        #expect(try await load(10).1.reason == DeclineReason.cardReportedLost.rawValue)
        try await hub.operate(.post, "/cards/\(purse.card.text)/found", as: CardSummary.self)
        try await hub.operate(.post, "/accounts/7/freeze", as: AccountSummary.self)
        #expect(try await load(10).1.reason == DeclineReason.accountFrozen.rawValue)
        purse = try TestPurse(number: 8)
        #expect(try await load(10).1.reason == DeclineReason.cardUnknown.rawValue)
        #expect(try await hub.operate(.get, "/holds", as: Page<HoldSummary>.self).items.count == 1)
    }

    @Test(
        "a request that makes no sense is refused with the wrong field", arguments: ["card", "init", "info", "amount"])
    mutating func malformed(field: String) async throws {
        var request = try terminal.loadRequest(
            terminal.mint(), purse, fen: 10, initialization: purse.initializeLoad(10, terminal: terminal.id))
        switch field {
        case "card": request.card = .uid([1, 2, 3, 4])
        case "init": request.initialization += "00"
        case "info": request.publicInformation = "00"
        default: request.amountFen = 0
        }
        let refusal = try await terminal.ask(.post, "/v1/loads", request).refusal()
        #expect(refusal.refusal == .malformedRequest)
    }

    @Test("a hub without a load key fills no purses")
    mutating func keyless() async throws {
        let keyless = try await HubFixture.open()
        let terminal = try await keyless.terminal([try await keyless.merchant()])
        let request = try terminal.loadRequest(
            terminal.mint(), purse, fen: 10, initialization: purse.initializeLoad(10, terminal: terminal.id))
        #expect(try await terminal.ask(.post, "/v1/loads", request).refusal().refusal == .notPermittedInThisState)
    }

    @Test(
        "promise 4: the hold of an unknown load stays beyond its age, and the outcome resolves it",
        arguments: [true, false])
    mutating func unknown(happened: Bool) async throws {
        let transaction = terminal.mint()
        let initialization = try purse.initializeLoad(500, terminal: terminal.id)
        let answer = try await terminal.load(
            terminal.loadRequest(transaction, purse, fen: 500, initialization: initialization))
        try terminal.writeLoad(.unknown, card: purse.card, fen: 500, account: account, transaction: transaction)
        try await terminal.deliverAll()
        hub.clock.advance(by: .seconds(365 * 86_400))
        _ = try await terminal.hold(terminal.holdRequest(terminal.mint(), number: 7, fen: 1))
        #expect(try await hub.held(account) == 501)
        if happened {
            #expect(
                try purse.credit(
                    initialization, 500, terminal: terminal.id, grant: try #require(answer.grant)))
        }
        try terminal.writeLoad(
            .resolved(Resolution(subject: transaction, verdict: happened ? .happened : .didNotHappen)),
            card: purse.card, fen: 500, account: account)
        try await terminal.deliverAll()
        #expect(try await hub.held(account) == 1)
        #expect(try await hub.balance(account) == (happened ? 59_500 : 60_000))
        #expect(try await hub.purse(purse.card).status == .agrees)
        try await hub.requireSoundBooks()
    }

    @Test("a purchase after an unknown load shows the load in the card's balance")
    mutating func jump() async throws {
        let (first, _) = try await load(1000)
        try terminal.writeLoad(.approved, card: purse.card, fen: 1000, account: account, transaction: first)
        try terminal.write(.approved, purse.pay(100, terminal: terminal.id))
        let (second, _) = try await load(500)
        try terminal.writeLoad(.unknown, card: purse.card, fen: 500, account: account, transaction: second)
        try await terminal.deliverAll()
        #expect(try await hub.move(second).state == .unknown)
        try terminal.write(.approved, purse.pay(100, terminal: terminal.id))
        try await terminal.deliverAll()
        #expect(try await hub.move(second).state == .happened)
        #expect(try await hub.held(account) == 0)
        let summary = try await hub.purse(purse.card)
        #expect(summary.status == .agrees)
        #expect(summary.booksFen == 1300)
        try await hub.requireSoundBooks()
    }

    /// `till-lab simulate --seed 300020 --terminals 4 --days 3 --sales 80`: the card had never paid before.
    @Test(
        "an unknown load is proven by what the next purchase found, also as the card's first transaction and over gaps",
        arguments: [0, 2])
    mutating func firstLoad(gap: UInt16) async throws {
        let (transaction, _) = try await load(1000)
        try terminal.writeLoad(.unknown, card: purse.card, fen: 1000, account: account, transaction: transaction)
        try await terminal.deliverAll()
        purse.offline += gap
        try terminal.write(.approved, purse.pay(100, terminal: terminal.id))
        try await terminal.deliverAll()
        #expect(try await hub.move(transaction).state == .happened)
        #expect(try await hub.held(account) == 0)
        let summary = try await hub.purse(purse.card)
        #expect(summary.status == .agrees)
        #expect(summary.booksFen == 900)
        try await hub.requireSoundBooks()
    }

    @Test("a card's first load that the next purchase did not find never happened, and its hold is given up")
    mutating func unraised() async throws {
        purse.balance = 1000
        try await hub.openPurse(purse)
        try terminal.write(.approved, purse.pay(100, terminal: terminal.id))
        let transaction = terminal.mint()
        let initialization = try purse.initializeLoad(500, terminal: terminal.id)
        _ = try await terminal.load(
            terminal.loadRequest(transaction, purse, fen: 500, initialization: initialization))
        try terminal.writeLoad(.unknown, card: purse.card, fen: 500, account: account, transaction: transaction)
        try await terminal.deliverAll()
        #expect(try await hub.held(account) == 500)
        try terminal.write(.approved, purse.pay(100, terminal: terminal.id))
        try await terminal.deliverAll()
        #expect(try await hub.move(transaction).state == .didNotHappen)
        #expect(try await hub.held(account) == 0)
        #expect(try await hub.purse(purse.card).status == .agrees)
        try await hub.requireSoundBooks()
    }

    @Test("a load that began with a balance that the card had held before another load is not taken to have failed")
    mutating func sameBalanceAgain() async throws {
        purse.balance = 1000
        try await hub.openPurse(purse)
        for _ in 0..<2 { try terminal.write(.approved, purse.pay(100, terminal: terminal.id)) }
        let (first, _) = try await load(100)
        try terminal.writeLoad(.approved, card: purse.card, fen: 100, account: account, transaction: first)
        // The card holds what it held between its two purchases, and takes this load.
        let (second, _) = try await load(500)
        try terminal.writeLoad(.unknown, card: purse.card, fen: 500, account: account, transaction: second)
        try await terminal.deliverAll()
        #expect(try await hub.move(second).state == .unknown)
        #expect(try await hub.held(account) == 500)
        try terminal.write(.approved, purse.pay(50, terminal: terminal.id))
        try await terminal.deliverAll()
        #expect(try await hub.move(second).state == .happened)
        #expect(try await hub.purse(purse.card).status == .agrees)
        try await hub.requireSoundBooks()
    }

    @Test("a load without a grant, or above it, posts and is listed: the card has the money")
    mutating func contradicted() async throws {
        try terminal.writeLoad(.approved, card: purse.card, fen: 50, account: account)
        let (transaction, _) = try await load(100)
        try terminal.writeLoad(.approved, card: purse.card, fen: 200, account: account, transaction: transaction)
        try await terminal.deliverAll()
        #expect(Set(try await hub.exceptions().map(\.kind)) == [.holdMissing, .holdContradicted])
        #expect(try await hub.balance(account) == 59_750)
        try await hub.requireSoundBooks()
    }

    @Test("a live hub grants a load over HTTP, and wants credentials")
    mutating func live() async throws {
        let transaction = terminal.mint()
        let request = try terminal.loadRequest(
            transaction, purse, fen: 100, initialization: purse.initializeLoad(100, terminal: terminal.id))
        let body = try JSONEncoder().encode(request)
        let authorization = terminal.authorization
        try await hub.hub.terminalInterface().test(.live) { client in
            let refused = try await client.executeRequest(
                uri: "/v1/loads", method: .post, headers: [:], body: ByteBuffer(bytes: body))
            #expect(refused.status.code == 401)
            let granted = try await client.executeRequest(
                uri: "/v1/loads", method: .post, headers: [.authorization: authorization],
                body: ByteBuffer(bytes: body))
            #expect(granted.status.code == 200)
            let answer = try JSONDecoder().decode(LoadHoldAnswer.self, from: Data(granted.body.readableBytesView))
            #expect(answer.grant?.mac2.count == 8)
        }
    }
}
