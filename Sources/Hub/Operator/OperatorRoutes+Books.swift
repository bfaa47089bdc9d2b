import HTTPTypes
import HubProtocol
import Payments

extension OperatorRoutes {
    var booksTable: [Route] { dayTable + adjustmentTable + settlementTable + workTable + exportTable }

    private var dayTable: [Route] {
        [
            .reading(.get, "/operator/v1/days", "listDays", .operator) { request in
                try await store.days(request.page())
            },
            .reading(.get, "/operator/v1/days/{day}", "showDay", .operator) { request in
                try await store.day(request.identifier("day"))
            },
            .taking(.post, "/operator/v1/days/close", "closeDays", .operator, DayClosingRequest.self) {
                request, closing in
                try await store.closeDays(
                    through: closing.through, overAt: request.now, operator: request.identifiedOperator(),
                    now: request.now)
            },
        ]
    }

    private var settlementTable: [Route] {
        [
            .taking(.post, "/operator/v1/settlements", "draftSettlements", .operator, NewSettlements.self) {
                request, body in
                try await store.draftSettlements(body, by: request.identifiedOperator(), now: request.now)
            },
            .reading(.get, "/operator/v1/settlements", "listSettlements", .operator) { request in
                try await store.settlements(
                    request.choice(query: "state", standard: SettlementFilter.all),
                    merchant: request.optionalIdentifier(query: "merchant"), request.page())
            },
            .reading(.get, "/operator/v1/settlements/{settlement}", "showSettlement", .operator) { request in
                try await store.settlement(request.number("settlement"))
            },
            .taking(
                .post, "/operator/v1/settlements/{settlement}/decide", "decideSettlement", .operator,
                SettlementDecision.self
            ) { request, decision in
                try await store.decide(
                    settlement: request.number("settlement"), decision.verdict, by: request.identifiedOperator(),
                    now: request.now)
            },
            .taking(
                .post, "/operator/v1/settlements/{settlement}/pay", "paySettlement", .operator, SettlementPayment.self
            ) { request, payment in
                try Texts.check(payment.reference, field: "reference", limit: HubLimits.referenceBytes)
                return try await store.pay(
                    settlement: request.number("settlement"), reference: payment.reference,
                    by: request.identifiedOperator(), now: request.now)
            },
            .reading(.get, "/operator/v1/settlements/{settlement}/lines", "listSettlementLines", .operator) {
                request in
                try await store.settlementLines(request.number("settlement"), request.page())
            },
        ]
    }
}
