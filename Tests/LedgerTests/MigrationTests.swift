import Foundation
import GRDB
import HubProtocol
import Payments
import Terminal
import TestSupport
import Testing

@testable import Ledger

@Suite("A file of schema version 1 becomes one of the newest version (promise 11)")
struct MigrationTests {
    /// Records as version 1 could hold them: approved by card and by code, declined and void.
    private static func record(_ number: UInt64) -> JournalRecord {
        let transaction = TransactionID(
            terminal: Campus.terminal, journal: Campus.journal, trace: TraceNumber(number))
        let payer: JournalRecord.Payer =
            number.isMultiple(of: 3)
            ? .code(CodeReference(keyID: 7, serial: number << 60 | number)) : .card(Campus.card(1), .proven)
        let sale = JournalRecord.Sale(
            amount: Amount(fen: Int64(number) * 10), payer: payer, account: Campus.account(),
            merchant: Campus.merchant, lane: Campus.lane, path: .offline(.unreachable))
        let outcome: Outcome =
            switch number % 5 {
            case 4: .declined(.insufficientFunds)
            case 0: .voided
            default: .approved
            }
        return JournalRecord(
            sequence: number, transaction: transaction, outcome: outcome, sale: outcome == .voided ? nil : sale,
            decidedAt: Campus.morning, replicaCursor: 6)
    }

    /// Writes a file as version 1 of this program did, with its own statements.
    private static func versionOne(records count: UInt64 = 12, running: Bool = false) async throws -> JournalFile {
        let file = try JournalFile()
        // The key, and a database whose place the old one takes.
        try await file.open().close()
        for suffix in ["", "-wal"] where FileManager.default.fileExists(atPath: file.path + suffix) {
            try FileManager.default.removeItem(atPath: file.path + suffix)
        }
        let queue = try DatabaseQueue(path: file.path)
        try Schema.migrate(queue, to: 1)
        try await queue.write { database in
            var hash = JournalHash.genesis(terminal: Campus.terminal, journal: Campus.journal)
            for number in 1...count {
                hash = hash.following(record(number))
                try insert(record(number), hash, database)
            }
            let genesis = JournalHash.genesis(terminal: Campus.terminal, journal: Campus.journal)
            try database.execute(
                sql: "INSERT INTO state VALUES (1, ?, ?, ?, ?, ?, ?, 0, ?, 6, NULL, ?)",
                arguments: [
                    Campus.terminal.text, Campus.journal.text, Int64(count), Data(hash.bytes),
                    Campus.morning.milliseconds, Int64(count), Data(genesis.bytes), running ? 1 : 0,
                ])
            try database.execute(sql: "INSERT INTO account VALUES (2026010001, 'active', 100000, 0)")
        }
        try queue.close()
        return file
    }

    private static func insert(_ record: JournalRecord, _ hash: JournalHash, _ database: Database) throws {
        var reason: Int?
        var number = 1
        if case .declined(let declined) = record.outcome { (number, reason) = (2, declined.rawValue) }
        if case .voided = record.outcome { number = 3 }
        var card: String?
        var code: CodeReference?
        switch record.sale?.payer {
        case .card(let presented, _): card = presented.text
        case .code(let reference): code = reference
        case nil: break
        }
        let payer = record.sale.map { _ in card == nil ? 3 : 1 }
        try database.execute(
            sql: """
                INSERT INTO journal (sequence, trace, outcome, reason, decided_at, replica_cursor, hash,
                    amount, payer, card, key_id, serial, account, merchant, lane, path)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                Int64(record.sequence), Int64(record.transaction.trace.number), number, reason,
                record.decidedAt.milliseconds, Int64(record.replicaCursor), Data(hash.bytes), record.sale?.amount.fen,
                payer, card, code.map { Int64($0.keyID) }, code.map { Int64(bitPattern: $0.serial) },
                (record.sale?.account?.number).map(Int64.init), record.sale?.merchant.text, record.sale?.lane.text,
                record.sale == nil ? nil : 2,
            ])
        guard number == 1, let sale = record.sale else { return }
        try database.execute(
            sql: "INSERT INTO entry VALUES (?, 1, ?, ?), (?, 2, ?, ?)",
            arguments: [
                Int64(record.sequence), "cardholder:2026010001", -sale.amount.fen, Int64(record.sequence),
                "merchant:canteen-1", sale.amount.fen,
            ])
        if let code {
            try database.execute(
                sql: "INSERT INTO code_redemption VALUES (?, ?, ?)",
                arguments: [Int64(code.keyID), Int64(bitPattern: code.serial), Int64(record.sequence)])
        }
    }

    /// Opens the file, and checks that everything in it is what was written.
    private static func requireWhole(_ file: JournalFile, records count: UInt64 = 12) async throws {
        let ledger = try file.open()
        let records = try await ledger.records(after: 0, limit: 100_000)
        let expected = (1...count).map(record)
        try #require(records.map(\.record) == expected)
        var hash = JournalHash.genesis(terminal: Campus.terminal, journal: Campus.journal)
        for archived in records {
            hash = hash.following(archived.record)
            try #require(archived.hash == hash)
        }
        #expect(try await ledger.unsent(limit: 100_000)?.records == expected)
        let approved = expected.filter { $0.outcome == .approved }.compactMap { $0.sale?.amount }
        let figures = try await ledger.figures()
        #expect(figures.unsentAmount == approved.reduce(.zero, +))
        #expect(try await ledger.view(of: Campus.cardEvidence()).terminalOffline.count == approved.count)
        #expect(try await ledger.verify().findings == [])
        try await ledger.close()
    }

    private static func version(_ file: JournalFile) throws -> Int {
        let queue = try DatabaseQueue(path: file.path)
        defer { _ = try? queue.close() }
        return try queue.read { try Int.fetchOne($0, sql: "PRAGMA user_version") ?? 0 }
    }

    @Test("no record, hash, entry or used code is lost, and the file goes on", arguments: [false, true])
    func keepsEverything(running: Bool) async throws {
        let file = try await Self.versionOne(running: running)
        #expect(try Self.version(file) == 1)
        try await Self.requireWhole(file)
        #expect(try Self.version(file) == Int(Schema.version))

        let ledger = try file.open()
        // Its hot list has no version that could be checked.
        #expect(try await ledger.nextFetch() == .snapshot(after: nil))
        #expect(try await ledger.view(of: Campus.code(3 << 60 | 3)).codeUsed)
        #expect(try await ledger.view(of: Campus.code(1)).account?.available == Amount(fen: 100_000 - 500))
        try await ledger.tap()
        try await ledger.tap(Campus.load(500))
        let hold = HubAnswer.held(account: Campus.account(), available: .zero)
        #expect(try await ledger.sell(Campus.code(8), hub: hold).decision.isApproved)
        #expect(try await ledger.records(after: 12, limit: 10).map(\.record.transaction.trace.number) == [13, 14, 15])
        #expect(try await ledger.verify().findings == [])
    }

    @Test("the rebuilt tables are as strict as new ones, and the same")
    func sameSchema() async throws {
        let (old, new) = (try await Self.versionOne(), try JournalFile())
        for file in [old, new] { try await file.open().close() }
        let schemas = try [old, new].map { file in
            let queue = try DatabaseQueue(path: file.path)
            return try queue.read { database in
                #expect(try Int.fetchOne(database, sql: "PRAGMA application_id") == Int(Schema.applicationID))
                #expect(try Row.fetchAll(database, sql: "PRAGMA foreign_key_check").isEmpty)
                return try String.fetchAll(
                    database,
                    sql: "SELECT coalesce(sql, '') FROM sqlite_schema WHERE name NOT LIKE 'grdb%' ORDER BY name")
            }
        }
        #expect(schemas[0] == schemas[1])
        #expect(schemas[0].contains { $0.contains("REFERENCES journal (sequence)") })
        for sql in ["UPDATE journal SET amount = 1", "DELETE FROM journal"] {
            #expect(throws: DatabaseError.self) { try RawDatabase.execute(old.path, sql) }
        }
        // Foreign keys of the tables beside it lead to the rebuilt one.
        let queue = try DatabaseQueue(path: old.path)
        #expect(throws: DatabaseError.self) {
            try queue.write { try $0.execute(sql: "INSERT INTO entry VALUES (99, 1, 'funding', 0)") }
        }
    }

    @Test("a step that fails leaves the old file as it was, and the next opening does it")
    func rollsBack() async throws {
        let file = try await Self.versionOne()
        try RawDatabase.tamper(file.path, "UPDATE journal SET lane = NULL WHERE sequence = 12")
        let before = try Self.contents(file)
        #expect(throws: LedgerError(.writeFailed)) { try file.open() }
        #expect(try Self.contents(file) == before)
        #expect(try Self.version(file) == 1)
        try RawDatabase.execute(file.path, "UPDATE journal SET lane = 'lane-1' WHERE sequence = 12")
        try await Self.requireWhole(file)
    }

    @Test("another terminal's old file is refused and not rebuilt")
    func wrongTerminal() async throws {
        let file = try await Self.versionOne()
        let other = try #require(TerminalID(text: "00000000000F"))
        #expect(throws: LedgerError(.wrongTerminal)) { try file.open(terminal: other) }
        #expect(try Self.version(file) == 1)
        try await Self.requireWhole(file)
    }

    @Test("a power cut at every page of the step leaves the old file or the new one")
    func powerCuts() async throws {
        let file = try await Self.versionOne(records: 200)
        let ledger = try file.open()
        let log = try Data(contentsOf: URL(filePath: file.path + "-wal"))
        let crashed = try file.copiedAsAfterCrash()
        try await ledger.close()
        // SQLite write-ahead log: a header of 32 bytes, then frames of 24 bytes and a page.
        let frame = 24 + 4096
        let frames = (log.count - 32) / frame
        try #require(frames > 10)
        var versions: Set<Int> = []
        for count in 0...frames {
            let copy = try crashed.copiedAsAfterCrash()
            try Data(log.prefix(32 + count * frame - (count.isMultiple(of: 2) ? 0 : 100)))
                .write(to: URL(filePath: copy.path + "-wal"))
            let inspected = try copy.copiedAsAfterCrash()
            versions.insert(try Self.version(inspected))
            // The newest commit, which follows the step, only reserves numbers: those become voids.
            let reopened = try copy.open()
            let records = try await reopened.records(after: 0, limit: 1000).map(\.record)
            try #require(Array(records.prefix(200)) == (1...200).map(Self.record), "\(count) frames")
            try #require(records.dropFirst(200).allSatisfy { $0.outcome == .voided }, "\(count) frames")
            try #require(try await reopened.verify().findings == [], "\(count) frames")
        }
        #expect(versions == Set(1...Int(Schema.version)))
    }

    @Test("an upgrade on a full disk leaves the old file whole, and succeeds when there is room")
    func fullDisk() async throws {
        let file = try await Self.versionOne(records: 2000)
        guard let disk = try SmallDisk(kibibytes: 4096) else { try Test.cancel("mounting needs root") }
        let (path, keyPath) = (disk.directory.file("till.db"), disk.directory.file("key"))
        try FileManager.default.copyItem(atPath: file.path, toPath: path)
        try FileManager.default.copyItem(atPath: file.keyPath, toPath: keyPath)
        let ballast = disk.directory.file("ballast")
        let used = try #require(try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int)
        // Room for opening, and not for a second journal.
        let room = 96 * 1024
        try #require(FileManager.default.createFile(atPath: ballast, contents: Data(count: 4096 * 1024 - used - room)))
        let before = try Self.contents(file)
        for _ in 0..<2 {
            #expect(throws: LedgerError(.diskFull)) { try JournalFile.open(path: path, keyPath: keyPath) }
        }
        let left = try JournalFile()
        for name in ["", "-wal"] where FileManager.default.fileExists(atPath: path + name) {
            try FileManager.default.copyItem(atPath: path + name, toPath: left.path + name)
        }
        #expect(try Self.version(left) == 1)
        #expect(try Self.contents(left) == before)

        try FileManager.default.removeItem(atPath: ballast)
        let ledger = try JournalFile.open(path: path, keyPath: keyPath)
        let records = try await ledger.records(after: 0, limit: 10_000).map(\.record)
        #expect(Array(records.prefix(2000)) == (1...2000).map(Self.record))
        #expect(try await ledger.verify().findings == [])
        try await ledger.close()
    }

    @Test("a process killed in the step loses nothing", arguments: [1, 4, 9, 16, 30] as [Int32])
    func killed(milliseconds: Int32) async throws {
        let file = try await Self.versionOne(records: 3000)
        let (path, keyPath) = (file.path, file.keyPath)
        await #expect(processExitsWith: .signal(SIGKILL)) {
            [path = path as String, keyPath = keyPath as String, milliseconds = milliseconds as Int32] in
            let killer = Thread {
                poll(nil, 0, milliseconds)
                kill(getpid(), SIGKILL)
            }
            killer.start()
            let ledger = try JournalFile.open(path: path, keyPath: keyPath)
            while true { _ = await ledger.commitCount }
        }
        let ledger = try file.open()
        let records = try await ledger.records(after: 0, limit: 10_000).map(\.record)
        #expect(Array(records.prefix(3000)) == (1...3000).map(Self.record))
        #expect(records.dropFirst(3000).allSatisfy { $0.outcome == .voided })
        #expect(try await ledger.verify().findings == [])
    }

    /// Every row of the tables that version 1 has, as text.
    private static func contents(_ file: JournalFile) throws -> [String] {
        let queue = try DatabaseQueue(path: file.path)
        return try queue.read { database in
            try ["journal", "entry", "code_redemption", "state", "account"].flatMap { table in
                try Row.fetchAll(database, sql: "SELECT * FROM \(table)").map(\.description)
            }
        }
    }
}
