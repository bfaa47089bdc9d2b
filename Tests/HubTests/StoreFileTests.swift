import Foundation
import GRDB
import HubProtocol
import Payments
import TestSupport
import Testing

@testable import Hub

@Suite("The hub's file")
struct StoreFileTests {
    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private var path: String { directory.file("hub.sqlite") }

    @Test("a second hub on the same file is refused and the first goes on")
    func exclusive() async throws {
        let store = try SQLiteHubStore(path: path)
        #expect(throws: HubStoreError(.inUse)) { _ = try SQLiteHubStore(path: path) }
        try await store.probe()
        try await store.close()
        let again = try SQLiteHubStore(path: path)
        try await again.close()
    }

    @Test("promise 12: the one connection syncs every commit, and a connection that does not is refused")
    func durable() async throws {
        let store = try SQLiteHubStore(path: path)
        let synchronous = try await store.queue.read { db in try Int.fetchOne(db, sql: "PRAGMA synchronous") }
        #expect(synchronous == 2)
        try await store.queue.writeWithoutTransaction { db in
            try SQLiteFile.assertDurable(db)
            try db.execute(sql: "PRAGMA synchronous = NORMAL")
            #expect(throws: HubStoreError(.notDurable)) { try SQLiteFile.assertDurable(db) }
        }
        try await store.close()
    }

    @Test("no other program gets into the file while the hub runs")
    func otherProgram() async throws {
        let store = try SQLiteHubStore(path: path)
        let raw = try? DatabaseQueue(path: path)
        #expect(throws: DatabaseError.self) {
            guard let raw else { throw DatabaseError(resultCode: .SQLITE_BUSY) }
            try raw.write { db in try db.execute(sql: "DELETE FROM account") }
        }
        try await store.close()
    }

    @Test("the file is private, and marked as a hub's")
    func marks() async throws {
        try await SQLiteHubStore(path: path).close()
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        let raw = try DatabaseQueue(path: path)
        let (application, version) = try await raw.read { db in
            (
                try Int.fetchOne(db, sql: "PRAGMA application_id"), try Int.fetchOne(db, sql: "PRAGMA user_version")
            )
        }
        #expect(application == 0x4354_4842)
        #expect(version == Int(HubSchema.version))
        let loose = try await raw.read { db in
            try String.fetchAll(
                db,
                sql: """
                    SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
                    AND name NOT LIKE 'grdb_%' AND sql NOT LIKE '%STRICT%'
                    """)
        }
        #expect(loose.isEmpty)
        try raw.close()
    }

    @Test("another program's database is refused and stays as it is")
    func foreign() throws {
        let raw = try DatabaseQueue(path: path)
        try raw.write { db in try db.execute(sql: "CREATE TABLE diary (day TEXT)") }
        try raw.close()
        let before = try Data(contentsOf: URL(fileURLWithPath: path))
        #expect(throws: HubStoreError(.notAHubDatabase)) { _ = try SQLiteHubStore(path: path) }
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
    }

    @Test("a file that is no database is refused")
    func garbage() throws {
        try Data("not a database, and long enough to be looked at as one".utf8).write(to: URL(fileURLWithPath: path))
        #expect(throws: HubStoreError(.notAHubDatabase)) { _ = try SQLiteHubStore(path: path) }
    }

    @Test("a file of a newer version is refused")
    func newer() async throws {
        try await SQLiteHubStore(path: path).close()
        let raw = try DatabaseQueue(path: path)
        try await raw.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA user_version = 99") }
        try raw.close()
        #expect(throws: HubStoreError(.schemaTooNew)) { _ = try SQLiteHubStore(path: path) }
    }

    @Test("a folder that is missing is an error that names the path")
    func missingFolder() throws {
        let error = #expect(throws: HubStoreError.self) {
            _ = try SQLiteHubStore(path: directory.file("none/hub.sqlite"))
        }
        #expect(error?.code == .cannotOpen)
        #expect(error?.message.contains("none/hub.sqlite") == true)
    }

    @Test("a damaged file is found after an unclean stop")
    func damaged() async throws {
        let hub = try await HubFixture.open()
        for number in 1...50 { try await hub.account(UInt64(number), fen: 100) }
        try await hub.hub.close()
        // Damage a page in the middle of an index, and leave a log behind as a kill does.
        let source = hub.configuration.databasePath
        var content = try Data(contentsOf: URL(fileURLWithPath: source))
        let raw = try DatabaseQueue(path: source)
        let (page, size) = try await raw.read { db in
            (
                try Int.fetchOne(db, sql: "SELECT rootpage FROM sqlite_schema WHERE name = 'entry_book'") ?? 0,
                try Int.fetchOne(db, sql: "PRAGMA page_size") ?? 0
            )
        }
        try raw.close()
        content.replaceSubrange((page - 1) * size + 100..<page * size - 100, with: Data(count: size - 200))
        try content.write(to: URL(fileURLWithPath: path))
        try Data(repeating: 0, count: 32).write(to: URL(fileURLWithPath: path + "-wal"))
        #expect(throws: HubStoreError(.damaged)) { _ = try SQLiteHubStore(path: path) }
    }
}
