import Foundation
import HTTPTypes
import Hub
import HubProtocol
import Hummingbird
import HummingbirdTesting
import Logging
import Payments
import Synchronization
import TestSupport
import Testing

/// A clock that a test moves.
final class ManualHubClock: HubClock {
    private let time = Mutex(UnixTime(seconds: 1_788_000_000))

    func now() -> UnixTime { time.withLock { $0 } }
    func advance(by duration: Duration) { time.withLock { $0 = $0.advanced(by: duration) } }
}

/// Numbers that do not repeat, the same in every run.
final class CountingHubRandom: HubRandom {
    private let next: Mutex<UInt64>

    init(from start: UInt64 = 0x1000) { next = Mutex(start) }

    func number() -> UInt64 {
        next.withLock { next in
            defer { next &+= 0x9E37_79B9_7F4A_7C15 }
            return next
        }
    }
}

/// Signs nothing: the hub does not look into its own codes.
struct PlainCodeIssuer: PaymentCodeIssuer {
    let key: IssuerKey

    var keyID: UInt8 { key.keyID }
    var publicKey: [UInt8] { key.publicKey }
    var validFrom: UnixTime { key.validFrom }
    var validThrough: UnixTime { key.validThrough }

    func text(for evidence: CodeEvidence) throws -> String { "98\(evidence.reference.serial)" }
}

/// A hub on a real file, asked through its routers.
final class HubFixture: Sendable {
    let directory: TemporaryDirectory
    let clock: ManualHubClock
    let configuration: HubConfiguration
    let hub: HubApplication

    private init(
        directory: TemporaryDirectory, clock: ManualHubClock, configuration: HubConfiguration, hub: HubApplication
    ) {
        self.directory = directory
        self.clock = clock
        self.configuration = configuration
        self.hub = hub
    }

    private convenience init(
        directory: TemporaryDirectory, clock: ManualHubClock, configuration: HubConfiguration
    ) async throws {
        let hub = try await HubApplication.open(
            configuration, codeIssuer: { PlainCodeIssuer(key: $0) }, clock: clock, random: CountingHubRandom(),
            peers: TestPeers(), logger: .quiet)
        self.init(directory: directory, clock: clock, configuration: configuration, hub: hub)
    }

    /// A fixture around a hub that the test opened.
    static func adopt(
        _ hub: HubApplication, directory: TemporaryDirectory, configuration: HubConfiguration,
        clock: ManualHubClock = ManualHubClock()
    ) -> HubFixture {
        HubFixture(directory: directory, clock: clock, configuration: configuration, hub: hub)
    }

    static func open(
        directory: TemporaryDirectory? = nil, clock: ManualHubClock = ManualHubClock(),
        adjust: (inout HubConfiguration) -> Void = { _ in }
    ) async throws -> HubFixture {
        let directory = try directory ?? TemporaryDirectory()
        var configuration = HubConfiguration(
            campus: "Test", port: 0, databasePath: directory.file("hub.sqlite"),
            operatorSocketPath: directory.file("operator.sock"), codeKeyPath: directory.file("code-key.json"))
        adjust(&configuration)
        return try await HubFixture(directory: directory, clock: clock, configuration: configuration)
    }

    /// Closes this hub and opens another one on the same file.
    func reopened() async throws -> HubFixture {
        try await hub.close()
        return try await HubFixture(directory: directory, clock: clock, configuration: configuration)
    }

    /// Asks the terminals' interface.
    func ask(
        _ method: HTTPRequest.Method, _ path: String, body: Data? = nil, authorization: String? = nil
    ) async throws -> HubReply {
        try await Self.ask(hub.terminalInterface(), method, path, body: body, authorization: authorization)
    }

    /// Asks the operator's interface.
    func operate(_ method: HTTPRequest.Method, _ path: String, body: Data? = nil) async throws -> HubReply {
        try await Self.ask(hub.operatorInterface(), method, "/operator/v1" + path, body: body, authorization: nil)
    }

    /// Asks the operator's interface for a success.
    @discardableResult
    func operate<Answer: Decodable>(
        _ method: HTTPRequest.Method, _ path: String, _ body: (any Encodable)? = nil, as type: Answer.Type,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Answer {
        let reply = try await operate(method, path, body: body.map { try JSONEncoder().encode($0) })
        try #require(reply.status == 200, "\(reply.text)", sourceLocation: sourceLocation)
        return try reply.decoded(as: type)
    }

    private static func ask(
        _ application: some ApplicationProtocol, _ method: HTTPRequest.Method, _ path: String, body: Data?,
        authorization: String?
    ) async throws -> HubReply {
        var headers = HTTPFields()
        if let authorization { headers[.authorization] = authorization }
        return try await application.test(.router) { [headers] client in
            let response = try await client.executeRequest(
                uri: path, method: method, headers: headers, body: body.map { ByteBuffer(bytes: $0) })
            return HubReply(
                status: response.status.code, headers: response.headers, body: Data(response.body.readableBytesView))
        }
    }
}

/// An answer of the hub.
struct HubReply: Sendable {
    let status: Int
    let headers: HTTPFields
    let body: Data

    var text: String { String(decoding: body, as: UTF8.self) }

    func decoded<Answer: Decodable>(as type: Answer.Type = Answer.self) throws -> Answer {
        try JSONDecoder().decode(type, from: body)
    }

    /// The refusal; a failure of the test when the hub said yes.
    func refusal(sourceLocation: SourceLocation = #_sourceLocation) throws -> RefusalMessage {
        try #require(status != 200, "the hub took it: \(text)", sourceLocation: sourceLocation)
        return try decoded()
    }
}
