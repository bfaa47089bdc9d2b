import Foundation
import HTTPTypes
import HubProtocol
import Hummingbird

/// The JSON of an answer.
struct HubAnswerBody: Sendable {
    let json: Data

    /// Keys in alphabetical order, so that the same answer has the same bytes.
    init(_ answer: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        json = try encoder.encode(answer)
    }

    func response(status: Int) -> Response {
        Response(
            status: HTTPResponse.Status(code: status),
            headers: [.contentType: "application/json; charset=utf-8", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: json)))
    }
}

extension HubRefusalError {
    /// The refusal as an HTTP answer.
    ///
    /// - Parameter status: another status than the refusal's own, where HTTP has a more exact one.
    func response(status: Int? = nil) throws -> Response {
        var message = refusalMessage
        // A hub in trouble is not helped by everybody asking again at once.
        if refusal == .hubFault { message.retryAfterMilliseconds = HubLimits.retryAfterFaultMilliseconds }
        return try HubAnswerBody(message).response(status: status ?? refusal.httpStatus)
    }
}
