import AsyncHTTPClient
import Foundation
import HubProtocol
import NIOCore
import NIOHTTP1
import Payments

/// Talks to the hub over its operator socket.
struct OperatorClient: Sendable {
    let socketPath: String

    /// Longest wait for an answer; a books check over years of postings is the longest there is.
    private static let patience = TimeAmount.minutes(10)
    /// Largest answer taken, in bytes: a page of 1,000 statement lines is about 400 kB.
    private static let answerLimit = 16 << 20

    /// Fetches `path` with those of `query` that have a value.
    func get(_ path: String, _ query: [(name: String, value: String?)] = []) async throws -> Data {
        try await send(.GET, Self.uri(path, query), body: nil)
    }

    /// Sends `body`, or nothing, to `path`.
    func post(_ path: String, _ body: (any Encodable & Sendable)? = nil) async throws -> Data {
        try await send(.POST, path, body: body)
    }

    /// Replaces what is at `path`.
    func put(_ path: String, _ body: any Encodable & Sendable) async throws -> Data {
        try await send(.PUT, path, body: body)
    }

    private func send(_ method: HTTPMethod, _ uri: String, body: (any Encodable & Sendable)?) async throws -> Data {
        guard let url = URL(httpURLWithSocketPath: socketPath, uri: uri) else {
            throw CommandFailure(.data, "\(socketPath) is not a socket path")
        }
        var request = HTTPClientRequest(url: url.absoluteString)
        request.method = method
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(try JSONEncoder().encode(body))
        }
        let (status, data) = try await exchange(request)
        guard status == .ok else { throw Self.refusal(data, status: status) }
        return data
    }

    private func exchange(_ request: HTTPClientRequest) async throws -> (HTTPResponseStatus, Data) {
        var configuration = HTTPClient.Configuration()
        // A hub that is not there does not come by waiting: say so at once.
        configuration.connectionPool.retryConnectionEstablishment = false
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let result: Result<(HTTPResponseStatus, Data), any Error>
        do {
            let response = try await client.execute(request, timeout: Self.patience)
            let body = try await response.body.collect(upTo: Self.answerLimit)
            result = .success((response.status, Data(body.readableBytesView)))
        } catch {
            result = .failure(unavailable(error))
        }
        try await client.shutdown()
        return try result.get()
    }

    private func unavailable(_ error: any Error) -> CommandFailure {
        switch error {
        case let error as HTTPClientError where error == .readTimeout || error == .deadlineExceeded:
            CommandFailure(.unavailable, "the hub did not answer (socket \(socketPath))")
        case let error as IOError where error.errnoCode == EACCES || error.errnoCode == EPERM:
            CommandFailure(.unavailable, "this user may not open the hub's operator socket (socket \(socketPath))")
        default: CommandFailure(.unavailable, "the hub is not running (socket \(socketPath))")
        }
    }

    private static func refusal(_ data: Data, status: HTTPResponseStatus) -> CommandFailure {
        guard let refusal = try? JSONDecoder().decode(RefusalMessage.self, from: data) else {
            return CommandFailure(.data, "the answer is not the hub's (HTTP status \(status.code))")
        }
        return CommandFailure(.refused, "\(refusal.code): \(refusal.message)")
    }

    private static func uri(_ path: String, _ query: [(name: String, value: String?)]) -> String {
        let given = query.compactMap { item in
            item.value.map { value in
                let escaped = value.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? value
                return "\(item.name)=\(escaped)"
            }
        }
        return given.isEmpty ? path : "\(path)?\(given.joined(separator: "&"))"
    }
}
