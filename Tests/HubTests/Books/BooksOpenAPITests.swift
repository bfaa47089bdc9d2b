import Foundation
import HTTPTypes
import Hub
import HubProtocol
import Payments
import TestSupport
import Testing

@Suite("OpenAPI document: books")
struct BooksOpenAPITests {
    @Test("the office's requests and answers are valid")
    func messages() async throws {
        let document = try OpenAPIDocument.hub()
        let hub = try await HubFixture.open()
        let account = try await hub.account(1, fen: 1000)
        let merchant = try await hub.merchant()
        let terminal = try await hub.terminal([merchant])
        let day = hub.today
        let sale = try terminal.write(.approved, account, fen: 10).transaction
        try await terminal.deliverAll()
        hub.nextDay()

        func check(_ data: Data, _ schema: String) throws {
            let value = try JSONSerialization.jsonObject(with: data)
            #expect(try document.flaws(of: value, schema: try document.schema(schema)) == [], "\(schema)")
        }
        func get(_ path: String, _ answer: String) async throws {
            let reply = try await hub.operate(.get, path)
            #expect(reply.status == 200, "\(reply.text)")
            try check(reply.body, answer)
        }
        func post(
            _ path: String, _ body: any Encodable & Sendable, _ request: String, _ answer: String,
            by person: OperatorIdentity = TestPeers.li
        ) async throws {
            let data = try JSONEncoder().encode(body)
            try check(data, request)
            let reply = try await TestPeers.$current.withValue(person) {
                try await hub.operate(.post, path, body: data)
            }
            #expect(reply.status == 200, "\(reply.text)")
            try check(reply.body, answer)
        }

        try await post("/days/close", DayClosingRequest(through: day), "DayClosingRequest", "DayClosing")
        try await get("/days", "DayPage")
        try await get("/days/\(day)", "DayReport")
        try await get("/hub", "HubStatus")
        try await post("/settlements", NewSettlements(through: day), "NewSettlements", "SettlementDrafts")
        try await post(
            "/settlements/1/decide", SettlementDecision(verdict: .confirm), "SettlementDecision", "SettlementSummary",
            by: TestPeers.wang)
        try await post(
            "/settlements/1/pay", SettlementPayment(reference: "b"), "SettlementPayment", "SettlementSummary")
        try await get("/settlements?limit=1", "SettlementPage")
        try await get("/settlements/1", "SettlementSummary")
        try await get("/settlements/1/lines", "SettlementLinePage")
        try await post("/contests", ContestRequest(transaction: sale, note: "n"), "ContestRequest", "ExceptionSummary")
        try await post(
            "/exceptions/1/assign", ExceptionAssignment(assignee: "w"), "ExceptionAssignment", "ExceptionSummary")
        let refund = NewAdjustment(
            kind: .refund, amountFen: 10, account: account, merchant: merchant, transaction: sale, exception: 1,
            note: "n")
        try await post("/adjustments", refund, "NewAdjustment", "AdjustmentSummary")
        try await post(
            "/adjustments/1/decide", AdjustmentDecision(verdict: .approve, note: "n"), "AdjustmentDecision",
            "AdjustmentSummary", by: TestPeers.wang)
        try await get("/adjustments?state=all", "AdjustmentPage")
        try await get("/adjustments/1", "AdjustmentSummary")
        try await post(
            "/exceptions/1/notes", ExceptionFinding(note: "n"), "ExceptionFinding", "ExceptionReport")
        try await post(
            "/exceptions/1/reopen", ExceptionReopening(note: "n"), "ExceptionReopening", "ExceptionSummary")
        try check(
            JSONEncoder().encode(ExceptionNote(note: "n", resolution: .refunded, adjustment: 1)), "ExceptionNote")
        try await get("/exceptions/1", "ExceptionReport")
        let claim = TerminalClaim(
            terminal: terminal.credentials.id, journal: terminal.journalID, sequence: 2, count: 1, fen: 2,
            unsentFen: 1)
        try await post(
            "/reconciliations", ReconciliationRequest(day: day, claims: [claim]), "ReconciliationRequest",
            "ReconciliationReport")
        try await get("/exports/postings?limit=1", "ExportedPostingPage")
        try await get("/exports/records", "ExportedRecordPage")
        try await get("/exports/opening-balances?from=\(day.next)&accounts=each", "OpeningBalancePage")
    }

    @Test("the document's lists of values are those of the code")
    func enumerations() throws {
        let document = try OpenAPIDocument.hub()
        func values(_ schema: String) throws -> Set<String> {
            Set(try #require(try document.schema(schema)["enum"] as? [String]))
        }
        #expect(try values("AdjustmentKind") == Set(AdjustmentKind.allCases.map(\.rawValue)))
        #expect(try values("ExceptionStanding") == Set(ExceptionState.allCases.map(\.rawValue)))
        #expect(try values("ExceptionResolution") == Set(ExceptionResolution.allCases.map(\.rawValue)))
    }
}
