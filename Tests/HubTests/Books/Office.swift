import Foundation
import HTTPTypes
import Hub
import HubProtocol
import Payments
import TestSupport
import Testing

/// What two people at a card office do.
extension HubFixture {
    /// Asks as Wang, the second person.
    func asWang<Answer: Decodable>(
        _ path: String, _ body: any Encodable & Sendable, as type: Answer.Type,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Answer {
        try await TestPeers.$current.withValue(TestPeers.wang) {
            try await operate(.post, path, body, as: type, sourceLocation: sourceLocation)
        }
    }

    /// The refusal that a request earns.
    func refusal(
        _ path: String, _ body: any Encodable & Sendable, by person: OperatorIdentity? = TestPeers.li
    ) async throws -> HubRefusal? {
        try await TestPeers.$current.withValue(person) {
            try await operate(.post, path, body: JSONEncoder().encode(body)).refusal().refusal
        }
    }

    var calendar: BusinessCalendar { configuration.calendar }
    var today: BusinessDay { calendar.day(of: clock.now()) }

    /// Lets the clock pass the next cut-over by `hours`.
    func nextDay(hours: Int64 = 3) {
        clock.advance(by: calendar.end(of: today).since(clock.now()) + .seconds(hours * 3600))
    }

    @discardableResult
    func closeDays(through: BusinessDay? = nil) async throws -> DayClosing {
        try await operate(.post, "/days/close", DayClosingRequest(through: through), as: DayClosing.self)
    }

    func day(_ day: BusinessDay) async throws -> DayReport {
        try await operate(.get, "/days/\(day.text)", as: DayReport.self)
    }

    /// Everything up to yesterday settled with `merchant`, by two people.
    func settle(_ merchant: MerchantID) async throws -> SettlementSummary {
        let drafts = try await operate(
            .post, "/settlements", NewSettlements(merchant: merchant), as: SettlementDrafts.self)
        let draft = try #require(drafts.drafts.first)
        return try await asWang(
            "/settlements/\(draft.id)/decide", SettlementDecision(verdict: .confirm), as: SettlementSummary.self)
    }

    func settlementLines(_ id: Int64) async throws -> [SettlementLine] {
        var lines: [SettlementLine] = []
        var after: String?
        repeat {
            let page = try await operate(
                .get, "/settlements/\(id)/lines?limit=3\(after.map { "&after=\($0)" } ?? "")",
                as: Page<SettlementLine>.self)
            lines += page.items
            after = page.next
        } while after != nil
        return lines
    }

    func propose(_ adjustment: NewAdjustment) async throws -> AdjustmentSummary {
        try await operate(.post, "/adjustments", adjustment, as: AdjustmentSummary.self)
    }

    func approve(_ adjustment: AdjustmentSummary) async throws -> AdjustmentSummary {
        try await asWang(
            "/adjustments/\(adjustment.id)/decide", AdjustmentDecision(verdict: .approve, note: "checked"),
            as: AdjustmentSummary.self)
    }

    func trialBalance() async throws -> [String: Int64] {
        let report = try await operate(.get, "/books/check", as: BooksReport.self)
        return Dictionary(uniqueKeysWithValues: report.trialBalance.map { ($0.group, $0.balanceFen) })
    }
}
