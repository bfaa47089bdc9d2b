import HTTPTypes
import HubProtocol
import Hummingbird
import Logging
import Payments

/// Turns whatever goes wrong into a ``RefusalMessage``, and writes one line per request, at the debug level: operation,
/// status, time. Refusals and failures have a line of their own at a higher level.
///
/// The path is never logged: an operator's path holds card and account numbers.
struct RefusalMiddleware: RouterMiddleware {
    typealias Context = HubContext

    let routes: [Route]

    @concurrent func handle(
        _ request: Request, context: HubContext, next: @concurrent (Request, HubContext) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        let response: Response
        do {
            response = try await next(request, context)
        } catch {
            response = try refuse(error, request: request, context: context)
        }
        let elapsed = ContinuousClock.now - start
        context.logger.debug(
            "request",
            metadata: [
                "operation": "\(operation(request, context))", "status": "\(response.status.code)",
                "milliseconds": "\(elapsed.wholeMilliseconds)",
            ])
        return response
    }

    private func refuse(_ error: any Error, request: Request, context: HubContext) throws -> Response {
        if let refusal = error as? HubRefusalError {
            context.logger.log(
                level: Self.level(refusal.refusal), "refused",
                metadata: [
                    "operation": "\(operation(request, context))", "refusal": "E\(refusal.number)",
                    "terminal": "\(context.peer.terminal?.text ?? Self.terminal(request))",
                ])
            return try refusal.response()
        }
        if let http = error as? HTTPError, http.status == .notFound { return try notFound(request) }
        let described = (error as? any StableError)?.description ?? "E9001: \(type(of: error))"
        context.logger.error(
            "the hub failed", metadata: ["operation": "\(operation(request, context))", "error": "\(described)"])
        return try HubRefusalError(.hubFault, "the hub could not do it; see its log").response()
    }

    /// What hints at a cloned terminal, an edited journal or a hub that lost records wakes somebody up.
    private static func level(_ refusal: HubRefusal) -> Logger.Level {
        switch refusal {
        case .journalUnknown, .contentChanged, .gap, .transactionReused, .journalForked, .terminalCloned: .warning
        default: .info
        }
    }

    /// The terminal's number out of its credentials, right or wrong; never the secret.
    private static func terminal(_ request: Request) -> String {
        let token = request.headers[.authorization]?.split(separator: " ").last ?? ""
        return TerminalID(text: String(token.prefix(12)))?.text ?? "none"
    }

    /// A path that exists under another method is 405, with the methods that it has.
    private func notFound(_ request: Request) throws -> Response {
        let methods = routes.filter { $0.matches(path: request.uri.path) }.map(\.method.rawValue).sorted()
        if methods.isEmpty { return try HubRefusalError(.notFound, "no such path").response() }
        let refusal = HubRefusalError(.malformedRequest, "this path takes \(methods.joined(separator: ", "))")
        var response = try refusal.response(status: 405)
        response.headers[.allow] = methods.joined(separator: ", ")
        return response
    }

    private func operation(_ request: Request, _ context: HubContext) -> String {
        routes.first { $0.method == request.method && $0.path == context.endpointPath }?.operationID ?? "none"
    }
}
