import Foundation
import HTTPTypes
import Hub
import HubProtocol
import Payments
import TestSupport
import Testing

@Suite("HTTP")
struct HTTPTests {
    let hub: HubFixture
    let account: AccountID
    let terminal: TestTerminal

    init() async throws {
        hub = try await HubFixture.open()
        account = try await hub.account(1, fen: 1000)
        terminal = try await hub.terminal([try await hub.merchant()])
    }

    @Test("health needs no credentials")
    func health() async throws {
        let reply = try await hub.ask(.get, "/v1/health")
        #expect(reply.status == 200)
        let health = try reply.decoded(as: HealthAnswer.self)
        #expect(health.status == "ok")
        #expect(health.hubTimeMilliseconds == hub.clock.now().milliseconds)
        #expect(reply.headers[.contentType] == "application/json; charset=utf-8")
    }

    @Test("wrong credentials look the same whether the terminal exists or not")
    func wrongCredentials() async throws {
        let id = terminal.credentials.id.text
        let secret = terminal.credentials.secret
        let wrong = (secret.hasPrefix("0") ? "F" : "0") + secret.dropFirst()
        let headers: [String?] = [
            nil, "", "Bearer", "Bearer ", "Bearer \(id)", "Bearer \(id).", "Bearer \(id).\(wrong)",
            "Bearer 0000000000FE.\(secret)", "Bearer \(id).\(secret)0", "Bearer \(id).\(secret).x",
            "Bearer \(id).\(String(repeating: " ", count: 64))", "Basic \(id).\(secret)", "bearer \(id).\(secret)",
            "Bearer \(id).\(String(repeating: "é", count: 32))",
        ]
        var bodies: Set<String> = []
        for header in headers {
            let reply = try await hub.ask(.get, "/v1/changes", authorization: header)
            #expect(reply.status == 401, "\(header ?? "none")")
            bodies.insert(reply.text)
        }
        #expect(bodies.count == 1)
        #expect(try await hub.ask(.get, "/v1/changes", authorization: terminal.authorization).status == 200)
    }

    @Test("a disabled terminal is refused and an enabled one is not, over a restart too")
    func disabled() async throws {
        let path = "/terminals/\(terminal.credentials.id)"
        try await hub.operate(.post, "\(path)/disable", as: TerminalSummary.self)
        let reply = try await terminal.ask(.get, "/v1/changes")
        #expect(reply.status == 403)
        #expect(try reply.refusal().refusal == .terminalNotPermitted)
        #expect(try await hub.operate(.post, "\(path)/disable").refusal().refusal == .notPermittedInThisState)
        let reopened = try await hub.reopened()
        let again = terminal.moved(to: reopened)
        #expect(try await again.ask(.get, "/v1/changes").status == 403)
        try await reopened.operate(.post, "\(path)/enable", as: TerminalSummary.self)
        #expect(try await again.ask(.get, "/v1/changes").status == 200)
    }

    @Test("an unknown path is 404 and a wrong method 405, both as refusals")
    func routing() async throws {
        let unknown = try await hub.ask(.get, "/v1/nothing")
        #expect(unknown.status == 404)
        #expect(try unknown.refusal().refusal == .notFound)
        let wrong = try await hub.ask(.get, "/v1/holds")
        #expect(wrong.status == 405)
        #expect(wrong.headers[.allow] == "POST")
        #expect(try wrong.refusal().refusal == .malformedRequest)
        let account = try await hub.operate(.delete, "/accounts/1")
        #expect(account.status == 405)
        #expect(account.headers[.allow] == "GET")
    }

    @Test("the terminals' port does not serve the operator, nor the socket the terminals")
    func separated() async throws {
        #expect(try await hub.ask(.get, "/operator/v1/accounts", authorization: terminal.authorization).status == 404)
        #expect(try await hub.operate(.get, "/../../v1/changes").status == 404)
    }

    @Test("a body of exactly the limit is read, and one byte more is not")
    func bodyLimit() async throws {
        let limit = HubProtocolLimits.bodyBytes
        for (count, status) in [(limit, 400), (limit + 1, 413)] {
            let reply = try await hub.ask(
                .post, "/v1/holds", body: Data(repeating: 0x20, count: count), authorization: terminal.authorization)
            #expect(reply.status == status)
        }
    }

    @Test("credentials are checked before the body")
    func credentialsFirst() async throws {
        let body = Data(repeating: 0x20, count: HubProtocolLimits.bodyBytes + 1)
        #expect(try await hub.ask(.post, "/v1/holds", body: body, authorization: "Bearer x").status == 401)
    }

    @Test(
        "a body that is no JSON object is refused",
        arguments: ["", "{", "[]", "null", "1", "\"x\"", "{\"a\":1}", "{\"records\":[]", "\u{0}"])
    func notJSON(body: String) async throws {
        for path in ["/v1/holds", "/v1/batches", "/v1/journals"] {
            let reply = try await hub.ask(
                .post, path, body: Data(body.utf8), authorization: terminal.authorization)
            #expect(reply.status == 400)
            #expect(try reply.refusal().refusal == .malformedRequest)
        }
    }

    /// Replaces the value at `path` of a JSON object.
    private func replacing(_ path: [Any], with value: Any?, in object: Any) throws -> Any {
        guard let first = path.first else { return try #require(value) }
        let rest = Array(path.dropFirst())
        if let index = first as? Int {
            var array = try #require(object as? [Any])
            array[index] = try replacing(rest, with: value, in: array[index])
            return array
        }
        var dictionary = try #require(object as? [String: Any])
        let key = try #require(first as? String)
        if rest.isEmpty {
            dictionary[key] = value
        } else {
            dictionary[key] = try replacing(rest, with: value, in: try #require(dictionary[key]))
        }
        return dictionary
    }

    private func expectRefused(
        _ url: String, _ message: any Encodable, _ path: [Any], _ value: Any?, names field: String
    ) async throws {
        let object = try JSONSerialization.jsonObject(with: JSONEncoder().encode(message))
        let changed = try replacing(path, with: value, in: object)
        let body = try JSONSerialization.data(withJSONObject: changed)
        let reply = try await hub.ask(.post, url, body: body, authorization: terminal.authorization)
        #expect(reply.status == 400, "\(field): \(reply.text)")
        let refusal = try reply.refusal()
        #expect(refusal.refusal == .malformedRequest)
        #expect(refusal.message.hasPrefix(field), "\(refusal.message)")
        if let text = value as? String, text.count > 3 { #expect(!reply.text.contains(text)) }
    }

    @Test("a hold that is malformed in any field is refused with the field's name, not its value")
    func malformedHold() async throws {
        let request = try terminal.holdRequest(terminal.mint(), number: 1, fen: 5)
        let cases: [(String, Any?)] = [
            ("transaction", "secret-xyz"), ("transaction", nil), ("transaction", 5), ("amountFen", 0),
            ("amountFen", -1), ("amountFen", 100_000_001), ("amountFen", 1.5), ("amountFen", "600"),
            ("amountFen", nil), ("card", "uid:SECRET"), ("card", nil), ("proof", "maybe-so"), ("proof", nil),
            ("code", ["keyID": 1, "serial": "0000000000000001"]), ("merchant", "no such merchant!"),
            ("merchant", nil), ("lane", ""), ("lane", nil), ("undeliveredFen", -1), ("undeliveredFen", nil),
            ("undeliveredFen", 1_000_000_001),
        ]
        for (field, value) in cases {
            let named = field == "code" || (field == "card" && value == nil) ? "card" : field
            try await expectRefused("/v1/holds", request, [field], value, names: named)
        }
        let code = try terminal.holdRequest(
            terminal.mint(), number: 1, fen: 5, code: CodeReference(keyID: 1, serial: 1))
        try await expectRefused("/v1/holds", code, ["code", "serial"], "12345", names: "code.serial")
        try await expectRefused("/v1/holds", code, ["code", "keyID"], 256, names: "code.keyID")
        #expect(try await hub.held(account) == 0)
    }

    @Test("a batch that is malformed in any field is refused with the field's name, not its value")
    func malformedBatch() async throws {
        try terminal.write(.approved, account)
        try terminal.write(.approved, account, code: CodeReference(keyID: 1, serial: 1))
        try terminal.write(.declined(.insufficientFunds), account)
        try terminal.write(.voided, nil)
        let batch = try terminal.batch(1...4)
        let cases: [([Any], Any?, String)] = [
            (["records"], "x", "records"), (["records"], nil, "records"), (["records", 0], "text", "records[0]"),
            (["records", 0, "sequence"], 0, "records[0].sequence"),
            (["records", 0, "sequence"], -1, "records[0].sequence"),
            (["records", 1, "transaction"], "0123", "records[1].transaction"),
            (["records", 0, "outcome"], "perhaps", "records[0].outcome"),
            (["records", 0, "reason"], 5101, "records[0].reason"),
            (["records", 2, "reason"], nil, "records[2].reason"), (["records", 2, "reason"], 1, "records[2].reason"),
            (["records", 0, "sale"], nil, "records[0].sale"), (["records", 2, "sale"], nil, "records[2].sale"),
            (["records", 0, "sale", "amountFen"], 0, "records[0].sale.amountFen"),
            (["records", 0, "sale", "amountFen"], 100_000_001, "records[0].sale.amountFen"),
            (["records", 0, "sale", "card"], "uid:0102", "records[0].sale.card"),
            (["records", 0, "sale", "card"], nil, "records[0].sale.card"),
            (["records", 0, "sale", "proof"], nil, "records[0].sale.proof"),
            (["records", 0, "sale", "account"], nil, "records[0].sale.account"),
            (["records", 0, "sale", "account"], "0000", "records[0].sale.account"),
            (["records", 1, "sale", "code", "serial"], "XYZXYZ", "records[1].sale.code.serial"),
            (["records", 0, "sale", "merchant"], "a b c d", "records[0].sale.merchant"),
            (["records", 0, "sale", "lane"], "a b c d", "records[0].sale.lane"),
            (["records", 0, "sale", "path"], "by post", "records[0].sale.path"),
            (["records", 0, "decidedAtMilliseconds"], nil, "records[0].decidedAtMilliseconds"),
            (["records", 0, "replicaCursor"], -1, "records[0].replicaCursor"),
            (["records", 0, "replicaCursor"], UInt64(1) << 63, "records[0].replicaCursor"),
            (["checkpoint"], nil, "checkpoint"), (["checkpoint", "terminal"], "0123", "checkpoint.terminal"),
            (["checkpoint", "journal"], "0123", "checkpoint.journal"),
            (["checkpoint", "hash"], "0123", "checkpoint.hash"),
            (["checkpoint", "sequence"], -1, "checkpoint.sequence"),
            (["checkpoint", "signature"], nil, "checkpoint.signature"),
        ]
        for (path, value, field) in cases {
            try await expectRefused("/v1/batches", batch, path, value, names: field)
        }
        let void = try terminal.batch(4...4)
        let sale = try JSONSerialization.jsonObject(with: JSONEncoder().encode(try #require(batch.records[0].sale)))
        try await expectRefused("/v1/batches", void, ["records", 0, "sale"], sale, names: "records[0].sale")
        #expect(try await hub.balance(account) == 1000)
        #expect(try await terminal.deliverAll().sequence == 4)
    }

    @Test("a body of 100,000 open brackets is refused and nothing breaks")
    func deepNesting() async throws {
        let body = Data(repeating: UInt8(ascii: "["), count: 100_000)
        #expect(try await hub.ask(.post, "/v1/holds", body: body, authorization: terminal.authorization).status == 400)
        #expect(try await hub.ask(.get, "/v1/health").status == 200)
    }

    @Test(
        "operators' path parts are checked", arguments: ["/accounts/0", "/accounts/x", "/accounts/01", "/terminals/1"])
    func pathParts(path: String) async throws {
        #expect(try await hub.operate(.get, path).refusal().refusal == .malformedRequest)
    }
}
