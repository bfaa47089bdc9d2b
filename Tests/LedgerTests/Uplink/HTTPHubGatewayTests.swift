import Foundation
import HubProtocol
import Payments
import Terminal
import TestSupport
import Testing
import Uplink

@Suite("The hub over HTTP", .timeLimit(.minutes(15)))
struct HTTPHubGatewayTests {
    private static let secret = "00112233445566778899aabbccddeeff"
    private static let held = """
        {"decision":"held","account":"2026010001","availableFen":420,"hubTimeMilliseconds":1788220800000}
        """
    private static let acknowledged = """
        {"acknowledged":{"sequence":3,"hash":"\(String(repeating: "AB", count: 32))"},"hubTimeMilliseconds":5}
        """

    /// Runs a test against a hub that behaves like `script` on every connection.
    @discardableResult
    private static func with<Value>(
        _ script: @escaping @Sendable (ScriptedServer.Connection, ScriptedServer) -> Void,
        _ body: (HTTPHubGateway, ScriptedServer) async throws -> Value
    ) async throws -> Value {
        let server = try ScriptedServer(script)
        let gateway = try gateway(server.address)
        do {
            let value = try await body(gateway, server)
            await gateway.shutdown()
            server.stop()
            return value
        } catch {
            await gateway.shutdown()
            server.stop()
            throw error
        }
    }

    private static func gateway(_ address: String) throws -> HTTPHubGateway {
        HTTPHubGateway(
            address: try #require(HubAddress(text: address)), terminal: Campus.terminal,
            secret: try #require(TerminalSecret(hex: secret)), userAgent: "tilld/test")
    }

    private static var holdRequest: HoldRequest {
        let transaction = TransactionID(terminal: Campus.terminal, journal: Campus.journal, trace: TraceNumber(7))
        return HoldRequest(Campus.request(transaction, fen: 350), undelivered: Amount(fen: 20))
    }

    /// Answers every request of a connection with the same.
    private static func always(_ status: String, _ body: String)
        -> @Sendable (ScriptedServer.Connection, ScriptedServer) -> Void
    {
        { connection, server in
            while let request = connection.receive() {
                server.note(request)
                connection.answer(body, status: status)
            }
        }
    }

    @Test("a hold carries credentials and the request, and its answer is understood")
    func goodHold() async throws {
        try await Self.with(Self.always("200 OK", Self.held)) { gateway, server in
            let answer = await gateway.hold(Self.holdRequest, budget: .seconds(10))
            #expect(answer == .held(account: Campus.account(), available: Amount(fen: 420)))
            let request = try #require(server.requests.first)
            #expect(request.line == "POST /v1/holds HTTP/1.1")
            #expect(request.head.contains("Authorization: Bearer 0000A1B2C3D4.00112233445566778899AABBCCDDEEFF"))
            #expect(request.head.contains("User-Agent: tilld/test"))
            #expect(request.head.contains("Content-Type: application/json"))
            let sent = try JSONDecoder().decode(HoldRequest.self, from: Data(request.body.utf8))
            #expect(sent == Self.holdRequest)
        }
    }

    @Test("requests one after another share a connection")
    func keepAlive() async throws {
        try await Self.with(Self.always("200 OK", Self.held)) { gateway, server in
            for _ in 0..<5 { _ = await gateway.hold(Self.holdRequest, budget: .seconds(10)) }
            #expect(server.requests.count == 5)
            #expect(server.connections == 1)
        }
    }

    @Test("a declined hold gives the hub's reason")
    func declinedHold() async throws {
        let body = #"{"decision":"declined","reason":5101,"hubTimeMilliseconds":1}"#
        let answer = try await Self.with(Self.always("200 OK", body)) { gateway, _ in
            await gateway.hold(Self.holdRequest, budget: .seconds(10))
        }
        #expect(answer == .declined(.insufficientFunds))
    }

    @Test("a hub that never answers is given up at the budget, and its late answer is dropped")
    func neverAnswers() async throws {
        let release = DispatchSemaphore(value: 0)
        let script: @Sendable (ScriptedServer.Connection, ScriptedServer) -> Void = { connection, server in
            guard let request = connection.receive() else { return }
            server.note(request)
            release.wait()
            connection.answer(Self.held)
        }
        try await Self.with(script) { gateway, server in
            let answer = await gateway.hold(Self.holdRequest, budget: .milliseconds(150))
            release.signal()
            #expect(answer == .none(.timedOut))
            try await eventually("the request arrived") { !server.requests.isEmpty }
        }
    }

    @Test("a body that trickles in does not stretch the budget")
    func slowBody() async throws {
        let script: @Sendable (ScriptedServer.Connection, ScriptedServer) -> Void = { connection, _ in
            guard connection.receive() != nil else { return }
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
            while connection.send(" ") { poll(nil, 0, 2) }
        }
        let answer = try await Self.with(script) { gateway, _ in
            await gateway.hold(Self.holdRequest, budget: .milliseconds(200))
        }
        #expect(answer == .none(.timedOut))
    }

    @Test("a hub that does not accept connections is unreachable at once")
    func refusedConnection() async throws {
        let server = try ScriptedServer { _, _ in }
        server.stop()
        let gateway = try Self.gateway(server.address)
        // The budget is longer than the test may take: the answer must not wait for it.
        #expect(await gateway.hold(Self.holdRequest, budget: .seconds(600)) == .none(.unreachable))
        await #expect(throws: HubError(.unreachable)) { try await gateway.changes(after: 0, limit: 1) }
        await gateway.shutdown()
    }

    @Test(
        "a connection that breaks before, within or after the head is unreachable",
        arguments: [
            "", "HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"decision\":",
        ])
    func brokenConnection(sent: String) async throws {
        for reset in [true, false] {
            let script: @Sendable (ScriptedServer.Connection, ScriptedServer) -> Void = { connection, _ in
                guard connection.receive() != nil else { return }
                connection.send(sent)
                if reset { connection.resetOnClose() }
            }
            try await Self.with(script) { gateway, _ in
                #expect(
                    await gateway.hold(Self.holdRequest, budget: .seconds(30)) == .none(.unreachable), "reset \(reset)")
                await #expect(throws: HubError(.unreachable), "reset \(reset)") {
                    try await gateway.changes(after: 0, limit: 1)
                }
            }
        }
    }

    @Test(
        "an answer that is not the protocol's counts as a faulty hub",
        arguments: [
            ("200 OK", "garbage"), ("200 OK", "{}"), ("200 OK", #"{"decision":"held","hubTimeMilliseconds":1}"#),
            ("200 OK", #"{"decision":"declined","reason":1,"hubTimeMilliseconds":1}"#), ("200 OK", ""),
            ("500 Internal Server Error", "oops"), ("503 Service Unavailable", held), ("401 Unauthorized", "{}"),
            ("302 Found", held), ("204 No Content", ""),
        ])
    func faultyHub(status: String, body: String) async throws {
        let answer = try await Self.with(Self.always(status, body)) { gateway, _ in
            await gateway.hold(Self.holdRequest, budget: .seconds(30))
        }
        #expect(answer == .none(.faulty))
    }

    @Test("something that is not HTTP counts as a faulty hub")
    func notHTTP() async throws {
        let script: @Sendable (ScriptedServer.Connection, ScriptedServer) -> Void = { connection, _ in
            guard connection.receive() != nil else { return }
            connection.send("SSH-2.0-OpenSSH_9.2\r\n\r\n")
            connection.waitForEnd()
        }
        let answer = try await Self.with(script) { gateway, _ in
            await gateway.hold(Self.holdRequest, budget: .seconds(30))
        }
        #expect(answer == .none(.faulty))
    }

    @Test("a body over the limit is not read to its end", arguments: [true, false])
    func hugeBody(announced: Bool) async throws {
        let size = HubProtocolLimits.bodyBytes + 1
        let script: @Sendable (ScriptedServer.Connection, ScriptedServer) -> Void = { connection, _ in
            guard connection.receive() != nil else { return }
            if announced {
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n")
                connection.waitForEnd()
            } else {
                connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                let chunk = "10000\r\n" + String(repeating: " ", count: 65_536) + "\r\n"
                while connection.send(chunk) {}
            }
        }
        try await Self.with(script) { gateway, _ in
            #expect(await gateway.hold(Self.holdRequest, budget: .seconds(30)) == .none(.faulty))
            await #expect(throws: HubError(.answerMalformed)) { try await gateway.changes(after: 0, limit: 1) }
        }
    }

    @Test("registration, upload and changes go where the protocol says")
    func otherCalls() async throws {
        let page = """
            {"changes":[],"cursor":12,"more":false,"hubTimeMilliseconds":9,
            "acknowledged":{"sequence":3,"hash":"\(String(repeating: "AB", count: 32))"}}
            """
        let script: @Sendable (ScriptedServer.Connection, ScriptedServer) -> Void = { connection, server in
            while let request = connection.receive() {
                server.note(request)
                connection.answer(request.line.hasPrefix("GET") ? page : Self.acknowledged)
            }
        }
        try await Self.with(script) { gateway, server in
            let registration = JournalRegistration(journal: Campus.journal, publicKey: Array(repeating: 1, count: 32))
            #expect(try await gateway.register(registration).acknowledged.sequence == 3)
            #expect(try await gateway.upload(Self.batch).hubTimeMilliseconds == 5)
            #expect(try await gateway.changes(after: 11, limit: 500).cursor == 12)
            #expect(
                server.requests.map(\.line) == [
                    "POST /v1/journals HTTP/1.1", "POST /v1/batches HTTP/1.1",
                    "GET /v1/changes?after=11&limit=500 HTTP/1.1",
                ])
            let uploaded = try JSONDecoder().decode(BatchUpload.self, from: Data(server.requests[1].body.utf8))
            #expect(uploaded == Self.batch)
            #expect(server.requests[2].head.contains("Authorization: Bearer 0000A1B2C3D4."))
        }
    }

    @Test("a refusal carries the hub's number and what it has")
    func refusals() async throws {
        let hash = try #require(JournalHash(text: String(repeating: "AB", count: 32)))
        let gap = RefusalMessage(
            .gap, message: "records are missing", acknowledged: Acknowledgement(sequence: 4, hash: hash))
        let body = String(decoding: try JSONEncoder().encode(gap), as: UTF8.self)
        try await Self.with(Self.always("409 Conflict", body)) { gateway, _ in
            await #expect(throws: HubError(.refused(.gap, acknowledged: Acknowledgement(sequence: 4, hash: hash)))) {
                try await gateway.upload(Self.batch)
            }
        }
        let stranger = #"{"code":"E4103","message":"unknown terminal"}"#
        try await Self.with(Self.always("401 Unauthorized", stranger)) { gateway, _ in
            await #expect(throws: HubError(.refused(.unauthenticated, acknowledged: nil))) {
                try await gateway.upload(Self.batch)
            }
        }
        for unknown in [#"{"code":"E9999","message":"new"}"#, "<html>", ""] {
            try await Self.with(Self.always("418 I'm a teapot", unknown)) { gateway, _ in
                await #expect(throws: HubError(.refusedOtherwise(status: 418))) {
                    try await gateway.upload(Self.batch)
                }
            }
        }
    }

    @Test("after shutdown every request ends at once as unreachable")
    func afterShutdown() async throws {
        let gateway = try Self.gateway("http://127.0.0.1:9")
        await gateway.shutdown()
        await gateway.shutdown()
        #expect(await gateway.hold(Self.holdRequest, budget: .seconds(600)) == .none(.unreachable))
        await #expect(throws: HubError(.unreachable)) { try await gateway.changes(after: 0, limit: 1) }
    }

    @Test("neither an error nor the gateway shows the secret or the request")
    func redaction() async throws {
        let gateway = try Self.gateway("http://127.0.0.1:9")
        await gateway.shutdown()
        let error = await #expect(throws: HubError.self) { try await gateway.upload(Self.batch) }
        let secret = try #require(TerminalSecret(hex: Self.secret))
        var dumped = ""
        dump(secret, to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), dumped, "\(String(describing: error))"] {
            #expect(!text.contains("112233") && !text.contains("2026010001"))
        }
    }

    private static let batch: BatchUpload = {
        let transaction = TransactionID(terminal: Campus.terminal, journal: Campus.journal, trace: TraceNumber(1))
        let record = JournalRecord(
            sequence: 1, transaction: transaction, outcome: .voided, sale: nil, decidedAt: Campus.morning,
            replicaCursor: 0)
        let hash = JournalHash.genesis(terminal: Campus.terminal, journal: Campus.journal).following(record)
        guard let key = try? JournalKeyFixture.checkpoint(hash: hash) else { fatalError("a checkpoint can be signed") }
        return BatchUpload(records: [RecordMessage(record)], checkpoint: key)
    }()
}
