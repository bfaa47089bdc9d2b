import Crypto
import Foundation
import HubProtocol
import Payments
import Terminal
import Testing

@testable import Ledger

@Suite("Checkpoint key")
struct JournalKeyTests {
    @Test("the key stays the same over restarts and signs what it says")
    func sameKey() async throws {
        let file = try JournalFile()
        let ledger = try await file.openFilled()
        try await ledger.sell()
        let end = try await ledger.acknowledgedNow
        let publicKey = ledger.key.publicKey
        let checkpoint = try ledger.key.checkpoint(
            terminal: ledger.terminal, journal: ledger.journal, sequence: end.sequence, hash: end.hash)
        try await ledger.close()
        #expect(try file.open().key.publicKey == publicKey)
        #expect(checkpoint.isSigned(by: try Curve25519.Signing.PublicKey(rawRepresentation: publicKey)))
    }

    @Test("a journal without its key is refused: a new key would be a stranger to the hub")
    func missingKey() async throws {
        let file = try JournalFile()
        try await file.open().close()
        try FileManager.default.removeItem(atPath: file.keyPath)
        #expect(throws: LedgerError(.cannotOpen)) { try file.open() }
        #expect(!FileManager.default.fileExists(atPath: file.keyPath))
    }

    @Test("a key that others can read is refused")
    func readableKey() async throws {
        let file = try JournalFile()
        try await file.open().close()
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: file.keyPath)
        #expect(throws: LedgerError(.cannotOpen)) { try file.open() }
    }

    @Test("a file that is not a key is refused", arguments: ["", "00\n", String(repeating: "Z", count: 64) + "\n"])
    func notAKey(text: String) throws {
        let file = try JournalFile()
        #expect(
            FileManager.default.createFile(
                atPath: file.keyPath, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600]))
        #expect(throws: LedgerError(.cannotOpen)) { try JournalKey.load(file.keyPath) }
    }

    @Test("a description or dump shows nothing of the key")
    func redacted() throws {
        let file = try JournalFile()
        let key = try JournalKey.loadOrCreate(file.keyPath)
        var dumped = ""
        dump(key, to: &dumped)
        let secret = try String(contentsOfFile: file.keyPath, encoding: .utf8).prefix(8)
        for text in ["\(key)", String(reflecting: key), dumped] {
            #expect(!text.contains(secret) && !text.lowercased().contains("curve"))
        }
    }
}
