import AsyncHTTPClient
import ControlProtocol
import FoundationEssentials
import NIOCore
import NIOHTTP1
import Payments

/// Talks to the daemon's control interface over its Unix socket.
package struct ControlClient: Sendable {
    /// Longest time for an answer beyond what the question itself waits.
    private static let patience = Duration.seconds(30)
    /// Largest answer taken, bytes: a page of 500 exported records is about 400 KiB.
    private static let answerLimit = 4 << 20

    /// One for the process, and never shut down. It does not try again to connect: a daemon that is not there does not
    /// come by waiting, and the operator wants to know at once.
    private static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration()
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    private let socketPath: String

    /// - Parameter socketPath: the daemon's control socket.
    package init(socketPath: String) { self.socketPath = socketPath }

    package func status() async throws(ControlClientError) -> StatusMessage { try await send(.GET, "/v1/status") }

    /// Arms `lane`. The same reference again is the same sale.
    package func arm(
        lane: LaneID, reference: String, amount: Amount, load: SaleOrderMessage.Load? = nil, pin: String? = nil
    ) async throws(ControlClientError) -> SaleMessage {
        try await send(.PUT, salePath(lane, reference), body: SaleOrderMessage(amount: amount, load: load, pin: pin))
    }

    /// How a sale stands, waiting up to `wait` seconds (at most 25) for its end.
    package func sale(
        lane: LaneID, reference: String, wait: Int = 0
    ) async throws(ControlClientError) -> SaleMessage {
        try await send(.GET, salePath(lane, reference) + "?wait=\(wait)", patience: .seconds(wait) + Self.patience)
    }

    /// Gives the PIN that a sale waits for.
    package func enterPIN(
        lane: LaneID, reference: String, pin: String
    ) async throws(ControlClientError) -> SaleMessage {
        try await send(.PUT, salePath(lane, reference) + "/pin", body: EnteredPINMessage(pin: pin))
    }

    /// Takes back a sale that nobody has paid.
    package func cancel(lane: LaneID, reference: String) async throws(ControlClientError) -> SaleMessage {
        try await send(.DELETE, salePath(lane, reference))
    }

    /// Refunds or voids a sale. The same reference again is the same correction.
    package func correct(
        reference: String, _ order: CorrectionOrderMessage
    ) async throws(ControlClientError) -> CorrectionMessage {
        try await send(.PUT, "/v1/corrections/\(percentEncoded(reference))", body: order)
    }

    /// The correction that was made under a reference.
    package func correction(reference: String) async throws(ControlClientError) -> CorrectionMessage {
        try await send(.GET, "/v1/corrections/\(percentEncoded(reference))")
    }

    package func journal(after: UInt64, limit: Int) async throws(ControlClientError) -> JournalPageMessage {
        try await send(.GET, "/v1/journal?after=\(after)&limit=\(limit)")
    }

    package func export(after: UInt64, limit: Int) async throws(ControlClientError) -> JournalExportMessage {
        try await send(.GET, "/v1/journal/export?after=\(after)&limit=\(limit)")
    }

    /// Checks the whole journal; takes seconds for a hundred thousand records.
    package func verify() async throws(ControlClientError) -> VerificationMessage {
        try await send(.POST, "/v1/journal/verify", patience: .seconds(600))
    }

    /// Makes terminal and hub level now.
    package func sync() async throws(ControlClientError) -> SyncMessage {
        try await send(.POST, "/v1/sync", patience: .seconds(300))
    }

    /// Examines the card on the reader of `lane`, waiting up to `wait` seconds (at most 25) for one.
    package func examine(lane: LaneID, wait: Int = 0) async throws(ControlClientError) -> ExaminationMessage {
        try await send(
            .POST, "/v1/lanes/\(lane.text)/examination?wait=\(wait)", patience: .seconds(wait) + Self.patience)
    }

    /// Wants the tap of the next sale at `lane` recorded.
    package func recordTap(lane: LaneID) async throws(ControlClientError) -> RecordingMessage {
        try await send(.PUT, "/v1/lanes/\(lane.text)/recording")
    }

    /// The recorded tap, waiting up to `wait` seconds (at most 25) for it.
    package func recordedTap(lane: LaneID, wait: Int = 0) async throws(ControlClientError) -> RecordingMessage {
        try await send(
            .GET, "/v1/lanes/\(lane.text)/recording?wait=\(wait)", patience: .seconds(wait) + Self.patience)
    }

    /// Ends the recording and forgets what was recorded.
    package func endRecording(lane: LaneID) async throws(ControlClientError) -> RecordingMessage {
        try await send(.DELETE, "/v1/lanes/\(lane.text)/recording")
    }

    /// The readers that the terminal has.
    package func readers() async throws(ControlClientError) -> ReadersMessage { try await send(.GET, "/v1/readers") }

    /// Sets back `wrong_mac2` or `terminal_serial` of the PSAM.
    package func resetSecureModule(_ what: String) async throws(ControlClientError) -> SecureModuleMessage {
        try await send(.POST, "/v1/secure-module/reset", body: SecureModuleResetMessage(reset: what))
    }

    /// The rules in force and what they allow.
    ///
    /// - Parameter at: as if it were that time, milliseconds since 1970.
    package func policy(
        account: AccountID?, cardClass: ClassName?, at: Int64?, terminals: Int
    ) async throws(ControlClientError) -> PolicyExplanationMessage {
        var path = "/v1/policy?terminals=\(terminals)"
        if let account { path += "&account=\(account.text)" }
        if let cardClass { path += "&class=\(cardClass.text)" }
        if let at { path += "&at=\(at)" }
        return try await send(.GET, path)
    }

    private func salePath(_ lane: LaneID, _ reference: String) -> String {
        "/v1/lanes/\(lane.text)/sales/\(percentEncoded(reference))"
    }

    private enum Method { case GET, PUT, POST, DELETE }

    private func send<Answer: Decodable>(
        _ method: Method, _ path: String, patience: Duration = patience
    ) async throws(ControlClientError) -> Answer {
        try await send(method, path, body: String?.none, patience: patience)
    }

    private func send<Body: Encodable, Answer: Decodable>(
        _ method: Method, _ path: String, body: Body?, patience: Duration = patience
    ) async throws(ControlClientError) -> Answer {
        var request = HTTPClientRequest(url: "http+unix://\(percentEncoded(socketPath))\(path)")
        switch method {
        case .GET: request.method = .GET
        case .PUT: request.method = .PUT
        case .POST: request.method = .POST
        case .DELETE: request.method = .DELETE
        }
        let bytes: ByteBuffer
        let status: Int
        do {
            if let body {
                request.headers.add(name: "Content-Type", value: "application/json")
                request.body = .bytes(Array(try JSONEncoder().encode(body)))
            }
            let response = try await Self.client.execute(request, timeout: TimeAmount(patience))
            bytes = try await response.body.collect(upTo: Self.answerLimit)
            status = Int(response.status.code)
        } catch {
            throw .unavailable(socketPath: socketPath)
        }
        let data = Data(bytes.readableBytesView)
        if status >= 400 {
            let problem = try? JSONDecoder().decode(ProblemMessage.self, from: data)
            throw .refused(problem ?? ProblemMessage(number: 9001, message: "HTTP status \(status)"))
        }
        do {
            return try JSONDecoder().decode(Answer.self, from: data)
        } catch {
            throw .answerMalformed
        }
    }

    /// Everything but letters, digits, `-`, `.` and `_` as `%XX`.
    private func percentEncoded(_ text: String) -> String {
        text.utf8.reduce(into: "") { result, byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                result += "%" + Hex.encode([byte])
            }
        }
    }
}

/// The control interface could not be used, or said no.
package enum ControlClientError: Error, Sendable {
    /// The daemon does not run, or the caller may not use its socket.
    case unavailable(socketPath: String)
    case refused(ProblemMessage)
    case answerMalformed
}
