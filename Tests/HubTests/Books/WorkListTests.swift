import Foundation
import HTTPTypes
import Hub
import HubProtocol
import Payments
import TestSupport
import Testing

@Suite("Work list")
struct WorkListTests {
    let hub: HubFixture
    let account: AccountID
    let merchant: MerchantID
    let terminal: TestTerminal
    let sale: TransactionID

    init() async throws {
        hub = try await HubFixture.open()
        account = try await hub.account(1, fen: 1000)
        merchant = try await hub.merchant()
        terminal = try await hub.terminal([merchant])
        sale = try terminal.write(.approved, account, fen: 200).transaction
        try await terminal.deliverAll()
    }

    private func contest() async throws -> ExceptionSummary {
        try await hub.operate(
            .post, "/contests", ContestRequest(transaction: sale, note: "was not there"), as: ExceptionSummary.self)
    }

    private func close(
        _ id: Int64, _ resolution: ExceptionResolution? = nil, adjustment: Int64? = nil
    ) -> (String, ExceptionNote) {
        ("/exceptions/\(id)/close", ExceptionNote(note: "done", resolution: resolution, adjustment: adjustment))
    }

    @Test("an exception is taken, closed, and opened again, and its history keeps each act")
    func life() async throws {
        let raised = try await contest()
        #expect(raised.state == .open)
        #expect(raised.amountFen == 200)
        #expect(try await contest() == raised)
        let path = "/exceptions/\(raised.id)"
        let assigned = try await hub.operate(
            .post, "\(path)/assign", ExceptionAssignment(assignee: "王芳"), as: ExceptionSummary.self)
        #expect(assigned.state == .assigned)
        #expect(
            try await hub.operate(.get, "/exceptions?state=unassigned", as: Page<ExceptionSummary>.self).items == [])
        #expect(
            try await hub.operate(
                .get, "/exceptions?state=assigned&assignee=%E7%8E%8B&kind=contested", as: Page<ExceptionSummary>.self
            ).items == [assigned])
        let (closing, note) = close(raised.id, .upheld)
        let closed = try await hub.asWang(closing, note, as: ExceptionSummary.self)
        #expect(closed.state == .resolved)
        #expect(closed.resolution == .upheld)
        #expect(closed.closedBy == "wang (1002)")
        let reopening = ExceptionReopening(note: "the camera says otherwise")
        let reopened = try await hub.operate(.post, "\(path)/reopen", reopening, as: ExceptionSummary.self)
        #expect(reopened.state == .assigned)
        #expect(reopened.reopened == 1)
        #expect(reopened.note == nil)
        let report = try await hub.operate(.get, path, as: ExceptionReport.self)
        #expect(report.history.map(\.act) == [.contested, .assigned, .closed, .reopened])
        #expect(report.history[2].text == "upheld: done")
        #expect(try await hub.refusal("\(path)/reopen", reopening) == .notPermittedInThisState)
    }

    @Test("a contested sale ends upheld or given back, and giving back names its adjustment")
    func contested() async throws {
        let raised = try await contest()
        for resolution in [ExceptionResolution.explained, .duplicate, .mended, .refunded, .adjusted] {
            let (path, body) = close(raised.id, resolution)
            #expect(try await hub.refusal(path, body) == .malformedRequest, "\(resolution)")
        }
        let proposed = try await hub.propose(
            NewAdjustment(
                kind: .refund, amountFen: 200, account: account, merchant: merchant, transaction: sale,
                exception: raised.id, note: "double tap"))
        let (path, body) = close(raised.id, .refunded, adjustment: proposed.id)
        #expect(try await hub.refusal(path, body) == .notPermittedInThisState)
        _ = try await hub.approve(proposed)
        let report = try await hub.operate(.get, "/exceptions/\(raised.id)", as: ExceptionReport.self)
        #expect(report.summary.resolution == .refunded)
        #expect(report.summary.adjustment == proposed.id)
        #expect(try await hub.balance(account) == 1000)
        #expect(try await hub.refusal(path, body) == .notPermittedInThisState)
        try await hub.requireSoundBooks()
    }

    @Test("only a posted sale can be contested, and only a contested one is upheld")
    func refused() async throws {
        let nothing = ContestRequest(transaction: terminal.mint(), note: "x")
        #expect(try await hub.refusal("/contests", nothing) == .notFound)
        try terminal.write(.approved, AccountID(number: 9), fen: 5)
        try await terminal.deliver(2...2)
        let other = try #require(try await hub.exceptions().first)
        let (path, body) = close(other.id, .upheld)
        #expect(try await hub.refusal(path, body) == .malformedRequest)
    }

    @Test("a closing is not undone while the same finding is open under another number")
    func raisedAgain() async throws {
        let first = try await contest()
        let (path, note) = close(first.id, .upheld)
        try await hub.operate(.post, path, note, as: ExceptionSummary.self)
        let second = try await contest()
        #expect(second.id != first.id)
        let reopening = ExceptionReopening(note: "x")
        #expect(try await hub.refusal("/exceptions/\(first.id)/reopen", reopening) == .notPermittedInThisState)
    }

    @Test("every kind of exception says in both languages what to do")
    func advice() {
        for kind in ExceptionKind.allCases {
            let advice = ExceptionAdvice(kind)
            #expect(!advice.english.isEmpty)
            #expect(advice.chinese.unicodeScalars.contains { $0.value > 0x3000 }, "\(kind)")
            #expect(advice.chineseName.unicodeScalars.contains { $0.value > 0x3000 }, "\(kind)")
        }
    }
}
