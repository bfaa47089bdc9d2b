import HTTPTypes
import Hummingbird

/// One line of the table from which the router is built and against which `docs/reference/hub-openapi.yaml` is
/// checked.
package struct Route: Sendable {
    /// Who may call it.
    package enum Access: String, Sendable {
        /// Anybody who reaches the port.
        case open
        /// A terminal with its credentials.
        case terminal
        /// The same, also when its certificate has expired.
        case lateTerminal
        /// Whoever may open the operator socket.
        case `operator`
    }

    package let method: HTTPRequest.Method
    /// `/v1/holds`, with parameters as `{name}`.
    package let path: String
    /// The name in the OpenAPI document.
    package let operationID: String
    package let access: Access
    let respond: @Sendable (HubRequest) async throws -> HubAnswerBody
}

extension Route {
    /// A route that reads no body.
    static func reading<Answer: Encodable & Sendable>(
        _ method: HTTPRequest.Method, _ path: String, _ operationID: String, _ access: Access,
        _ respond: @escaping @Sendable (HubRequest) async throws -> Answer
    ) -> Route {
        Route(method: method, path: path, operationID: operationID, access: access) { request in
            try HubAnswerBody(await respond(request))
        }
    }

    /// A route whose body is a `Body` in JSON.
    static func taking<Body: Decodable & Sendable, Answer: Encodable & Sendable>(
        _ method: HTTPRequest.Method, _ path: String, _ operationID: String, _ access: Access, _ body: Body.Type,
        _ respond: @escaping @Sendable (HubRequest, Body) async throws -> Answer
    ) -> Route {
        Route(method: method, path: path, operationID: operationID, access: access) { request in
            try HubAnswerBody(await respond(request, request.decoded(as: body)))
        }
    }

    /// Whether `path` has the shape of this route's path.
    func matches(path: String) -> Bool {
        let own = self.path.split(separator: "/")
        let other = path.split(separator: "/")
        return own.count == other.count && zip(own, other).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
    }
}
