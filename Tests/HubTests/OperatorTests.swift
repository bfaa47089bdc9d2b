import Foundation
import HTTPTypes
import Hub
import HubProtocol
import Payments
import TestSupport
import Testing

@Suite("Operator interface")
struct OperatorTests {
    let hub: HubFixture

    init() async throws { hub = try await HubFixture.open() }

    private func refusal(_ method: HTTPRequest.Method, _ path: String, _ body: (any Encodable)? = nil) async throws
        -> HubRefusal?
    {
        try await hub.operate(method, path, body: body.map { try JSONEncoder().encode($0) }).refusal().refusal
    }

    @Test("a top-up repeated with its reference pays in once and says so")
    func topUpRepeated() async throws {
        let account = try await hub.account(1)
        let request = TopUpRequest(account: account, amountFen: 500, reference: "r-1")
        let first = try await hub.operate(.post, "/topups", request, as: TopUpReceipt.self)
        let second = try await hub.operate(.post, "/topups", request, as: TopUpReceipt.self)
        #expect(!first.repeated)
        #expect(second.repeated)
        #expect(second.posting == first.posting)
        #expect(try await hub.balance(account) == 500)
        try await hub.requireSoundBooks()
    }

    @Test("a reference cannot be used for another account or amount")
    func referenceReused() async throws {
        let account = try await hub.account(1, fen: 500)
        let other = try await hub.account(2)
        #expect(
            try await refusal(.post, "/topups", TopUpRequest(account: account, amountFen: 501, reference: "first-1"))
                == .alreadyExists)
        #expect(
            try await refusal(.post, "/topups", TopUpRequest(account: other, amountFen: 500, reference: "first-1"))
                == .alreadyExists)
        #expect(try await hub.balance(other) == 0)
    }

    @Test("a top-up has bounds and needs an open account")
    func topUpBounds() async throws {
        let account = try await hub.account(1)
        for fen in [0, -5, 100_000_001] as [Int64] {
            #expect(
                try await refusal(.post, "/topups", TopUpRequest(account: account, amountFen: fen, reference: "r"))
                    == .malformedRequest)
        }
        #expect(
            try await refusal(.post, "/topups", TopUpRequest(account: account, amountFen: 5, reference: ""))
                == .malformedRequest)
        try await hub.operate(.post, "/accounts/1/close", as: AccountSummary.self)
        #expect(
            try await refusal(.post, "/topups", TopUpRequest(account: account, amountFen: 5, reference: "r"))
                == .notPermittedInThisState)
    }

    @Test("an account goes from active to frozen and back, and closes for ever")
    func accountLife() async throws {
        try await hub.account(1)
        #expect(try await refusal(.post, "/accounts/1/unfreeze") == .notPermittedInThisState)
        #expect(try await hub.operate(.post, "/accounts/1/freeze", as: AccountSummary.self).status == .frozen)
        #expect(try await refusal(.post, "/accounts/1/freeze") == .notPermittedInThisState)
        #expect(try await hub.operate(.post, "/accounts/1/unfreeze", as: AccountSummary.self).status == .active)
        #expect(try await hub.operate(.post, "/accounts/1/close", as: AccountSummary.self).status == .closed)
        #expect(try await refusal(.post, "/accounts/1/unfreeze") == .notPermittedInThisState)
        #expect(try await refusal(.post, "/accounts/2/freeze") == .notFound)
    }

    @Test("what exists already is refused")
    func duplicates() async throws {
        let account = try await hub.account(1)
        let merchant = try await hub.merchant()
        #expect(try await refusal(.post, "/accounts", NewAccount(id: account, name: "x")) == .alreadyExists)
        #expect(try await refusal(.post, "/cards", NewCard(id: HubFixture.card(1), account: account)) == .alreadyExists)
        #expect(try await refusal(.post, "/merchants", NewMerchant(id: merchant, name: "x")) == .alreadyExists)
        let terminal = try await hub.terminal([merchant])
        #expect(
            try await refusal(
                .post, "/terminals",
                NewTerminal(name: "x", merchants: [merchant], id: terminal.credentials.id)) == .alreadyExists)
    }

    @Test("promise 9: a lost card is on the hot list and a found one is off it, in one step each")
    func lostAndFound() async throws {
        let terminal = try await hub.terminal([try await hub.merchant()])
        let account = try await hub.account(1, fen: 100)
        let card = HubFixture.card(1)
        let before = try await terminal.changes().cursor

        let lost = try await hub.operate(.post, "/cards/\(card.text)/lost", as: CardSummary.self)
        #expect(lost.status == .lost)
        #expect(lost.hotListReason == DeclineReason.cardReportedLost.rawValue)
        let page = try await terminal.changes(after: before)
        #expect(page.changes.compactMap(\.card).map(\.status) == [.lost])
        #expect(
            page.changes.compactMap(\.hotList) == [HotListMessage(card: card, reason: .cardReportedLost, version: 1)])

        let found = try await hub.operate(.post, "/cards/\(card.text)/found", as: CardSummary.self)
        #expect(found.status == .active)
        #expect(found.hotListReason == nil)
        let next = try await terminal.changes(after: page.cursor)
        #expect(next.changes.compactMap(\.card).map(\.status) == [.active])
        #expect(next.changes.compactMap(\.hotList) == [HotListMessage(card: card, reason: nil, version: 2)])
        let answer = try await terminal.hold(terminal.holdRequest(terminal.mint(), number: 1, fen: 1))
        #expect(answer == .held(account: account, available: Amount(fen: 99)))
    }

    @Test("only a lost card can be found")
    func foundOnlyFromLost() async throws {
        try await hub.account(1)
        let path = "/cards/\(HubFixture.card(1).text)"
        #expect(try await refusal(.post, "\(path)/found") == .notPermittedInThisState)
        try await hub.operate(.post, "\(path)/lost", as: CardSummary.self)
        let stolen = try await hub.operate(.post, "\(path)/stolen", as: CardSummary.self)
        #expect(stolen.hotListReason == DeclineReason.cardReportedStolen.rawValue)
        #expect(try await refusal(.post, "\(path)/found") == .notPermittedInThisState)
        #expect(try await refusal(.post, "\(path)/lost") == .notPermittedInThisState)
        try await hub.operate(.post, "\(path)/close", as: CardSummary.self)
        #expect(try await refusal(.post, "\(path)/close") == .notPermittedInThisState)
    }

    @Test("a card needs an open account")
    func cardAccount() async throws {
        let account = try await hub.account(1)
        #expect(
            try await refusal(
                .post, "/cards", NewCard(id: HubFixture.card(9), account: try #require(AccountID(number: 9))))
                == .notFound)
        try await hub.operate(.post, "/accounts/1/close", as: AccountSummary.self)
        #expect(
            try await refusal(.post, "/cards", NewCard(id: HubFixture.card(9), account: account))
                == .notPermittedInThisState)
    }

    @Test("lists page in order and end")
    func pages() async throws {
        for number in 1...5 { try await hub.account(UInt64(number)) }
        var seen: [String] = []
        var after = ""
        while true {
            let page = try await hub.operate(.get, "/accounts?limit=2\(after)", as: Page<AccountSummary>.self)
            seen += page.items.map(\.id.text)
            guard let next = page.next else { break }
            after = "&after=\(next)"
        }
        #expect(seen == ["1", "2", "3", "4", "5"])
        let cards = try await hub.operate(.get, "/cards?account=3", as: Page<CardSummary>.self)
        #expect(cards.items.map(\.id) == [HubFixture.card(3)])
        let first = try await hub.operate(.get, "/cards?limit=4", as: Page<CardSummary>.self)
        let rest = try await hub.operate(
            .get, "/cards?limit=4&after=\(try #require(first.next))", as: Page<CardSummary>.self)
        #expect(first.items.count == 4)
        #expect(rest.items.map(\.id) == [HubFixture.card(5)])
    }

    @Test("a list's limit and filters have bounds", arguments: ["limit=0", "limit=1001", "limit=x", "account=0"])
    func listBounds(query: String) async throws {
        #expect(try await refusal(.get, "/cards?\(query)") == .malformedRequest)
        #expect(try await refusal(.get, "/exceptions?state=none") == .malformedRequest)
        #expect(try await refusal(.get, "/exceptions?after=x") == .malformedRequest)
        #expect(try await refusal(.get, "/accounts?after=x") == .malformedRequest)
    }

    @Test("a statement runs back from the balance, over pages too")
    func statement() async throws {
        let merchant = try await hub.merchant()
        let account = try await hub.account(1, fen: 1000)
        let terminal = try await hub.terminal([merchant])
        for fen in [10, 20, 30] as [Int64] { try terminal.write(.approved, account, fen: fen) }
        try await terminal.deliverAll()
        let whole = try await hub.operate(.get, "/accounts/1/statement", as: Statement.self)
        #expect(whole.lines.map(\.amountFen) == [-30, -20, -10, 1000])
        #expect(whole.lines.map(\.balanceFen) == [940, 970, 990, 1000])
        #expect(
            whole.lines.map(\.counterparty) == [
                .merchant(merchant), .merchant(merchant), .merchant(merchant), .funding,
            ])
        #expect(whole.lines.first?.transaction == terminal.records.last?.transaction)
        #expect(whole.lines.last?.reference == "first-1")
        let first = try await hub.operate(.get, "/accounts/1/statement?limit=2", as: Statement.self)
        let rest = try await hub.operate(
            .get, "/accounts/1/statement?limit=2&before=\(try #require(first.next))", as: Statement.self)
        #expect(first.lines + rest.lines == whole.lines)
        #expect(rest.next == nil)
        let sold = try await hub.operate(.get, "/merchants/\(merchant)/statement", as: Statement.self)
        #expect(sold.balanceFen == 60)
        #expect(sold.lines.map(\.balanceFen) == [60, 30, 10])
        #expect(try await refusal(.get, "/merchants/none/statement") == .notFound)
    }

    @Test("an exception is closed once, with a note, and may come again")
    func exceptions() async throws {
        let terminal = try await hub.terminal([try await hub.merchant()])
        let clone = terminal.withJournal(3)
        _ = try await clone.register()
        let open = try await hub.exceptions()
        let id = try #require(open.first?.id)
        #expect(try await refusal(.post, "/exceptions/\(id)/close", ExceptionNote(note: "")) == .malformedRequest)
        let closed = try await hub.operate(
            .post, "/exceptions/\(id)/close", ExceptionNote(note: "磁盘已更换"), as: ExceptionSummary.self)
        #expect(closed.note == "磁盘已更换")
        #expect(
            try await refusal(.post, "/exceptions/\(id)/close", ExceptionNote(note: "x")) == .notPermittedInThisState)
        #expect(try await refusal(.post, "/exceptions/99/close", ExceptionNote(note: "x")) == .notFound)
        #expect(try await refusal(.post, "/exceptions/x/close", ExceptionNote(note: "x")) == .malformedRequest)
        #expect(try await hub.exceptions().isEmpty)
        _ = try await clone.register()
        #expect(try await hub.exceptions().count == 1)
        let all = try await hub.operate(.get, "/exceptions?state=all", as: Page<ExceptionSummary>.self)
        #expect(all.items.count == 2)
        let done = try await hub.operate(.get, "/exceptions?state=closed", as: Page<ExceptionSummary>.self)
        #expect(done.items == [closed])
    }

    @Test("terminals get the next free number, or the one asked for")
    func terminalNumbers() async throws {
        let merchant = try await hub.merchant()
        let first = try await hub.terminal([merchant])
        #expect(first.credentials.id.text == "000000000001")
        let wanted = try #require(TerminalID(number: 0xFF))
        let asked = try await hub.operate(
            .post, "/terminals", NewTerminal(name: "x", merchants: [merchant], id: wanted),
            as: TerminalCredentials.self)
        #expect(asked.id.text == "0000000000FF")
        #expect(asked.secret.count == 64)
        #expect(asked.secret != first.credentials.secret)
        let next = try await hub.terminal([merchant])
        #expect(next.credentials.id.text == "000000000100")
        let listed = try await hub.operate(.get, "/terminals?limit=2", as: Page<TerminalSummary>.self)
        #expect(listed.items.map(\.id.number) == [1, 0xFF])
        #expect(listed.next == "0000000000FF")
    }

    @Test("a terminal needs merchants that exist, and they can be changed")
    func terminalMerchants() async throws {
        let merchant = try await hub.merchant()
        #expect(try await refusal(.post, "/terminals", NewTerminal(name: "x", merchants: [])) == .malformedRequest)
        let nobody = try #require(MerchantID(text: "nobody"))
        #expect(try await refusal(.post, "/terminals", NewTerminal(name: "x", merchants: [nobody])) == .notFound)
        let terminal = try await hub.terminal([merchant])
        let path = "/terminals/\(terminal.credentials.id)/merchants"
        let bakery = try await hub.merchant("bakery")
        let changed = try await hub.operate(
            .put, path, TerminalMerchants(merchants: [bakery, bakery]), as: TerminalSummary.self)
        #expect(changed.merchants == [bakery])
        #expect(try await refusal(.put, path, TerminalMerchants(merchants: [nobody])) == .notFound)
        let kept = try await hub.operate(.get, "/terminals/\(terminal.credentials.id)", as: TerminalSummary.self)
        #expect(kept.merchants == [bakery])
    }

    @Test("the last contact is shown, and outlives a restart")
    func lastContact() async throws {
        let terminal = try await hub.terminal([try await hub.merchant()])
        hub.clock.advance(by: .seconds(5))
        _ = try await terminal.changes()
        let path = "/terminals/\(terminal.credentials.id)"
        let now = hub.clock.now().milliseconds
        #expect(try await hub.operate(.get, path, as: TerminalSummary.self).lastContactMilliseconds == now)
        let reopened = try await hub.reopened()
        #expect(try await reopened.operate(.get, path, as: TerminalSummary.self).lastContactMilliseconds == now)
    }

    @Test("texts have bounds", arguments: ["", "a\u{7}b", "a\nb", String(repeating: "名", count: 41)])
    func texts(name: String) async throws {
        let id = try #require(AccountID(number: 1))
        #expect(try await refusal(.post, "/accounts", NewAccount(id: id, name: name)) == .malformedRequest)
    }

    @Test("the overview counts")
    func status() async throws {
        try await hub.account(1)
        let status = try await hub.operate(.get, "/hub", as: HubStatus.self)
        #expect(status.campus == "Test")
        #expect(status.accounts == 1)
        #expect(status.terminals == 0)
        #expect(status.issuesCodes)
    }
}
