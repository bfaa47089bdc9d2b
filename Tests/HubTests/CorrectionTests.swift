import Foundation
import GRDB
import HTTPTypes
import Hub
import HubProtocol
import Payments
import Synchronization
import TestSupport
import Testing

@Suite("Refunds, voids and debts at the hub")
struct CorrectionTests {
    private func requireContested(_ hub: HubFixture, _ text: String) async throws {
        let contested = try await hub.exceptions().filter { $0.kind == .correctionContested }
        #expect(contested.count == 1 && contested.first?.text.contains(text) == true, "\(contested)")
        try await hub.requireSoundBooks()
    }

    @Test("promise 3: a refund goes from the merchant back to the account, under an entry of its own")
    func refund() async throws {
        let hub = try await HubFixture.open()
        let merchant = try await hub.merchant()
        let account = try await hub.account(1, fen: 1000)
        let terminal = try await hub.terminal([merchant])
        let sale = try terminal.write(.approved, account, fen: 700)
        try terminal.correct(sale, fen: 300)
        try terminal.correct(sale, fen: 400)
        try await terminal.deliverAll()
        #expect(try await hub.balance(account) == 1000)
        let statement = try await hub.operate(.get, "/accounts/1/statement", as: Statement.self)
        #expect(statement.lines.map(\.kind) == [.refund, .refund, .purchase, .topUp])
        #expect(statement.lines.map(\.amountFen) == [400, 300, -700, 1000])
        #expect(statement.lines.first?.counterparty == .merchant(merchant))
        let summary = try await hub.operate(
            .get, "/terminals/\(terminal.credentials.id.text)", as: TerminalSummary.self)
        #expect(summary.approvedCount == 1 && summary.approvedFen == 700, "a refund is not a sale")
        #expect(try await hub.exceptions().isEmpty)
        try await hub.requireSoundBooks()
        try await terminal.deliverAll()
        #expect(try await hub.balance(account) == 1000, "a resend has no second effect")
    }

    @Test("promise 3: subsidy goes back to the subsidy purse, and terminals hear of both purses")
    func subsidy() async throws {
        let hub = try await HubFixture.open()
        let merchant = try await hub.merchant()
        let account = try await hub.account(1, fen: 1000)
        let terminal = try await hub.terminal([merchant])
        let sale = try terminal.write(.approved, account, fen: 700, subsidy: 500)
        try await terminal.deliverAll()
        func told() async throws -> AccountMessage? { try await terminal.changes().changes.compactMap(\.account).last }
        #expect(try await hub.balance(account) == 800)
        #expect(try await told()?.subsidyFen == -500)
        try terminal.correct(sale, fen: 600, subsidy: 500)
        try await terminal.deliverAll()
        #expect(try await hub.balance(account) == 900)
        #expect(try await told()?.subsidyFen == nil)
        let merchantLines = try await hub.operate(.get, "/merchants/canteen-1/statement", as: Statement.self).lines
        #expect(merchantLines.map(\.counterparty) == [.subsidy(account), .subsidy(account)])
        try await hub.requireSoundBooks()
    }

    @Test(
        "a correction that does not fit its sale waits in suspense, and is listed",
        arguments: ["above", "subsidy", "merchant", "account", "void", "unknown", "terminal", "refund"])
    func contested(flaw: String) async throws {
        let hub = try await HubFixture.open()
        let merchant = try await hub.merchant()
        let other = try await hub.merchant("canteen-2")
        let account = try await hub.account(1, fen: 1000)
        let stranger = try await hub.account(2, fen: 1000)
        let terminal = try await hub.terminal([merchant, other])
        let sale = try terminal.write(.approved, account, fen: 700)
        let fine = try terminal.correct(sale, fen: 300)
        var subject = sale
        switch flaw {
        case "above": try terminal.correct(sale, fen: 401)
        case "subsidy": try terminal.correct(sale, fen: 300, subsidy: 1)
        case "merchant": try terminal.correct(sale, fen: 1) { $0.merchant = other }
        case "account": try terminal.correct(sale, fen: 1) { $0.account = stranger }
        case "void": try terminal.correct(sale, fen: 400, isVoid: true)
        case "unknown":
            subject.transaction = terminal.mint()
            try terminal.correct(subject, fen: 1)
            try terminal.write(.voided, nil, transaction: subject.transaction)
        case "terminal":
            let neighbour = try await hub.terminal([merchant], journal: 0xB0B0_0001)
            subject = try neighbour.write(.approved, account, fen: 50)
            try await neighbour.deliverAll()
            try terminal.correct(subject, fen: 1)
        default: try terminal.correct(fine, fen: 1)
        }
        try await terminal.deliverAll()
        try await requireContested(hub, "was posted to suspense")
        #expect(try await hub.balance(stranger) == 1000)
        let paid: Int64 = flaw == "terminal" ? 750 : 700
        #expect(try await hub.balance(account) == 1000 - paid + 300)
    }

    @Test("a refund of a sale in an earlier journal of the same terminal is posted")
    func earlierJournal() async throws {
        let hub = try await HubFixture.open()
        let merchant = try await hub.merchant()
        let account = try await hub.account(1, fen: 1000)
        let terminal = try await hub.terminal([merchant])
        let sale = try terminal.write(.approved, account, fen: 700)
        try await terminal.deliverAll()
        try await hub.operate(
            .post, "/terminals/\(terminal.credentials.id.text)/reset-journal", as: TerminalSummary.self)
        let next = terminal.withJournal(0xA0A0_0002)
        try await next.register()
        try next.correct(sale, fen: 700)
        try await next.deliverAll()
        #expect(try await hub.balance(account) == 1000)
        #expect(try await hub.exceptions().filter { $0.kind == .correctionContested }.isEmpty)
        try await hub.requireSoundBooks()
    }

    @Test(
        "promise 3: the check of the books finds a correction of too much, of nothing, and of another sale",
        arguments: [
            ("UPDATE entry SET amount_fen = 2 * amount_fen WHERE posting_id > 2", "was given back of transaction"),
            ("UPDATE posting SET transaction_id = zeroblob(16) WHERE id = 2", "was given back of transaction"),
            ("UPDATE record SET corrects = zeroblob(16) WHERE corrects IS NOT NULL", "corrects another sale"),
            ("UPDATE record SET corrects = NULL", "no approved record of its kind"),
        ])
    func tampered(sql: String, finding: String) async throws {
        let hub = try await HubFixture.open()
        let merchant = try await hub.merchant()
        let account = try await hub.account(1, fen: 1000)
        let terminal = try await hub.terminal([merchant])
        try terminal.correct(try terminal.write(.approved, account, fen: 700), fen: 600)
        try await terminal.deliverAll()
        try await hub.requireSoundBooks()
        try await hub.hub.close()
        let raw = try DatabaseQueue(path: hub.configuration.databasePath)
        try await raw.write { db in
            for table in ["posting", "entry", "record"] { try db.execute(sql: "DROP TRIGGER \(table)_is_history_1") }
            try db.execute(sql: sql)
        }
        try raw.close()
        let reopened = try await HubFixture.open(directory: hub.directory, clock: hub.clock)
        let report = try await reopened.operate(.get, "/books/check", as: BooksReport.self)
        #expect(report.findings.contains { $0.contains(finding) }, "\(report.findings)")
    }

    @Test("promise 8: the code of a refunded sale stays used")
    func code() async throws {
        let hub = try await HubFixture.open()
        let merchant = try await hub.merchant()
        let account = try await hub.account(1, fen: 1000)
        let terminal = try await hub.terminal([merchant])
        let code = CodeReference(keyID: 1, serial: 9)
        let sale = try terminal.write(.approved, account, fen: 100, code: code)
        try terminal.correct(sale, fen: 100)
        try terminal.write(.approved, account, fen: 100, code: code)
        try await terminal.deliverAll()
        #expect(try await hub.exceptions().contains { $0.kind == .codeUsedTwice })
        try await hub.requireSoundBooks()
    }

    @Test("a debt declines further sales by its own reason, and the next top-up ends it by a posting of its own")
    func debt() async throws {
        let hub = try await HubFixture.open()
        let merchant = try await hub.merchant()
        let account = try await hub.account(1, fen: 1000)
        try await hub.account(2, fen: 1000)
        let terminal = try await hub.terminal([merchant])
        try terminal.write(.approved, account, fen: 1300)
        try await terminal.deliverAll()
        #expect(try await hub.exceptions().map(\.kind) == [.overdrawn])
        let debts = try await hub.operate(.get, "/debts", as: Page<AccountSummary>.self)
        #expect(debts.items.map(\.id) == [account] && debts.items.map(\.balanceFen) == [-300])
        let told = try await terminal.changes().changes.compactMap(\.account).first { $0.id == account }
        #expect(told?.balanceFen == -300)
        let answer = try await terminal.hold(try terminal.holdRequest(terminal.mint(), number: 1, fen: 1))
        #expect(answer == .declined(.accountInDebt))

        func topUp(_ fen: Int64, _ reference: String) async throws -> TopUpReceipt {
            try await hub.operate(
                .post, "/topups", TopUpRequest(account: account, amountFen: fen, reference: reference),
                as: TopUpReceipt.self)
        }
        #expect(try await topUp(200, "small").balanceFen == -100)
        #expect(try await topUp(500, "large").balanceFen == 400)
        #expect(try await topUp(200, "small").repeated)
        let again = try await topUp(500, "large")
        #expect(again.repeated && again.balanceFen == 400)
        let reply = try await hub.operate(
            .post, "/topups",
            body: try JSONEncoder().encode(TopUpRequest(account: account, amountFen: 400, reference: "large")))
        #expect(try reply.refusal().refusal == .alreadyExists)
        let lines = try await hub.operate(.get, "/accounts/1/statement", as: Statement.self).lines
        #expect(lines.map(\.kind) == [.topUp, .debtRecovery, .debtRecovery, .purchase, .topUp])
        #expect(lines.map(\.amountFen) == [400, 100, 200, -1300, 1000])
        #expect(lines.map(\.reference).prefix(3) == ["large", "debt/large", "debt/small"])
        #expect(try await hub.operate(.get, "/debts", as: Page<AccountSummary>.self).items.isEmpty)
        try await hub.requireSoundBooks()
    }

    @Test(
        "promise 4: reversal: however the terminal ended what it had asked for, its record resolves the hold once",
        arguments: ["offline", "declined", "died"])
    func reversal(end: String) async throws {
        let hub = try await HubFixture.open()
        let merchant = try await hub.merchant()
        let account = try await hub.account(1, fen: 1000)
        let terminal = try await hub.terminal([merchant])
        let transaction = terminal.mint()
        let request = try terminal.holdRequest(transaction, number: 1, fen: 700)
        // The answer never reaches the terminal.
        _ = try await terminal.hold(request)
        #expect(try await hub.held(account) == 700)
        switch end {
        case "offline":
            try terminal.write(.approved, account, fen: 700, transaction: transaction, path: .offline(.timedOut))
        case "declined":
            try terminal.write(
                .declined(.floorLimitExceeded), account, fen: 700, transaction: transaction, path: .offline(.timedOut))
        default: try terminal.write(.voided, nil, transaction: transaction)
        }
        try await terminal.deliverAll()
        #expect(try await hub.held(account) == 0)
        #expect(try await hub.balance(account) == (end == "offline" ? 300 : 1000))
        _ = try await terminal.hold(request)
        #expect(try await hub.held(account) == 0, "a resend of the question holds nothing again")
        #expect(try await hub.exceptions().isEmpty)
        try await hub.requireSoundBooks()
    }
}

extension TestTerminal {
    /// Writes a refund or void of `sale`.
    @discardableResult
    func correct(
        _ sale: JournalRecord, fen: Int64, subsidy: Int64 = 0, isVoid: Bool = false,
        change: (inout JournalRecord.Sale) -> Void = { _ in }
    ) throws -> JournalRecord {
        var money = try #require(sale.sale)
        money.movement = isVoid ? .void(of: sale.transaction) : .refund(of: sale.transaction)
        money.amount = Amount(fen: fen)
        money.subsidy = Amount(fen: subsidy)
        money.path = .local
        change(&money)
        return append(money)
    }

    /// Writes a sale that subsidy paid in part.
    @discardableResult
    func write(_ outcome: Outcome, _ account: AccountID, fen: Int64, subsidy: Int64) throws -> JournalRecord {
        append(
            JournalRecord.Sale(
                amount: Amount(fen: fen), subsidy: Amount(fen: subsidy),
                payer: .card(HubFixture.card(account.number), .proven), account: account, merchant: merchant,
                lane: try lane, path: .offline(.unreachable)))
    }

    private func append(_ sale: JournalRecord.Sale) -> JournalRecord {
        let (transaction, now) = (mint(), hub.clock.now())
        return journal.withLock { journal in
            let record = JournalRecord(
                sequence: UInt64(journal.records.count) + 1, transaction: transaction, outcome: .approved, sale: sale,
                decidedAt: now, replicaCursor: 7)
            journal.records.append(record)
            return record
        }
    }
}
