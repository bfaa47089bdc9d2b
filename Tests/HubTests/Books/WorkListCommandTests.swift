import Foundation
import Glibc
import HTTPTypes
import Hub
import HubProtocol
import Payments
import TestSupport
import Testing

/// A clerk works through records that are duplicate, missing, late and contested, with the real commands. Each of them
/// has a real cause: what terminals sent, or did not send.
@Suite("till-hub: work list", .timeLimit(.minutes(15)))
struct WorkListCommandTests {
    let directory: TemporaryDirectory
    let command: HubCommand

    init() throws {
        directory = try TemporaryDirectory()
        command = HubCommand(directory: directory)
    }

    private func success(_ arguments: String...) async throws -> String { try await command.success(arguments) }

    private func exceptions(_ kind: ExceptionKind) async throws -> [ExceptionSummary] {
        let answer = try await success("exception", "list", "--kind", kind.rawValue, "--state", "all", "--json")
        return try JSONDecoder().decode(Page<ExceptionSummary>.self, from: Data(answer.utf8)).items
    }

    private func only(_ kind: ExceptionKind) async throws -> ExceptionSummary {
        let found = try await exceptions(kind)
        try #require(found.count == 1, "\(kind): \(found)")
        return found[0]
    }

    /// What terminals do to a hub whose clock is ours.
    ///
    /// - Returns: the sale that its cardholder will contest, and the day in which all of it happened.
    private func makeTrouble() async throws -> (sale: TransactionID, day: BusinessDay) {
        let hub = try await HubFixture.open(directory: directory)
        let account = try await hub.account(2_026_010_001, fen: 50_000)
        let merchant = try await hub.merchant("canteen-1")
        func counter(_ journal: UInt32) async throws -> TestTerminal {
            try await hub.terminal([merchant], journal: journal)
        }
        let day = hub.today

        let sound = try await counter(1)
        let sale = try sound.write(.approved, account, fen: 850)
        try await sound.deliverAll()

        // Duplicate: one trace number under two records of other content.
        let reusing = try await counter(2)
        let first = try reusing.write(.approved, account, fen: 100)
        try await reusing.deliverAll()
        try reusing.write(.approved, account, fen: 999, transaction: first.transaction)
        #expect(try await reusing.upload(try reusing.batch(2...2)).refusal().refusal == .transactionReused)

        // Missing: the terminal asked the hub for money under a number that no record ever names.
        let silent = try await counter(3)
        _ = try await silent.hold(try silent.holdRequest(silent.mint(), number: 2_026_010_001, fen: 300))

        // Late: sold before the day was closed, delivered after.
        let cutOff = try await counter(4)
        try cutOff.write(.approved, account, fen: 475)
        hub.nextDay()
        try await hub.closeDays()
        try await cutOff.deliverAll()
        try await hub.hub.close()
        return (sale.transaction, day)
    }

    @Test("with nothing to do the list says so")
    func empty() async throws {
        try await HubFixture.open(directory: directory).hub.close()
        try await command.withServer {
            #expect(try await success("exception", "list").contains("无待处理差错"))
            #expect(try await success("exception", "list", "--state", "closed").contains("无符合条件的差错"))
            #expect(try await success("settlement", "list").contains("no settlements"))
            let early = try await command.operate(["settlement", "draft"])
            #expect(early.status != 0 && early.error.contains("no business day is closed yet"))
            #expect(try await success("day", "list").contains("no business days yet"))
            #expect(try await success("adjustment", "list").contains("no adjustments wait"))
            #expect(try await success("reconcile").contains("no differences 无差异"))
            let missing = try await command.operate(["exception", "show", "7"])
            #expect(missing.status != 0 && missing.error.contains("no such exception"))
        }
    }

    @Test("duplicate, missing, late and contested records are found by their cause, taken, noted, resolved and undone")
    func workedThrough() async throws {
        let (sale, day) = try await makeTrouble()
        try await command.withServer {
            let reconciled = try await command.operate(["reconcile", "--day", day.text])
            #expect(reconciled.status == 65)
            let contest = try await success(
                "exception", "contest", sale.text, "--note", "持卡人称当时不在食堂")
            #expect(contest.contains("¥8.50 is contested"))

            let list = try await success("exception", "list")
            for name in ["交易号重复", "缺流水", "迟到流水", "争议交易"] { #expect(list.contains(name), "\(list)") }
            let duplicate = try await only(.transactionReused)
            let missing = try #require(try await exceptions(.recordsMissing).first)
            let late = try await only(.recordsLate)
            let contested = try await only(.contested)
            #expect(missing.amountFen == 300 && contested.amountFen == 850)
            #expect(duplicate.text.contains("used trace number") && late.text.contains(day.text))

            // 领取, 备注
            let me = String(duplicate.id)
            #expect(try await success("exception", "take", me).contains("is with"))
            let noted = try await success("exception", "note", me, "--note", "已联系厂家")
            #expect(noted.contains("noted") && noted.contains("已联系厂家") && noted.contains("处理"))
            #expect(try await success("exception", "list", "--state", "assigned").contains("交易号重复"))
            #expect(!(try await success("exception", "list", "--state", "unassigned").contains("交易号重复")))
            #expect(try await success("exception", "show", me).contains("keep its disk"))
            #expect(try await success("exception", "assign", me).contains("with nobody"))

            // Each ends as its kind can end, and a closing is undone.
            #expect(
                try await success("exception", "close", me, "--note", "终端已更换").contains("till-hub exception reopen"))
            #expect(try await success("exception", "reopen", me, "--note", "故障重现").contains("open again"))
            #expect(try await success("exception", "show", me).contains("reopened"))
            _ = try await success(
                "exception", "close", String(late.id), "--resolution", "delivered", "--note", "窗口断网一夜")
            let wrong = try await command.operate([
                "exception", "close", String(contested.id), "--resolution", "explained", "--note", "x",
            ])
            #expect(wrong.status != 0 && wrong.error.contains("a contested sale is upheld, refunded or adjusted"))
            _ = try await success(
                "exception", "close", String(contested.id), "--resolution", "upheld", "--note", "有监控录像")
            #expect(try await success("exception", "show", String(contested.id)).contains("upheld"))
            let again = try await command.operate(["exception", "close", String(contested.id), "--note", "x"])
            #expect(again.status != 0 && again.error.contains("closed already"))

            // The lost sale is proven later: one proposes the make-up debit. The second person is another user.
            let transaction = try #require(missing.transaction)
            let proposed = try await success(
                "adjustment", "propose", "make-up-debit", "3.00", "--account", "2026010001", "--merchant", "canteen-1",
                "--transaction", transaction.text, "--exception", String(missing.id), "--note", "小票为证")
            #expect(proposed.contains("another person approves"))
            #expect(try await success("status").contains("1 wait for a second person"))

            // The same comparison finds the same again, and what was resolved stays so.
            let report = try await command.operate(["reconcile", "--day", day.text, "--json"])
            let differences = try JSONDecoder().decode(ReconciliationReport.self, from: Data(report.output.utf8))
            #expect(differences.differences.contains { $0.exception == missing.id && $0.state == .open })
            #expect(try await exceptions(.recordsLate).map(\.id) == [late.id])
            #expect(try await success("books", "check").contains("the books are sound"))
        }
    }
}
