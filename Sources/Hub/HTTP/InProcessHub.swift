import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// The hub's two interfaces without a socket: requests as bytes go through the same routers, middleware and codecs.
/// For the campus simulation, which owns time and the network itself.
package struct InProcessHub: Sendable {
    /// Which interface is asked.
    package enum Interface: Sendable {
        case terminals
        case operators
    }

    /// What is asked.
    package enum Method: Sendable {
        case get
        case post
    }

    private let terminals: RouterResponder<HubContext>
    private let operators: RouterResponder<HubContext>
    private let logger: Logger

    init(terminals: RouterResponder<HubContext>, operators: RouterResponder<HubContext>, logger: Logger) {
        self.terminals = terminals
        self.operators = operators
        var logger = logger
        // Hummingbird gives every request of a socket a number; here they need none.
        logger[metadataKey: "hb.request.id"] = "in-process"
        self.logger = logger
    }

    /// Asks, and gives the HTTP status and the whole body of the answer.
    ///
    /// - Parameters:
    ///   - path: with the query.
    ///   - authorization: value of the header of that name.
    package func ask(
        _ interface: Interface, _ method: Method, _ path: String, body: Data? = nil,
        authorization: String? = nil
    ) async throws -> (status: Int, body: Data) {
        var headers = HTTPFields()
        if let authorization { headers[.authorization] = authorization }
        if let body { headers[.contentLength] = String(body.count) }
        let request = Request(
            head: HTTPRequest(
                method: method == .get ? .get : .post, scheme: "http", authority: "localhost", path: path,
                headerFields: headers),
            body: RequestBody(buffer: ByteBuffer(bytes: body ?? Data())))
        let responder = interface == .terminals ? terminals : operators
        let response = try await responder.respond(to: request, context: HubContext(logger: logger))
        let collected = CollectedBody()
        try await response.body.write(CollectingWriter(body: collected))
        return (response.status.code, collected.bytes)
    }
}

/// What a response has written so far. One response is written by one task.
private final class CollectedBody {
    var bytes = Data()
}

private struct CollectingWriter: ResponseBodyWriter {
    let body: CollectedBody

    mutating func write(_ buffer: ByteBuffer) async throws { body.bytes += buffer.readableBytesView }
    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
