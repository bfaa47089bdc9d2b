import HTTPTypes
import HubProtocol
import Payments

extension OperatorRoutes {
    var adjustmentTable: [Route] {
        [
            .taking(.post, "/operator/v1/adjustments", "proposeAdjustment", .operator, NewAdjustment.self) {
                request, adjustment in
                try Texts.checkAmount(adjustment.amountFen, field: "amountFen")
                try Texts.check(adjustment.note, field: "note", limit: HubLimits.noteBytes)
                return try await store.propose(adjustment, by: request.identifiedOperator(), now: request.now)
            },
            .reading(.get, "/operator/v1/adjustments", "listAdjustments", .operator) { request in
                try await store.adjustments(
                    request.choice(query: "state", standard: AdjustmentFilter.proposed), request.page())
            },
            .reading(.get, "/operator/v1/adjustments/{adjustment}", "showAdjustment", .operator) { request in
                try await store.adjustment(request.number("adjustment"))
            },
            .taking(
                .post, "/operator/v1/adjustments/{adjustment}/decide", "decideAdjustment", .operator,
                AdjustmentDecision.self
            ) { request, decision in
                try Texts.check(decision.note, field: "note", limit: HubLimits.noteBytes)
                return try await store.decide(
                    adjustment: request.number("adjustment"), decision, by: request.identifiedOperator(),
                    now: request.now)
            },
        ]
    }
}

extension HubRequest {
    /// A number in the path.
    func number(_ name: String) throws(HubRefusalError) -> Int64 {
        guard let number = parameters[name].flatMap(Int64.init), number > 0 else {
            throw HubRefusalError(.malformedRequest, "\(name): a number")
        }
        return number
    }
}
