import HTTPTypes
import HubProtocol
import Payments

extension OperatorRoutes {
    var workTable: [Route] {
        [
            .reading(.get, "/operator/v1/exceptions/{exception}", "showException", .operator) { request in
                try await store.exception(request.number("exception"))
            },
            .taking(
                .post, "/operator/v1/exceptions/{exception}/assign", "assignException", .operator,
                ExceptionAssignment.self
            ) { request, assignment in
                if let assignee = assignment.assignee {
                    try Texts.check(assignee, field: "assignee", limit: HubLimits.nameBytes)
                }
                return try await store.assignException(
                    request.number("exception"), to: assignment.assignee, by: request.identifiedOperator(),
                    now: request.now)
            },
            .taking(
                .post, "/operator/v1/exceptions/{exception}/notes", "noteException", .operator, ExceptionFinding.self
            ) { request, finding in
                try Texts.check(finding.note, field: "note", limit: HubLimits.noteBytes)
                return try await store.noteException(
                    request.number("exception"), note: finding.note, by: request.identifiedOperator(),
                    now: request.now)
            },
            .taking(
                .post, "/operator/v1/exceptions/{exception}/reopen", "reopenException", .operator,
                ExceptionReopening.self
            ) { request, reopening in
                try Texts.check(reopening.note, field: "note", limit: HubLimits.noteBytes)
                return try await store.reopenException(
                    request.number("exception"), note: reopening.note, by: request.identifiedOperator(),
                    now: request.now)
            },
            .taking(.post, "/operator/v1/contests", "contestSale", .operator, ContestRequest.self) {
                request, contest in
                try Texts.check(contest.note, field: "note", limit: HubLimits.noteBytes)
                return try await store.contest(contest, by: request.identifiedOperator(), now: request.now)
            },
            .taking(.post, "/operator/v1/reconciliations", "reconcile", .operator, ReconciliationRequest.self) {
                request, body in
                try await store.reconcile(body, now: request.now)
            },
        ]
    }
}

extension HubRequest {
    fileprivate static func name<Name: RawRepresentable<String>>(
        _ text: String?, _ field: String, as type: Name.Type
    ) throws(HubRefusalError) -> Name? {
        guard let text else { return nil }
        guard let name = Name(rawValue: text) else { throw HubRefusalError(.malformedRequest, "\(field): unknown") }
        return name
    }

    /// Which exceptions are wanted.
    func exceptionSearch() throws(HubRefusalError) -> ExceptionSearch {
        ExceptionSearch(
            state: try choice(query: "state", standard: .open),
            kind: try Self.name(query["kind"], "kind", as: ExceptionKind.self),
            terminal: try optionalIdentifier(query: "terminal"), assignee: query["assignee"])
    }
}
