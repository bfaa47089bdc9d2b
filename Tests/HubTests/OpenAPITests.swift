import Crypto
import Foundation
import HTTPTypes
import Hub
import HubProtocol
import Payments
import Synchronization
import TestSupport
import Testing

@Suite("OpenAPI document")
struct OpenAPITests {
    let document: OpenAPIDocument

    init() throws { document = try OpenAPIDocument.hub() }

    private static let methods: Set<String> = ["get", "put", "post", "delete", "patch", "head", "options"]

    private var operations: [(method: String, path: String, operation: [String: Any])] {
        document.paths.flatMap { path, item in
            item.compactMap { method, operation in
                guard Self.methods.contains(method), let operation = operation as? [String: Any] else { return nil }
                return (method, path, operation)
            }
        }
    }

    @Test("the document lists exactly the routes of the hub, with their operations and access")
    func routes() async throws {
        let hub = try await HubFixture.open()
        let served = Set(
            hub.hub.routes.map { route in
                let tag = route.access == .operator ? "operator" : "terminal"
                return "\(route.method.rawValue.lowercased()) \(route.path) \(route.operationID) \(tag)"
            })
        let documented = Set(
            operations.map { entry in
                let tags = entry.operation["tags"] as? [String] ?? []
                return "\(entry.method) \(entry.path) \(entry.operation["operationId"] ?? "") \(tags.joined())"
            })
        #expect(served == documented)
        for entry in operations {
            let open = (entry.operation["security"] as? [Any])?.isEmpty == true
            let route = try #require(
                hub.hub.routes.first { $0.path == entry.path && $0.method.rawValue.lowercased() == entry.method })
            #expect(open == (route.access == .open || route.access == .operator), "\(entry.path)")
        }
    }

    @Test("every path parameter is documented")
    func parameters() throws {
        for entry in operations {
            let names = entry.path.split(separator: "/").filter { $0.hasPrefix("{") }.map { $0.dropFirst().dropLast() }
            let parameters = try (entry.operation["parameters"] as? [[String: Any]] ?? []).map { parameter in
                try (parameter["$ref"] as? String).map { try document.resolve($0) } ?? parameter
            }
            let documented = parameters.filter { $0["in"] as? String == "path" }.compactMap { $0["name"] as? String }
            #expect(Set(documented) == Set(names.map(String.init)), "\(entry.path)")
        }
    }

    @Test("every reference resolves and every schema is used")
    func references() throws {
        let references = document.references()
        for reference in references { _ = try document.resolve(reference) }
        let components = try #require(document.root["components"] as? [String: [String: Any]])
        let used = Set(references)
        for (section, entries) in components where section != "securitySchemes" {
            for name in entries.keys {
                #expect(used.contains("#/components/\(section)/\(name)"), "\(section)/\(name) is not used")
            }
        }
    }

    @Test("every object of the document says whether it may hold more, and what it needs")
    func closedObjects() throws {
        let components = try #require(document.root["components"] as? [String: [String: Any]])
        for (name, schema) in try #require(components["schemas"]) {
            let schema = try #require(schema as? [String: Any])
            guard schema["type"] as? String == "object" else { continue }
            #expect(schema["additionalProperties"] as? Bool == false, "\(name)")
            let properties = schema["properties"] as? [String: Any] ?? [:]
            let required = try #require(schema["required"] as? [String], "\(name)")
            #expect(Set(required).isSubset(of: properties.keys), "\(name)")
        }
    }

    private func expectValid(_ data: Data, _ schema: String) throws {
        let value = try JSONSerialization.jsonObject(with: data)
        #expect(try document.flaws(of: value, schema: try document.schema(schema)) == [], "\(schema)")
    }

    private func expectValid(_ message: any Encodable, _ schema: String) throws {
        try expectValid(try JSONEncoder().encode(message), schema)
    }

    @Test("the validator finds what is wrong")
    func validator() throws {
        let schema = try document.schema("Acknowledgement")
        let good: [String: Any] = ["sequence": 1, "hash": "00"]
        #expect(try document.flaws(of: good, schema: schema) == [])
        #expect(try document.flaws(of: ["sequence": 1], schema: schema) == ["$.hash: missing"])
        #expect(try document.flaws(of: ["sequence": "1", "hash": "00"], schema: schema).count == 1)
        #expect(try document.flaws(of: ["sequence": true, "hash": "00"], schema: schema).count == 1)
        #expect(try document.flaws(of: ["sequence": 1.5, "hash": "00"], schema: schema).count == 1)
        #expect(try document.flaws(of: good.merging(["more": 1]) { $1 }, schema: schema).count == 1)
        #expect(try document.flaws(of: [good], schema: schema) == ["$: not an object"])
    }

    @Test("requests as terminals encode them are valid")
    func terminalRequests() async throws {
        let hub = try await HubFixture.open()
        let terminal = try await hub.terminal([try await hub.merchant()])
        let account = try await hub.account(1, fen: 1000)
        let code = CodeReference(keyID: 1, serial: .max)
        try expectValid(terminal.holdRequest(terminal.mint(), number: 1, fen: 1), "HoldRequest")
        try expectValid(terminal.holdRequest(terminal.mint(), number: 1, fen: 1, code: code), "HoldRequest")
        try expectValid(
            JournalRegistration(journal: terminal.journalID, publicKey: Array(repeating: 1, count: 32)),
            "JournalRegistration")
        for path in [AuthorizationPath.local, .online, .offline(.unreachable), .offline(.timedOut), .offline(.faulty)] {
            try terminal.write(.approved, account, path: path)
        }
        try terminal.write(.approved, account, code: code)
        try terminal.write(.declined(.cardUnknown), nil)
        try terminal.write(.voided, nil)
        var purse = try TestPurse(balance: 100)
        try terminal.write(.approved, purse.pay(1, terminal: terminal.id))
        let unknown = try terminal.write(.unknown, purse.initialize(1, terminal: terminal.id))
        try terminal.write(
            .resolved(Resolution(subject: unknown.transaction, verdict: .undetermined)),
            purse.initialize(1, terminal: terminal.id))
        try terminal.writeLoad(.approved, card: purse.card, fen: 1, account: account)
        try expectValid(terminal.batch(1...12), "BatchUpload")
        try expectValid(
            terminal.loadRequest(
                terminal.mint(), purse, fen: 1, initialization: purse.initializeLoad(1, terminal: terminal.id)),
            "LoadHoldRequest")
    }

    @Test("answers as the hub gives them are valid")
    func terminalAnswers() async throws {
        let hub = try await HubFixture.open()
        let terminal = try await hub.terminal([try await hub.merchant()])
        let account = try await hub.account(1, fen: 1000)
        try await hub.operate(.post, "/cards/\(HubFixture.card(1).text)/lost", as: CardSummary.self)
        try expectValid(try await terminal.ask(.get, "/v1/changes").body, "ChangesPage")
        try await hub.operate(.post, "/cards/\(HubFixture.card(1).text)/found", as: CardSummary.self)
        try expectValid(try await terminal.ask(.get, "/v1/changes").body, "ChangesPage")
        try expectValid(try await terminal.ask(.get, "/v1/health").body, "HealthAnswer")
        for fen in [1, 5000] as [Int64] {
            let request = try terminal.holdRequest(terminal.mint(), number: 1, fen: fen)
            try expectValid(try await terminal.ask(.post, "/v1/holds", request).body, "HoldAnswer")
        }
        try expectValid(try await terminal.register().body, "AcknowledgementMessage")
        try terminal.write(.approved, account)
        try expectValid(try await terminal.upload(terminal.batch(1...1)).body, "AcknowledgementMessage")
        let restored = terminal.moved(to: hub)
        restored.journal.withLock { $0.records[0].sale?.amount = Amount(fen: 1) }
        try expectValid(try await restored.upload(restored.batch(1...1)).body, "RefusalMessage")
        try expectValid(try await hub.ask(.get, "/nothing").body, "RefusalMessage")
    }

    @Test("messages about purses are valid")
    func purseMessages() async throws {
        let hub = try await HubFixture.openWithPurses()
        let terminal = try await hub.terminal([try await hub.merchant()])
        let account = try await hub.account(1, fen: 1000)
        var purse = try TestPurse(balance: 500)
        try await hub.operate(.post, "/cards", NewCard(id: purse.card, account: account), as: CardSummary.self)
        for fen in [1, 5000] as [UInt32] {
            let request = try terminal.loadRequest(
                terminal.mint(), purse, fen: Int64(fen),
                initialization: purse.initializeLoad(fen, terminal: terminal.id))
            try expectValid(try await terminal.ask(.post, "/v1/loads", request).body, "LoadHoldAnswer")
        }
        try terminal.write(.approved, purse.pay(10, terminal: terminal.id))
        let unknown = try terminal.write(.unknown, purse.initialize(20, terminal: terminal.id))
        try await terminal.deliverAll()
        hub.clock.advance(by: .seconds(80 * 3600))
        let path = "/purses/\(purse.card.text)"
        func expectValidAnswer(_ path: String, _ schema: String) async throws {
            let reply = try await hub.operate(.get, path)
            #expect(reply.status == 200, "\(reply.text)")
            try expectValid(reply.body, schema)
        }
        try await expectValidAnswer("/purses?state=drift&limit=1", "PursePage")
        try await expectValidAnswer("\(path)/transactions?limit=1", "PurseTransactionPage")
        let resolution = PurseResolution(verdict: .didNotHappen, note: "seen")
        try expectValid(resolution, "PurseResolution")
        let resolved = try await hub.operate(
            .post, "/purse-transactions/\(unknown.transaction)/resolve", body: JSONEncoder().encode(resolution))
        try expectValid(resolved.body, "PurseTransactionSummary")
        try await expectValidAnswer("/purse-transactions/\(unknown.transaction)", "PurseTransactionSummary")
        try await expectValidAnswer(path, "PurseSummary")
        let correction = PurseCorrection(
            reference: try #require(try await hub.purse(purse.card).driftReference), note: "seen")
        try expectValid(correction, "PurseCorrection")
        let corrected = try await hub.operate(.post, "\(path)/correct", body: JSONEncoder().encode(correction))
        try expectValid(corrected.body, "PurseReceipt")
        try expectValid(PurseOpening(balanceFen: 1), "PurseOpening")
    }

    @Test("the operator's requests and answers are valid")
    func operatorMessages() async throws {
        let hub = try await HubFixture.open()
        let merchant = try await hub.merchant()
        let account = try await hub.account(1, fen: 1000)
        let terminal = try await hub.terminal([merchant])
        _ = try await terminal.hold(terminal.holdRequest(terminal.mint(), number: 1, fen: 5))
        _ = try await terminal.hold(terminal.holdRequest(terminal.mint(), number: 1, fen: 5000))
        try terminal.write(.approved, account, fen: 2000)
        try await terminal.deliverAll()

        func exchange(_ method: HTTPRequest.Method, _ path: String, _ answer: String) async throws {
            try await exchange(method, path, nil, nil, answer)
        }
        func exchange(
            _ method: HTTPRequest.Method, _ path: String, _ body: (any Encodable)?, _ request: String?, _ answer: String
        ) async throws {
            if let body, let request { try expectValid(body, request) }
            let reply = try await hub.operate(method, path, body: body.map { try JSONEncoder().encode($0) })
            #expect(reply.status == 200, "\(reply.text)")
            try expectValid(reply.body, answer)
        }

        let second = try #require(AccountID(number: 2))
        try await exchange(.get, "/hub", "HubStatus")
        try await exchange(.get, "/books/check", "BooksReport")
        try await exchange(.post, "/accounts", NewAccount(id: second, name: "韩梅梅"), "NewAccount", "AccountSummary")
        try await exchange(.get, "/accounts?limit=1", "AccountPage")
        try await exchange(.get, "/accounts/1", "AccountSummary")
        try await exchange(.get, "/accounts/1/statement?limit=1", "Statement")
        try await exchange(.get, "/accounts/1/statement", "Statement")
        try await exchange(
            .post, "/topups", TopUpRequest(account: second, amountFen: 1, reference: "r"), "TopUpRequest",
            "TopUpReceipt")
        try await exchange(.post, "/codes", CodeRequest(account: second), "CodeRequest", "IssuedCode")
        try await exchange(
            .post, "/codes", CodeRequest(account: second, limitFen: 1, lifetimeSeconds: 1), "CodeRequest", "IssuedCode")
        try await exchange(
            .post, "/cards", NewCard(id: HubFixture.card(2), account: second), "NewCard", "CardSummary")
        try await exchange(.post, "/cards/\(HubFixture.card(2).text)/lost", "CardSummary")
        try await exchange(.get, "/cards?limit=1", "CardPage")
        try await exchange(
            .post, "/terminals", NewTerminal(name: "x", merchants: [merchant]), "NewTerminal", "TerminalCredentials")
        try await exchange(.get, "/terminals?limit=1", "TerminalPage")
        try await exchange(.get, "/terminals/\(terminal.credentials.id)", "TerminalSummary")
        try await exchange(.get, "/terminals/000000000002", "TerminalSummary")
        try await exchange(
            .post, "/terminals/000000000002/enrolment", EnrolmentTerms(lifetimeSeconds: 60), "EnrolmentTerms",
            "IssuedEnrolmentCode")
        try await exchange(.get, "/terminals/000000000002/certificates", "CertificateList")
        try await exchange(.post, "/terminals/000000000002/revoke", "CertificateList")
        try await exchange(
            .put, "/terminals/000000000002/merchants", TerminalMerchants(merchants: [merchant]), "TerminalMerchants",
            "TerminalSummary")
        try await exchange(
            .post, "/merchants", NewMerchant(id: try #require(MerchantID(text: "b")), name: "b"), "NewMerchant",
            "MerchantSummary")
        try await exchange(.get, "/merchants?limit=1", "MerchantPage")
        try await exchange(.get, "/merchants/\(merchant)/statement", "Statement")
        try await exchange(.get, "/exceptions", "ExceptionPage")
        try await exchange(
            .post, "/exceptions/1/close", ExceptionNote(note: "seen"), "ExceptionNote", "ExceptionSummary")
        try await exchange(.get, "/holds?state=all", "HoldPage")
    }
}

extension OpenAPITests {
    @Test("the document's lists of values are those of the code")
    func enumerations() throws {
        func values(_ schema: String) throws -> Set<String> {
            Set(try #require(try document.schema(schema)["enum"] as? [String]))
        }
        #expect(try values("ExceptionKind") == Set(ExceptionKind.allCases.map(\.rawValue)))
        #expect(try values("HoldState") == Set(HoldState.allCases.map(\.rawValue)))
        #expect(try values("AccountStatus") == Set(AccountStatus.allCases.map(\.rawValue)))
        #expect(try values("CardStatus") == Set(CardStatus.allCases.map(\.rawValue)))
        #expect(try values("IdentityProof") == Set(IdentityProof.allCases.map(\.rawValue)))
        #expect(try values("PostingKind") == Set(PostingKind.allCases.map(\.rawValue)))
        #expect(try values("PurseStatus") == Set(PurseStatus.allCases.map(\.rawValue)))
        #expect(try values("PurseProof") == Set(PurseProof.allCases.map(\.rawValue)))
        #expect(try values("PurseMoveState") == Set(PurseMoveState.allCases.map(\.rawValue)))
        #expect(try values("PurseBasis") == Set(PurseBasis.allCases.map(\.rawValue)))
        #expect(try values("RefusalCode") == Set(HubRefusal.allCases.map { "E\($0.rawValue)" }))
    }
}
