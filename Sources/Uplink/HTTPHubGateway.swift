import AsyncHTTPClient
import FoundationEssentials
import HubProtocol
import NIOCore
import NIOHTTP1
import Payments
import Terminal

/// The hub over HTTP. Connections are kept open between requests, so that a hold within its budget does not pay for
/// a handshake as a rule.
///
/// ``shutdown()`` must be called before the last reference goes.
package final class HTTPHubGateway: HubGateway {
    /// Longest time for registration, upload or a page of changes. A full batch is about 225 kB, which an old
    /// 256 kbit/s line carries in 7 s.
    package static let exchangeTimeout = Duration.seconds(15)
    /// Longest time to open a connection.
    package static let connectTimeout = TimeAmount.seconds(5)
    /// How long an unused connection is kept: longer than the usual pause between two polls of the changes feed.
    package static let idleTimeout = TimeAmount.seconds(60)

    private let client: HTTPClient
    private let address: HubAddress
    private let headers: HTTPHeaders

    /// - Parameter userAgent: program and version, for the hub's log.
    package init(address: HubAddress, terminal: TerminalID, secret: TerminalSecret, userAgent: String) {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.timeout.connect = Self.connectTimeout
        configuration.connectionPool.idleTimeout = Self.idleTimeout
        // A refused connection is an answer that the cashier's customer need not wait for; retries are the sync
        // service's business.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.httpVersion = .http1Only
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        self.address = address
        headers = [
            "Authorization": secret.authorization(terminal), "User-Agent": userAgent, "Accept": "application/json",
        ]
    }

    package func hold(_ request: HoldRequest, budget: Duration) async -> HubAnswer {
        do {
            let answer: HoldAnswer = try await post("/v1/holds", request, timeout: budget)
            return answer.hubAnswer
        } catch {
            return .none(error.offlineCause)
        }
    }

    package func load(_ request: LoadHoldRequest, budget: Duration) async -> LoadGrantAnswer {
        do {
            let answer: LoadHoldAnswer = try await post("/v1/loads", request, timeout: budget)
            if let grant = answer.grant { return .granted(grant) }
            guard let reason = answer.reason.flatMap(DeclineReason.init(rawValue:)) else { return .none(.faulty) }
            return .declined(reason)
        } catch {
            return .none(error.offlineCause)
        }
    }

    package func register(_ registration: JournalRegistration) async throws(HubError) -> AcknowledgementMessage {
        try await post("/v1/journals", registration, timeout: Self.exchangeTimeout)
    }

    package func upload(_ batch: BatchUpload) async throws(HubError) -> AcknowledgementMessage {
        try await post("/v1/batches", batch, timeout: Self.exchangeTimeout)
    }

    package func changes(after cursor: UInt64, limit: Int) async throws(HubError) -> ChangesPage {
        let request = self.request("/v1/changes?after=\(cursor)&limit=\(limit)")
        return try await exchange(request, timeout: Self.exchangeTimeout)
    }

    /// Closes the connections. Requests under way end as unreachable, and so does every later one.
    package func shutdown() async {
        do {
            try await client.shutdown()
        } catch {
            // Thrown when it is shut down already, or a connection did not close in order: it is gone either way.
        }
    }

    private func request(_ path: String) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: address.text + path)
        request.headers = headers
        return request
    }

    private func post<Answer: Decodable & Sendable>(
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
    /// What the failure means to a payer who waits.
    fileprivate var offlineCause: OfflineCause {
        switch code {
        case .unreachable: .unreachable
        case .timedOut: .timedOut
        case .answerMalformed, .refused, .refusedOtherwise: .faulty
        }
    }

    /// The refusal in the body of an answer that is not a success.
    fileprivate init(status: Int, body: Data) {
        guard let message = try? JSONDecoder().decode(RefusalMessage.self, from: body),
            let refusal = message.refusal
        else {
            self.init(.refusedOtherwise(status: status))
            return
        }
        self.init(.refused(refusal, acknowledged: message.acknowledged))
    }
}
