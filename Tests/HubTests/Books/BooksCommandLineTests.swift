import Foundation
import Glibc
import HTTPTypes
import Hub
import HubProtocol
import Payments
import TestSupport
import Testing

/// The office's commands with the real `till-hub` against a real hub, and the exported books with the real hledger.
@Suite("till-hub: books", .timeLimit(.minutes(15)))
struct BooksCommandLineTests {
    let directory: TemporaryDirectory
    let command: HubCommand

    init() throws {
        directory = try TemporaryDirectory()
        command = HubCommand(directory: directory)
    }

    private var socket: String { command.socket }
    private var hledger: URL { URL(fileURLWithPath: "/usr/bin/hledger") }

    private func operate(_ arguments: String...) async throws -> HubCommand.Outcome {
        try await command.operate(arguments)
    }

    private func success(_ arguments: String...) async throws -> String { try await command.success(arguments) }

    private func withServer(_ extra: String = "", _ body: () async throws -> Void) async throws {
        try await command.withServer(extra, body)
    }

    /// Days of sales, a late terminal, corrections, settlements: made on the hub's file with a clock of our own.
    private func makeBooks() async throws {
        let hub = try await HubFixture.open(directory: directory)
        let account = try await hub.account(2_026_010_001, fen: 50_000)
        let merchants = [try await hub.merchant("canteen-1"), try await hub.merchant("shop_2.east")]
        var terminals: [TestTerminal] = []
        for merchant in merchants { terminals.append(try await hub.terminal([merchant])) }
        for day in 0..<3 as Range<Int64> {
            for (index, terminal) in terminals.enumerated() {
                for sale in 0..<3 as Range<Int64> {
                    hub.clock.advance(by: .seconds(900))
                    try terminal.write(.approved, account, fen: 100 + day * 10 + sale + Int64(index))
                }
            }
            try await terminals[0].deliver(UInt64(day * 3 + 1)...UInt64(day * 3 + 3))
            hub.nextDay()
            try await hub.closeDays()
        }
        // The second terminal was cut off for two days.
        try await terminals[1].deliverAll()
        try terminals[0].write(.approved, AccountID(number: 5), fen: 33)
        try await terminals[0].deliver(10...10)
        let settled = try await hub.settle(merchants[0])
        try await hub.operate(
            .post, "/settlements/\(settled.id)/pay", SettlementPayment(reference: "BANK-1"),
            as: SettlementSummary.self)
        let refund = NewAdjustment(
            kind: .refund, amountFen: 50, account: account, merchant: merchants[0],
            transaction: terminals[0].records[0].transaction, note: "=cold, \"soup\"")
        _ = try await hub.approve(try await hub.propose(refund))
        try await makeCorrections(hub, merchants[0])
        try await hub.requireSoundBooks()
        try await hub.hub.close()
    }

    /// Every other way in which money moves: subsidy, debt, refunds of both purses, a void, a load, purse purchases.
    private func makeCorrections(_ hub: HubFixture, _ merchant: MerchantID) async throws {
        let terminal = try await hub.terminal([merchant], journal: 0xC0C0_0003)
        let account = try await hub.account(2_026_010_002, fen: 2000)
        let end = hub.clock.now().advanced(by: .seconds(30 * 86_400))
        try await hub.operate(
            .post, "/accounts/2026010002/subsidy/grant",
            SubsidyGrant(amountFen: 900, endsAtMilliseconds: end.milliseconds, reference: "2026-09/2026010002"),
            as: SubsidyReceipt.self)
        let both = try terminal.write(.approved, account, fen: 700, subsidy: 500)
        try terminal.correct(both, fen: 600, subsidy: 500)
        let whole = try terminal.write(.approved, account, fen: 210, subsidy: 10)
        try terminal.correct(whole, fen: 210, subsidy: 10, isVoid: true)
        let card = HubFixture.card(2_026_010_002)
        try terminal.writeLoad(.approved, card: card, fen: 400, account: account)
        let evidence = EvidenceBytes([0xFE])
        let paid = try terminal.write(.approved, .pursePurchase(evidence), card: card, fen: 150)
        try terminal.correct(paid, fen: 150) { $0.account = account }
        try terminal.write(.approved, account, fen: 1953)
        try await terminal.deliverAll()
        try await hub.operate(
            .post, "/topups", TopUpRequest(account: account, amountFen: 1000, reference: "after-debt"),
            as: TopUpReceipt.self)
        let office = NewAdjustment(
            kind: .refund, amountFen: 100, account: account, merchant: merchant, transaction: both.transaction,
            note: "the rest of it")
        _ = try await hub.approve(try await hub.propose(office))
    }

    private func balances(_ file: String) async throws -> [String: Int64] {
        let outcome = try await command.run(
            hledger, ["-f", file, "balance", "--flat", "--no-total", "--empty", "-O", "csv"])
        try #require(outcome.status == 0, "\(outcome.error)")
        var groups: [String: Int64] = [:]
        for line in outcome.output.split(separator: "\n").dropFirst() {
            let cells = line.split(separator: ",").map { $0.replacing("\"", with: "") }
            let parts = cells[0].split(separator: ":")
            let amount = try #require(Double(cells[1].split(separator: " ")[0]))
            groups[String(parts[1]), default: 0] -= Int64((amount * 100).rounded())
        }
        return groups
    }

    @Test("hledger parses the exported books, finds every assertion right, and gives the balances of the books check")
    func plainText() async throws {
        try await makeBooks()
        try await withServer {
            let check = try JSONDecoder().decode(
                BooksReport.self, from: Data(try await success("books", "check", "--json").utf8))
            #expect(check.sound, "\(check.findings)")
            let expected = Dictionary(uniqueKeysWithValues: check.trialBalance.map { ($0.group, $0.balanceFen) })
            for arguments in [[], ["--each-account"], ["--from", "2026-08-31"]] {
                let file = directory.file("books-\(arguments.count)-\(arguments.first ?? "all").journal")
                let outcome = try await command.run(
                    HubCommand.executable(),
                    ["export", "journal", "--output", file, "--socket", socket] + arguments)
                try #require(outcome.status == 0, "\(outcome.error)")
                let checked = try await command.run(hledger, ["-f", file, "check", "--strict"])
                #expect(checked.status == 0, "\(checked.error)")
                let found = try await balances(file)
                for (group, fen) in expected { #expect(found[group, default: 0] == fen, "\(group) \(arguments)") }
                #expect(!FileManager.default.fileExists(atPath: file + ".part"))
            }
            // What hledger is asked can fail: one fen more, and an assertion is wrong.
            let file = directory.file("books-0-all.journal")
            var text = try String(contentsOfFile: file, encoding: .utf8)
            text.replace("  1.00 CNY", with: "  1.01 CNY", maxReplacements: 1)
            try text.write(toFile: directory.file("wrong.journal"), atomically: true, encoding: .utf8)
            let wrong = try await command.run(hledger, ["-f", directory.file("wrong.journal"), "check"])
            #expect(wrong.status != 0)
        }
    }

    /// Beancount brings thirty packages along: where it is, it is asked too.
    private static let beancountCheck = "/usr/bin/bean-check"

    @Test(
        "Beancount takes the exported books with every assertion, where it is installed",
        .enabled(if: FileManager.default.isExecutableFile(atPath: beancountCheck)))
    func beancount() async throws {
        try await makeBooks()
        try await withServer {
            for arguments in [[], ["--each-account"], ["--from", "2026-08-31"]] {
                let file = directory.file("books.beancount")
                let outcome = try await command.run(
                    HubCommand.executable(),
                    ["export", "journal", "--format", "beancount", "--output", file, "--socket", socket] + arguments)
                try #require(outcome.status == 0, "\(outcome.error)")
                let checked = try await command.run(URL(fileURLWithPath: Self.beancountCheck), [file])
                #expect(checked.status == 0, "\(checked.output) \(checked.error)")
            }
        }
    }

    @Test("CSV files, statements and the reconciliation of a day come out of the real commands")
    func files() async throws {
        try await makeBooks()
        try await withServer {
            let postings = try await success("export", "csv", "--to", "2026-08-31")
            let lines = postings.split(separator: "\r\n", omittingEmptySubsequences: false)
            #expect(lines.first?.hasPrefix("posting,leg,business_day,late_day,kind") == true)
            #expect(lines.last == "")
            #expect(!postings.contains("cardholder:"))
            let own = try await success("export", "csv", "--each-account")
            #expect(own.contains("cardholder:2026010001"))
            let marked = try await success("export", "csv", "--what", "records", "--byte-order-mark")
            #expect(marked.hasPrefix("\u{FEFF}terminal,"))
            #expect(marked.split(separator: "\r\n").count == 28)
            let settlements = try await success("export", "csv", "--what", "settlements")
            #expect(settlements.contains("canteen-1"))
            #expect(settlements.contains("BANK-1"))

            let text = try await success("settlement", "statement", "1")
            #expect(text.contains("商户结算单"))
            #expect(text.contains("测试大学"))
            let json = try await success("settlement", "statement", "1", "--format", "json")
            #expect((try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])?["lines"] != nil)
            let csv = try await success("settlement", "statement", "1", "--format", "csv")
            #expect(csv.contains(",sum,"))

            let days = try await success("day", "list")
            #expect(days.contains("2026-08-29"))
            #expect(try await success("day", "show", "2026-08-29").contains("canteen-1"))
            #expect(try await success("day", "late", "2026-09-01").contains("2026-08-29"))
            #expect(try await success("day", "late", "2026-08-29").contains("nothing came late"))
            #expect(try await success("day", "close").contains("is open"))

            let reconciled = try await operate("reconcile", "--day", "2026-08-29")
            #expect(reconciled.status == 65)
            #expect(reconciled.output.contains("迟到流水"))
            #expect(reconciled.error.contains("not resolved"))
            #expect(try await operate("reconcile", "--claim", "/nowhere.json").status == 65)

            let overview = try await success("status")
            #expect(overview.contains("with nobody"))
            #expect(try await success("adjustment", "list").contains("no adjustments wait"))
            #expect(try await success("adjustment", "show", "1").contains("=cold"))
            #expect(try await success("exception", "list", "--kind", "recordsLate").contains("recordsLate"))
            #expect(try await success("exception", "assign", "1", "--to", "王芳").contains("王芳"))
            #expect(try await success("exception", "show", "1").contains("assigned"))
            let cannot = try await operate("export", "csv", "--output", "/nowhere/x.csv")
            #expect(cannot.status == 73)
        }
    }

    @Test("the kernel says who asks: one person proposes and cannot approve")
    func onePerson() async throws {
        try await makeBooks()
        try await withServer {
            let proposed = try await success(
                "adjustment", "propose", "merchant-credit", "1.50", "--merchant", "canteen-1", "--exception", "1",
                "--note", "weighed wrongly")
            #expect(proposed.contains("(\(getuid()))"))
            let refused = try await operate("adjustment", "approve", "3", "--note", "x")
            #expect(refused.status == 1)
            #expect(refused.error.contains("E4162"))
            #expect(try await success("adjustment", "withdraw", "3", "--note", "x").contains("withdrawn"))
        }
    }

    @Test("two users of one group approve for each other", .enabled(if: getuid() == 0, "needs a second user"))
    func twoPersons() async throws {
        try await makeBooks()
        chmod(directory.path, 0o755)
        try await withServer("operator_group: nogroup") {
            _ = try await success(
                "adjustment", "propose", "merchant-credit", "1.50", "--merchant", "canteen-1", "--exception", "1",
                "--note", "weighed wrongly")
            let approved = try await command.run(
                URL(fileURLWithPath: "/usr/bin/setpriv"),
                [
                    "--reuid=65534", "--regid=65534", "--clear-groups", HubCommand.executable().path, "adjustment",
                    "approve", "3", "--note", "checked", "--socket", socket,
                ])
            #expect(approved.status == 0, "\(approved.error)")
            #expect(approved.output.contains("approved by nobody (65534)"))
        }
    }
}
