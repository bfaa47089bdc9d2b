import AsyncHTTPClient
import Certificates
import HubProtocol
import NIOCore
import NIOHTTP1
import NIOSSL
import Payments
import Synchronization
import Terminal

/// The hub over HTTP. Connections are kept open between requests, so that a hold within its budget does not pay for
/// a handshake as a rule.
///
/// ``shutdown()`` must be called before the last reference goes.
package final class HTTPHubGateway: HubGateway, StandingDesk {
    /// Longest time for registration, upload or a page of changes. A full batch is about 225 kB, which an old
    /// 256 kbit/s line carries in 7 s.
    package static let exchangeTimeout = Duration.seconds(15)
    /// Longest time to open a connection.
    package static let connectTimeout = TimeAmount.seconds(5)
    /// How long an unused connection is kept: longer than the usual pause between two polls of the changes feed.
    package static let idleTimeout = TimeAmount.seconds(60)

    private let connection: Mutex<HubConnection?>
    private let address: HubAddress
    private let headers: HTTPHeaders

    /// A hub on this machine, to which the terminal proves itself with a secret.
    ///
    /// - Parameter userAgent: program and version, for the hub's log.
    package init(address: HubAddress, terminal: TerminalID, secret: TerminalSecret, userAgent: String) {
        connection = Mutex(HubConnection(.hub(tls: nil)))
        self.address = address
        headers = [
            "Authorization": secret.authorization(terminal), "User-Agent": userAgent, "Accept": "application/json",
        ]
    }

    /// A hub to which the terminal proves itself with its certificate, from ``use(_:)`` on. Before that every request
    /// fails as if the hub had asked for one.
    package init(address: HubAddress, userAgent: String) {
        connection = Mutex(nil)
        self.address = address
        headers = ["User-Agent": userAgent, "Accept": "application/json"]
    }

    /// Goes on under `identity`. Requests under way end under the one before.
    ///
    /// - Throws: ``Certificates/CertificateError/Code/malformed`` when TLS cannot use it; then nothing changes.
    package func use(_ identity: TerminalIdentity) throws(CertificateError) {
        let tls: TLSConfiguration
        do {
            tls = try HubTLS.configuration(identity)
        } catch {
            throw CertificateError(.malformed, detail: "TLS")
        }
        var configuration = HTTPClient.Configuration.hub(tls: tls)
        // One connection stands by, beside the one that the sync service may be using: a payment must not wait for a
        // handshake.
        configuration.connectionPool.preWarmedHTTP1ConnectionCount = 1
        let next = HubConnection(configuration)
        connection.withLock { current in
            let old = current
            current = next
            return old
        }?.retire()
    }

    /// Asks for the next certificate, under the one in use.
    package func renew(_ request: RenewalRequest) async throws(HubError) -> CertificateAnswer {
        try await post("/v1/certificates", request, timeout: Self.exchangeTimeout)
    }

    package func hold(_ request: HoldRequest, budget: Duration) async -> HubAnswer {
        do {
            let answer: HoldAnswer = try await post("/v1/holds", request, timeout: budget)
            return answer.hubAnswer(to: Amount(fen: request.amountFen))
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
        let connection = try borrow()
        defer { connection.leave() }
        return try await exchange(over: connection)
            .get("/v1/changes?after=\(cursor)&limit=\(limit)", timeout: Self.exchangeTimeout)
    }

    package func snapshot(after position: String?, limit: Int) async throws(HubError) -> SnapshotPage {
        // Positions are letters, digits and colons, which a query may hold as they are (RFC 3986, section 3.4).
        let after = position.map { "after=\($0)&" } ?? ""
        let connection = try borrow()
        defer { connection.leave() }
        return try await exchange(over: connection)
            .get("/v1/snapshot?\(after)limit=\(limit)", timeout: Self.exchangeTimeout)
    }

    package func report(_ standing: TerminalStanding) async throws(HubError) -> StandingAnswer {
        try await post("/v1/standing", standing, timeout: Self.exchangeTimeout)
    }

    /// Closes the connections. Requests under way end as unreachable, and so does every later one.
    package func shutdown() async { await connection.withLock { $0 }?.shutdown() }

    private func post<Answer: Decodable & Sendable>(
        _ path: String, _ message: some Encodable, timeout: Duration
    ) async throws(HubError) -> Answer {
        let connection = try borrow()
        defer { connection.leave() }
        return try await exchange(over: connection).post(path, message, timeout: timeout)
    }

    /// The connections to use, kept open until ``HubConnection/leave()``.
    private func borrow() throws(HubError) -> HubConnection {
        let borrowed = connection.withLock { connection in
            connection?.enter()
            return connection
        }
        guard let borrowed else {
            throw HubError(.refused(.certificateRequired, acknowledged: nil), detail: "the terminal is not enrolled")
        }
        return borrowed
    }

    private func exchange(over connection: HubConnection) -> HubExchange {
        HubExchange(client: connection.client, address: address, headers: headers)
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
}
