import Certificates
import Crypto
import Foundation
import HTTPTypes
import Hub
import HubProtocol
import Payments
import TestSupport
import Testing

/// Who may use the terminals' routes, asked of every one that `docs/reference/hub-openapi.yaml` lists: a route that is
/// added there and to the hub is asked too, and one without a body below fails here.
@Suite("Access to the terminals' routes", .timeLimit(.minutes(15)))
struct TerminalAccessTests {
    /// A route that asks for credentials.
    private struct Operation: Sendable {
        let id: String
        let method: String
        let path: String
    }

    /// What an expired certificate is still good for (promise 11).
    private static let late: Set = ["registerJournal", "uploadBatch", "renewCertificate"]

    private static func operations(_ document: OpenAPIDocument, tag: String, open: Bool) throws -> [Operation] {
        try document.paths.flatMap { path, item in
            try ["get", "put", "post", "delete", "patch"].compactMap { method -> Operation? in
                guard let entry = item[method] as? [String: Any], (entry["tags"] as? [String]) == [tag],
                    ((entry["security"] as? [Any])?.isEmpty == true) == open
                else { return nil }
                return Operation(
                    id: try #require(entry["operationId"] as? String), method: method.uppercased(),
                    path: path.replacing(/\{[a-z]+\}/, with: "1"))
            }
        }
    }

    /// A request of `terminal` that the hub takes from it, so that what refuses it is who asks.
    private static func body(_ operation: Operation, _ terminal: TestTerminal, _ tls: TLSTerminal) async throws -> Data?
    {
        func json(_ message: any Encodable) throws -> Data { try JSONEncoder().encode(message) }
        switch operation.id {
        case "getChanges", "getSnapshot": return nil
        case "registerJournal":
            return try json(
                JournalRegistration(
                    journal: terminal.journalID, publicKey: Array(terminal.key.publicKey.rawRepresentation)))
        case "placeHold": return try json(terminal.holdRequest(terminal.mint(), number: 1, fen: 5))
        case "placeLoad":
            var purse = try TestPurse(balance: 100)
            return try json(
                terminal.loadRequest(
                    terminal.mint(), purse, fen: 1, initialization: purse.initializeLoad(1, terminal: terminal.id)))
        case "uploadBatch": return try json(terminal.batch(1...UInt64(terminal.records.count)))
        case "reportStanding": return try json(TerminalStanding(policy: 1, policyNotUnderstood: nil))
        case "renewCertificate": return try json(RenewalRequest(certificateRequest: try await tls.request()))
        default:
            Issue.record("\(operation.id) is new: say here with which body it would be taken")
            return nil
        }
    }

    /// Everything that a stranger could have changed.
    private static func state(_ office: IdentityTests.Office) async throws -> [String] {
        let hub = office.hub
        return [
            try await hub.operate(.get, "/terminals").text, try await hub.operate(.get, "/holds").text,
            try await hub.operate(.get, "/accounts").text, try await hub.operate(.get, "/exceptions").text,
            try await hub.operate(.get, "/terminals/\(office.id)/certificates").text,
        ].map { $0.replacing(/"lastContactAtMilliseconds":\d+/, with: "") }
    }

    /// A hub with an account, and a terminal with a record to deliver.
    private func withOffice(_ body: @escaping @Sendable (IdentityTests.Office, [Operation]) async throws -> Void)
        async throws
    {
        let operations = try Self.operations(OpenAPIDocument.hub(), tag: "terminal", open: false)
        #expect(operations.count >= 7)
        try await IdentityTests().withOffice { office in
            let account = try await office.hub.account(1, fen: 1000)
            try office.terminal.write(.approved, account)
            try await body(office, operations)
        }
    }

    @Test("the open routes are health, the authority and enrolment, and no others")
    func open() throws {
        let open = try Self.operations(OpenAPIDocument.hub(), tag: "terminal", open: true)
        #expect(Set(open.map(\.id)) == ["getHealth", "getAuthority", "enrol"])
    }

    @Test("without a certificate every route refuses, whatever secret, token or proxy header comes along")
    func nobody() async throws {
        try await withOffice { office, operations in
            let stranger = try office.tls("stranger")
            let scratch = try office.tls("scratch")
            let before = try await Self.state(office)
            let credentials = [
                [], ["Authorization: \(office.terminal.authorization)"], ["Authorization: Bearer root"],
                ["Authorization: Basic cm9vdDpyb290"],
                ["X-Forwarded-Client-Cert: Subject=\"CN=\(office.id)\"", "X-SSL-Client-Verify: SUCCESS"],
            ]
            for operation in operations {
                let body = try await Self.body(operation, office.terminal, scratch)
                for headers in credentials {
                    let answer = try await stranger.ask(operation.method, operation.path, body, headers: headers)
                    #expect(answer.code == "E4151", "\(operation.id) \(headers): \(answer.text)")
                    #expect(answer.status == 401, "\(operation.id)")
                }
            }
            #expect(try await Self.state(office) == before)
        }
    }

    @Test("operators' routes are not served to terminals, with or without a certificate")
    func operatorRoutes() async throws {
        try await withOffice { office, _ in
            let (stranger, enrolled) = (try office.tls("stranger"), try await office.enrolled())
            let before = try await Self.state(office)
            for operation in try Self.operations(OpenAPIDocument.hub(), tag: "operator", open: true) {
                for tls in [stranger, enrolled] {
                    let answer = try await tls.ask(
                        operation.method, operation.path, operation.method == "POST" ? Data("{}".utf8) : nil)
                    #expect(answer.status == 404, "\(operation.id): \(answer.text)")
                }
            }
            #expect(try await Self.state(office) == before)
        }
    }

    @Test("another terminal's certificate does nothing in this one's name")
    func otherTerminal() async throws {
        try await withOffice { office, operations in
            let other = try await office.hub.terminal([office.terminal.merchant], journal: 0xB0B0_0001)
            let tls = try office.tls("other")
            let issued = try await office.hub.operate(
                .post, "/terminals/\(other.credentials.id)/enrolment", EnrolmentTerms(), as: IssuedEnrolmentCode.self)
            let code = try EnrolmentCode(text: issued.code).secret
            #expect(try await office.enrol(tls, secret: code, id: other.credentials.id).status == 200)
            let before = try await Self.state(office)
            for operation in operations {
                let body = try await Self.body(operation, office.terminal, try office.tls("scratch"))
                let answer = try await tls.ask(operation.method, operation.path, body)
                switch operation.id {
                // These say nothing about whose they are: the answer is the asker's own.
                case "getChanges", "getSnapshot", "renewCertificate", "reportStanding":
                    #expect(answer.status == 200, "\(answer.text)")
                default: #expect([400, 403, 409].contains(answer.status), "\(operation.id): \(answer.text)")
                }
            }
            // Only what was found out about the other one is new.
            let after = try await Self.state(office)
            #expect(after[1] == before[1])
            #expect(after[2] == before[2])
            #expect(after[4] == before[4])
            let summary = try await office.hub.operate(.get, "/terminals/\(office.id)", as: TerminalSummary.self)
            #expect(summary.records == 0)
        }
    }

    @Test("a revoked certificate is refused on every route, and a disabled terminal too")
    func revoked() async throws {
        try await withOffice { office, operations in
            let tls = try await office.enrolled()
            let scratch = try office.tls("scratch")
            for (act, code) in [("disable", "E4104"), ("enable", nil), ("revoke", "E4152")] as [(String, String?)] {
                let reply = try await office.hub.operate(.post, "/terminals/\(office.id)/\(act)")
                try #require(reply.status == 200, "\(reply.text)")
                guard let code else { continue }
                let before = try await Self.state(office)
                for operation in operations {
                    let body = try await Self.body(operation, office.terminal, scratch)
                    let answer = try await tls.ask(operation.method, operation.path, body)
                    #expect(answer.code == code, "\(operation.id): \(answer.text)")
                }
                #expect(try await Self.state(office) == before)
            }
        }
    }

    @Test("promise 11: an expired certificate delivers and renews, and every other route refuses it")
    func expired() async throws {
        try await withOffice { office, operations in
            let tls = try await office.enrolled()
            office.hub.clock.advance(by: .seconds(91 * 86_400))
            // Renewing last: it gives another certificate.
            for operation in operations.sorted(by: { !Self.late.contains($0.id) && Self.late.contains($1.id) }) {
                let body = try await Self.body(operation, office.terminal, try office.tls("scratch"))
                let answer = try await tls.ask(operation.method, operation.path, body)
                if Self.late.contains(operation.id) {
                    #expect(answer.status == 200, "\(operation.id): \(answer.text)")
                } else {
                    #expect(answer.code == "E4153", "\(operation.id): \(answer.text)")
                }
            }
        }
    }

    @Test("on the port without TLS every route wants the terminal's own secret")
    func plain() async throws {
        let hub = try await HubFixture.open()
        let terminal = try await hub.terminal([try await hub.merchant()])
        let other = try await hub.terminal([terminal.merchant], journal: 0xB0B0_0001)
        let account = try await hub.account(1, fen: 1000)
        try terminal.write(.approved, account)
        let wrong: [String?] = [
            nil, "", "Bearer", "Bearer \(terminal.credentials.secret)",
            "Bearer \(terminal.credentials.id.text).\(other.credentials.secret)",
            "Bearer \(terminal.credentials.id.text).\(String(repeating: "0", count: 64))",
            "Bearer 0000000000FF.\(terminal.credentials.secret)", "Basic cm9vdDpyb290",
        ]
        let folder = try TLSTerminal(folder: hub.directory.file("scratch"), port: 0, root: "")
        for operation in try Self.operations(OpenAPIDocument.hub(), tag: "terminal", open: false) {
            let body = try await Self.body(operation, terminal, folder)
            for authorization in wrong {
                let reply = try await hub.ask(
                    operation.method == "GET" ? .get : .post, operation.path, body: body, authorization: authorization)
                #expect(reply.status == 401, "\(operation.id) \(authorization ?? "nothing"): \(reply.text)")
                #expect(try reply.refusal().refusal == .unauthenticated, "\(operation.id)")
            }
        }
        try await hub.hub.close()
    }
}
