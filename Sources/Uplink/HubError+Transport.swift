import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Terminal

extension HubError {
    /// What an error out of the HTTP client means. Details name the kind of failure only: an error may quote the
    /// request.
    init(transport error: any Error) {
        switch error {
        case let error as HubError: self = error
        case is DeadlinePassed, is CancellationError: self.init(.timedOut)
        case let error as HTTPClientError where Self.timeouts.contains(error):
            self.init(.timedOut, detail: error.shortDescription)
        case let error as HTTPClientError: self.init(.unreachable, detail: error.shortDescription)
        case is NIOTooManyBytesError: self.init(.answerMalformed, detail: "body too large")
        // The connection ended inside an answer.
        case HTTPParserError.invalidEOFState: self.init(.unreachable, detail: "connection ended early")
        case is HTTPParserError: self.init(.answerMalformed, detail: "not HTTP")
        case is DecodingError: self.init(.answerMalformed, detail: "not the JSON of this protocol")
        case let error as IOError: self.init(.unreachable, detail: "errno \(error.errnoCode)")
        default: self.init(.unreachable, detail: "\(type(of: error))")
        }
    }

    private static let timeouts: [HTTPClientError] = [
        .deadlineExceeded, .connectTimeout, .readTimeout, .writeTimeout, .tlsHandshakeTimeout,
        .getConnectionFromPoolTimeout,
    ]
}
