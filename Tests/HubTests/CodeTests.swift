import Foundation
import HTTPTypes
import Hub
import HubProtocol
import Payments
import TestSupport
import Testing

@Suite("Payment codes")
struct CodeTests {
    let hub: HubFixture
    let account: AccountID
    let terminal: TestTerminal

    init() async throws {
        hub = try await HubFixture.open()
        let merchant = try await hub.merchant()
        account = try await hub.account(1, fen: 100_000)
        terminal = try await hub.terminal([merchant])
    }

    private func issue(limit: Int64? = nil, lifetime: Int? = nil) async throws -> (IssuedCode, CodeReference) {
        let code = try await hub.operate(
            .post, "/codes", CodeRequest(account: account, limitFen: limit, lifetimeSeconds: lifetime),
            as: IssuedCode.self)
        let serial = try #require(UInt64(code.serial, radix: 16))
        return (code, CodeReference(keyID: code.keyID, serial: serial))
    }

    private func hold(_ code: CodeReference, fen: Int64, at terminal: TestTerminal? = nil) async throws -> HubAnswer {
        let terminal = terminal ?? self.terminal
        return try await terminal.hold(terminal.holdRequest(terminal.mint(), number: 1, fen: fen, code: code))
    }

    @Test("a code has the standard limit and lifetime unless told otherwise")
    func standard() async throws {
        let (code, _) = try await issue()
        #expect(code.keyID == 1)
        #expect(code.limitFen == 10_000)
        #expect(code.expiresAtMilliseconds - code.issuedAtMilliseconds == 60_000)
        #expect(code.code == "98\(UInt64(code.serial, radix: 16) ?? 0)")
        let (short, _) = try await issue(limit: 1, lifetime: 120)
        #expect(short.limitFen == 1)
        #expect(short.expiresAtMilliseconds - short.issuedAtMilliseconds == 120_000)
        #expect(short.serial != code.serial)
    }

    @Test(
        "a code's limit and lifetime have bounds", arguments: [(0, 60), (-1, 60), (100_000_001, 60), (1, 0), (1, 121)])
    func bounds(limit: Int64, lifetime: Int) async throws {
        let body = try JSONEncoder().encode(
            CodeRequest(account: account, limitFen: limit, lifetimeSeconds: lifetime))
        #expect(try await hub.operate(.post, "/codes", body: body).refusal().refusal == .malformedRequest)
    }

    @Test("a code is issued for an active account only")
    func accountStatus() async throws {
        try await hub.operate(.post, "/accounts/1/freeze", as: AccountSummary.self)
        let body = try JSONEncoder().encode(CodeRequest(account: account))
        #expect(try await hub.operate(.post, "/codes", body: body).refusal().refusal == .notPermittedInThisState)
        let stranger = try JSONEncoder().encode(CodeRequest(account: try #require(AccountID(number: 5))))
        #expect(try await hub.operate(.post, "/codes", body: stranger).refusal().refusal == .notFound)
    }

    @Test("a hub without a signer issues no codes, and everything else works")
    func noIssuer() async throws {
        let directory = try TemporaryDirectory()
        let configuration = HubConfiguration(
            port: 0, databasePath: directory.file("hub.sqlite"), operatorSocketPath: directory.file("operator.sock"),
            codeKeyPath: directory.file("key.json"))
        let hub = try await HubApplication.open(configuration, codeIssuer: nil, logger: .quiet)
        let routes = hub.routes.map(\.operationID)
        #expect(routes.contains("issueCode"))
        try await hub.close()
    }

    @Test("promise 8: a held code cannot be held by another transaction")
    func heldTwice() async throws {
        let (_, code) = try await issue()
        #expect(try await hold(code, fen: 500) == .held(account: account, available: Amount(fen: 99_500)))
        let other = try await hub.terminal([terminal.merchant])
        #expect(try await hold(code, fen: 500, at: other) == .declined(.codeReplayed))
    }

    @Test("promise 8: a redeemed code cannot be held")
    func redeemed() async throws {
        let (_, code) = try await issue()
        try terminal.write(.approved, account, code: code)
        try await terminal.deliverAll()
        #expect(try await hold(code, fen: 500) == .declined(.codeReplayed))
    }

    @Test("a released code can be used within its lifetime")
    func released() async throws {
        let (_, code) = try await issue()
        let transaction = terminal.mint()
        _ = try await terminal.hold(terminal.holdRequest(transaction, number: 1, fen: 500, code: code))
        try terminal.write(.voided, nil, transaction: transaction)
        try await terminal.deliverAll()
        #expect(try await hold(code, fen: 500) == .held(account: account, available: Amount(fen: 99_500)))
    }

    @Test("a code is taken up to its limit and until 30 seconds after its end")
    func limits() async throws {
        let (_, code) = try await issue(limit: 500)
        #expect(try await hold(code, fen: 501) == .declined(.codeLimitExceeded))
        hub.clock.advance(by: .seconds(90))
        #expect(try await hold(code, fen: 500) == .held(account: account, available: Amount(fen: 99_500)))
        let (_, late) = try await issue(limit: 500)
        hub.clock.advance(by: .milliseconds(90_001))
        #expect(try await hold(late, fen: 500) == .declined(.codeExpired))
    }

    @Test("a code that was never issued is declined")
    func unknown() async throws {
        #expect(try await hold(CodeReference(keyID: 1, serial: .max), fen: 1) == .declined(.codeUnknown))
        #expect(try await hold(CodeReference(keyID: 2, serial: 0), fen: 1) == .declined(.codeUnknown))
    }

    @Test("promise 8: one code at two terminals that were cut off posts twice and is listed with both transactions")
    func twoTerminals() async throws {
        let (_, code) = try await issue()
        let other = try await hub.terminal([terminal.merchant])
        let first = try terminal.write(.approved, account, fen: 300, code: code)
        let second = try other.write(.approved, account, fen: 400, code: code)
        try await terminal.deliverAll()
        try await other.deliverAll()
        try await other.deliverAll()
        let exceptions = try await hub.exceptions()
        #expect(exceptions.map(\.kind) == [.codeUsedTwice])
        #expect(exceptions.first?.transaction == second.transaction)
        #expect(exceptions.first?.text.contains(first.transaction.text) == true)
        #expect(exceptions.first?.occurrences == 1)
        #expect(try await hub.balance(account) == 99_300)
        try await hub.requireSoundBooks()
    }

    @Test("a sale with a code above its limit, of another account or never issued is listed")
    func contradicted() async throws {
        let (_, code) = try await issue(limit: 100)
        let (_, second) = try await issue()
        let other = try await hub.account(2, fen: 1000)
        try terminal.write(.approved, account, fen: 101, code: code)
        try terminal.write(.approved, other, fen: 10, code: second)
        try terminal.write(.approved, account, fen: 10, code: CodeReference(keyID: 9, serial: 9))
        try await terminal.deliverAll()
        let kinds = try await hub.exceptions().map(\.kind)
        #expect(kinds == [.codeUnknown, .codeContradicted, .codeContradicted])
    }

    @Test("the key is made once, private, and published under id 1")
    func key() async throws {
        let path = hub.configuration.codeKeyPath
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        let key = try IssuerKeyFile.loadOrCreate(path: path, now: hub.clock.now())
        let published = try #require(try await terminal.changes().changes.compactMap(\.codeKey).first)
        #expect(published == key.message)
        #expect(published.keyID == 1)
        let reopened = try await hub.reopened()
        let again = try await terminal.moved(to: reopened).changes().changes.compactMap(\.codeKey)
        #expect(again == [published])
    }

    @Test("a hub does not start with another key than the published one")
    func keyReplaced() async throws {
        try await hub.hub.close()
        try FileManager.default.removeItem(atPath: hub.configuration.codeKeyPath)
        await #expect(throws: HubStoreError(.codeKeyChanged)) {
            _ = try await HubFixture.open(directory: hub.directory)
        }
    }

    @Test("a key file that others may read, or that holds no key, is refused", arguments: [true, false])
    func keyFile(readable: Bool) async throws {
        let path = hub.configuration.codeKeyPath
        if readable {
            try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
        } else {
            try Data("{}".utf8).write(to: URL(fileURLWithPath: path))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        }
        #expect(throws: IssuerKeyError(readable ? .readableByOthers : .malformed)) {
            _ = try IssuerKeyFile.loadOrCreate(path: path, now: hub.clock.now())
        }
    }
}
