import Foundation
import GRDB
import Payments
import Terminal
import Testing

@testable import Ledger

@Suite("Opening the journal")
struct OpeningTests {
    @Test("a second opener is refused until the first has gone")
    func secondOpener() async throws {
        let file = try JournalFile()
        do {
            let ledger = try file.open()
            #expect(throws: LedgerError(.inUse)) { try file.open() }
            try await ledger.close()
        }
        try await file.open().close()
    }

    @Test("another terminal's journal is refused")
    func wrongTerminal() async throws {
        let file = try JournalFile()
        try await file.open().close()
        let other = try #require(TerminalID(text: "00000000000F"))
        #expect(throws: LedgerError(.wrongTerminal)) { try file.open(terminal: other) }
    }

    @Test("a file of a newer version is refused and left alone")
    func newerSchema() async throws {
        let file = try JournalFile()
        try await file.open().close()
        try RawDatabase.execute(file.path, "PRAGMA user_version = \(Schema.version + 1)")
        let before = try Data(contentsOf: URL(filePath: file.path))
        #expect(throws: LedgerError(.schemaTooNew)) { try file.open() }
        #expect(try Data(contentsOf: URL(filePath: file.path)) == before)
    }

    @Test("a database of another program is refused and left alone")
    func foreignDatabase() throws {
        let file = try JournalFile()
        try RawDatabase.execute(file.path, "CREATE TABLE things (id INTEGER)")
        let before = try Data(contentsOf: URL(filePath: file.path))
        #expect(throws: LedgerError(.cannotOpen)) { try file.open() }
        #expect(try Data(contentsOf: URL(filePath: file.path)) == before)
    }

    @Test("something that is not a database is damage, not an empty journal", arguments: [0, 50, 5000])
    func garbage(size: Int) throws {
        let file = try JournalFile()
        try Data(repeating: 0x5A, count: size).write(to: URL(filePath: file.path))
        #expect(throws: LedgerError(.damaged)) { try file.open() }
    }

    @Test("damaged pages are found after an unclean stop")
    func damagedPages() async throws {
        let file = try JournalFile()
        let ledger = try await file.openFilled(accounts: 200)
        for _ in 0..<50 { try await ledger.sell(fen: 1) }
        try await ledger.close()
        try RawDatabase.execute(file.path, "UPDATE state SET running = 1")
        var bytes = try Data(contentsOf: URL(filePath: file.path))
        let (page, pages) = (4096, bytes.count / 4096)
        for index in 2..<pages {
            bytes.replaceSubrange(index * page..<index * page + 64, with: Data(repeating: 0xEE, count: 64))
        }
        try bytes.write(to: URL(filePath: file.path))
        #expect(throws: LedgerError(.damaged)) { try file.open() }
    }

    @Test("a lost database beside its log is damage, not an empty journal")
    func lostDatabase() throws {
        let file = try JournalFile()
        try Data([1, 2, 3]).write(to: URL(filePath: file.path + "-wal"))
        #expect(throws: LedgerError(.damaged)) { try file.open() }
    }

    @Test("what an interrupted creation left behind does not matter")
    func interruptedCreation() async throws {
        let file = try JournalFile()
        for suffix in [".new", ".new-wal", ".new-journal"] {
            try Data(repeating: 7, count: 5000).write(to: URL(filePath: file.path + suffix))
        }
        let ledger = try await file.openFilled()
        try await ledger.sell()
        #expect(try await ledger.verify().findings == [])
    }

    @Test("a missing folder cannot be opened")
    func missingFolder() {
        #expect(throws: LedgerError(.cannotOpen)) {
            try JournalFile.open(path: "/nonexistent/till.db", keyPath: "/nonexistent/key")
        }
    }

    @Test("a closed ledger does nothing more")
    func closed() async throws {
        let file = try JournalFile()
        let ledger = try await file.openFilled()
        let transaction = try await ledger.mint()
        try await ledger.close()
        try await ledger.close()
        await #expect(throws: LedgerError(.cannotOpen)) { try await ledger.mint() }
        await #expect(throws: LedgerError(.cannotOpen)) { try await ledger.conclude(transaction) }
        await #expect(throws: LedgerError(.cannotOpen)) { try await ledger.figures() }
        await #expect(throws: LedgerError(.cannotOpen)) { try await ledger.verify() }
    }

    @Test("the journal's name is drawn once")
    func name() async throws {
        let file = try JournalFile()
        try await file.open().close()
        let ledger = try SQLiteLedger.open(
            path: file.path, keyPath: file.keyPath, terminal: Campus.terminal, now: Campus.morning
        ) { JournalID(number: 1) }
        #expect(ledger.journal == Campus.journal)
        #expect(ledger.terminal == Campus.terminal)
    }
}
