import Foundation
import HTTPTypes
import Hub
import HubProtocol
import Payments
import TestSupport
import Testing

@Suite("Refunds of what a card's own purse paid, at the hub")
struct PurseRefundTests {
    let hub: HubFixture
    let merchant: MerchantID
    let terminal: TestTerminal
    let account: AccountID
    var purse: TestPurse

    init() async throws {
        hub = try await HubFixture.openWithPurses()
        merchant = try await hub.merchant()
        terminal = try await hub.terminal([merchant])
        account = try await hub.account(7, fen: 1000)
        purse = try TestPurse(number: 7, balance: 10_000)
        try await hub.operate(.post, "/cards", NewCard(id: purse.card, account: account), as: CardSummary.self)
        try await hub.openPurse(purse)
    }

    private func requireAgreement(holding fen: Int64) async throws {
        let summary = try await hub.purse(purse.card)
        #expect(summary.status == .agrees && summary.booksFen == fen, "\(summary)")
        #expect(try await hub.operate(.get, "/purses?state=drift", as: Page<PurseSummary>.self).items == [])
        let report = try await hub.operate(
            .post, "/reconciliations", ReconciliationRequest(day: hub.today), as: ReconciliationReport.self)
        #expect(report.differences == [] && report.pursesApart == 0, "\(report.differences)")
        try await hub.requireSoundBooks()
    }

    @Test(
        "promise 3: the account gets the money, the card is left as it is, and nothing drifts",
        arguments: [false, true])
    mutating func credited(isVoid: Bool) async throws {
        let sale = try terminal.write(.approved, purse.pay(700, terminal: terminal.id))
        try terminal.correct(sale, fen: 700, isVoid: isVoid) { [account] in $0.account = account }
        try await terminal.deliverAll()
        #expect(try await hub.balance(account) == 1700)
        let line = try #require(
            try await hub.operate(.get, "/accounts/7/statement", as: Statement.self).lines.first)
        #expect(line.kind == (isVoid ? .void : .refund) && line.amountFen == 700 && line.purse == .cash)
        #expect(line.counterparty == .merchant(merchant))
        #expect(try await hub.exceptions().isEmpty)
        try await requireAgreement(holding: 9300)

        // 圈存 brings it onto the card; sales after it still agree.
        let transaction = terminal.mint()
        let initialization = try purse.initializeLoad(700, terminal: terminal.id)
        let grant = try #require(
            try await terminal.load(
                terminal.loadRequest(transaction, purse, fen: 700, initialization: initialization)
            ).grant)
        #expect(try purse.credit(initialization, 700, terminal: terminal.id, grant: grant))
        try terminal.writeLoad(.approved, card: purse.card, fen: 700, account: account, transaction: transaction)
        try terminal.write(.approved, purse.pay(50, terminal: terminal.id))
        try await terminal.deliverRest()
        #expect(try await hub.balance(account) == 1000)
        try await requireAgreement(holding: 9950)
    }

    @Test("a purchase that was unknown and happened is given back")
    mutating func unknown() async throws {
        let intent = try purse.initialize(300, terminal: terminal.id)
        _ = try purse.debit(intent)
        let sale = try terminal.write(.unknown, intent)
        try terminal.write(
            .resolved(Resolution(subject: sale.transaction, verdict: .happened)), purse.proven(intent))
        try terminal.correct(sale, fen: 300) { [account] in $0.account = account }
        try await terminal.deliverAll()
        #expect(try await hub.balance(account) == 1300)
        #expect(try await hub.exceptions().isEmpty)
        try await requireAgreement(holding: 9700)
    }

    @Test(
        "promise 3: never above the sale, what the office gave included, and only to the card's own account",
        arguments: ["office", "above", "account", "nobody", "taken back"])
    mutating func contested(flaw: String) async throws {
        var card = purse.card
        var sale: JournalRecord
        if flaw == "nobody" {
            var stranger = try TestPurse(number: 99, balance: 10_000)
            card = stranger.card
            try await hub.openPurse(stranger)
            sale = try terminal.write(.approved, stranger.pay(700, terminal: terminal.id))
        } else {
            sale = try terminal.write(.approved, purse.pay(700, terminal: terminal.id))
        }
        try await terminal.deliverAll()
        var refund: Int64 = 700
        var payee = account
        switch flaw {
        case "office":
            let proposal = NewAdjustment(
                kind: .refund, amountFen: 300, account: account, merchant: merchant, transaction: sale.transaction,
                note: "cold soup")
            _ = try await hub.approve(try await hub.propose(proposal))
            refund = 401
        case "above": refund = 701
        case "account": payee = try await hub.account(8)
        case "taken back": sale.transaction = terminal.mint()
        default: break
        }
        try terminal.correct(sale, fen: refund) { [payee] in $0.account = payee }
        if flaw == "taken back" { try terminal.write(.voided, nil, transaction: sale.transaction) }
        try await terminal.deliverRest()
        let contested = try await hub.exceptions().filter { $0.kind == .correctionContested }
        #expect(contested.count == 1 && contested.first?.amountFen == refund, "\(contested)")
        #expect(try await hub.balance(account) == (flaw == "office" ? 1300 : 1000))
        #expect(try await hub.trialBalance()["suspense"] == refund)
        #expect(try await hub.purse(card).status == .agrees)
        try await hub.requireSoundBooks()
        // Two adjustments bring it out of suspense: the merchant gets it back, and gives back what is right.
        let exception = try #require(contested.first?.id)
        let credit = NewAdjustment(
            kind: .merchantCredit, amountFen: refund, merchant: merchant, exception: exception, note: "back")
        _ = try await hub.approve(try await hub.propose(credit))
        #expect(try await hub.trialBalance()["suspense"] == 0)
    }

    @Test("the office never gives back more than is left of what a terminal gave back")
    mutating func office() async throws {
        let sale = try terminal.write(.approved, purse.pay(700, terminal: terminal.id))
        try terminal.correct(sale, fen: 500) { [account] in $0.account = account }
        try await terminal.deliverAll()
        func refund(_ fen: Int64) -> NewAdjustment {
            NewAdjustment(
                kind: .refund, amountFen: fen, account: account, merchant: merchant, transaction: sale.transaction,
                note: "x")
        }
        #expect(try await hub.refusal("/adjustments", refund(201)) == .notPermittedInThisState)
        _ = try await hub.approve(try await hub.propose(refund(200)))
        #expect(try await hub.balance(account) == 1700)
        try await requireAgreement(holding: 9300)
    }
}
