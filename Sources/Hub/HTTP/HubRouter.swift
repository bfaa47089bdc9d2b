import Certificates
import Foundation
import HTTPTypes
import HubProtocol
import Hummingbird
import NIOCore
import Payments

/// Builds the router of one interface from its table of routes.
struct HubRouter: Sendable {
    let routes: [Route]
    let authenticator: TerminalAuthenticator
    let clock: any HubClock
    let peers: any OperatorPeers
    /// Whether it is reached over TLS: then a certificate counts, and nothing else.
    var isEncrypted = false

    func build() -> Router<HubContext> {
        let router = Router(context: HubContext.self)
        router.add(middleware: RefusalMiddleware(routes: routes))
        for route in routes {
            router.on(RouterPath(route.path), method: route.method) { request, context in
                try await answer(request, context: context, route: route)
            }
        }
        return router
    }

    private func answer(_ request: Request, context: HubContext, route: Route) async throws -> Response {
        let now = clock.now()
        var terminal: TerminalID?
        var certificate: CertificateSerial?
        // Before the body is read: nobody unknown makes the hub buffer a megabyte.
        switch route.access {
        case .open, .operator: break
        case .terminal, .lateTerminal:
            if isEncrypted, let channel = context.channel {
                let record = try await authenticator.certificate(
                    on: channel, permitsExpired: route.access == .lateTerminal, peer: context.peer, now: now)
                terminal = record.terminal
                certificate = record.serial
            } else {
                terminal = try await authenticator.terminal(authorization: request.headers[.authorization], now: now)
            }
        }
        var peer: OperatorIdentity?
        if route.access == .operator, let channel = context.channel { peer = try await peers.peer(of: channel) }
        let hubRequest = HubRequest(
            terminal: terminal, certificate: certificate, now: now, peer: peer, parameters: Self.parameters(context),
            query: Self.query(request),
            body: try await Self.body(request))
        return try await route.respond(hubRequest).response(status: 200)
    }

    private static func body(_ request: Request) async throws -> Data {
        let limit = HubProtocolLimits.bodyBytes
        let tooLarge = HubRefusalError(.bodyTooLarge, "a body has at most \(limit) bytes")
        if let length = request.headers[.contentLength].flatMap(Int.init), length > limit { throw tooLarge }
        do {
            let buffer = try await request.body.collect(upTo: limit)
            return Data(buffer.readableBytesView)
        } catch is NIOTooManyBytesError {
            throw tooLarge
        }
    }

    private static func parameters(_ context: HubContext) -> [String: String] {
        Dictionary(
            context.parameters.map { (String($0.key), $0.value.removingPercentEncoding ?? String($0.value)) },
            uniquingKeysWith: { first, _ in first })
    }

    private static func query(_ request: Request) -> [String: String] {
        Dictionary(
            request.uri.queryParameters.map { (String($0.key), String($0.value)) },
            uniquingKeysWith: { first, _ in first })
    }
}
