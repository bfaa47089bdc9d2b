import AsyncHTTPClient
import FoundationEssentials
import HubProtocol
import NIOCore
import NIOHTTP1
import NIOSSL
import Terminal

/// One request to the hub and its answer.
struct HubExchange: Sendable {
    let client: HTTPClient
    let address: HubAddress
    let headers: HTTPHeaders

    func get<Answer: Decodable & Sendable>(_ path: String, timeout: Duration) async throws(HubError) -> Answer {
        try await exchange(request(path), timeout: timeout)
    }

    func post<Answer: Decodable & Sendable>(
        _ path: String, _ message: some Encodable, timeout: Duration
    ) async throws(HubError) -> Answer {
        var request = self.request(path)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        do {
            request.body = .bytes(ByteBuffer(bytes: try JSONEncoder().encode(message)))
        } catch {
            throw HubError(transport: error)
        }
        return try await exchange(request, timeout: timeout)
    }

    private func request(_ path: String) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: address.text + path)
        request.headers = headers
        return request
    }

    private func exchange<Answer: Decodable & Sendable>(
        _ request: HTTPClientRequest, timeout: Duration
    ) async throws(HubError) -> Answer {
        do {
            return try await withDeadline(timeout) { [client] in
                let response = try await client.execute(request, timeout: TimeAmount(timeout))
                let body = try await response.body.collect(upTo: HubProtocolLimits.bodyBytes)
                let bytes = Data(body.readableBytesView)
                guard (200..<300).contains(response.status.code) else {
                    throw HubError(status: Int(response.status.code), body: bytes)
                }
                return try JSONDecoder().decode(Answer.self, from: bytes)
            }
        } catch {
            throw HubError(transport: error)
        }
    }
}

extension HubError {
    /// The refusal in the body of an answer that is not a success.
    fileprivate init(status: Int, body: Data) {
        guard let message = try? JSONDecoder().decode(RefusalMessage.self, from: body),
            let refusal = message.refusal
        else {
            self.init(.refusedOtherwise(status: status))
            return
        }
        // Nobody waits longer than a few minutes because a hub says so.
        let retryAfter = message.retryAfterMilliseconds.map { Duration.milliseconds(min(max($0, 0), 300_000)) }
        self.init(.refused(refusal, acknowledged: message.acknowledged), retryAfter: retryAfter)
    }
}

extension HTTPClient.Configuration {
    /// As all requests to the hub are made.
    ///
    /// - Parameter tls: `nil` for a hub on this machine.
    static func hub(tls: TLSConfiguration?) -> HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration()
        configuration.tlsConfiguration = tls
        configuration.redirectConfiguration = .disallow
        configuration.timeout.connect = HTTPHubGateway.connectTimeout
        configuration.connectionPool.idleTimeout = HTTPHubGateway.idleTimeout
        // A refused connection is an answer that the cashier's customer need not wait for; retries are the sync
        // service's business.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.httpVersion = .http1Only
        return configuration
    }
}
