import CampusSimulation
import FaultyStorage
import Foundation
import GRDB
import TestSupport
import Testing

@Suite("The simulated disk")
struct SimulatedDiskTests {
    private static func connect(_ path: String, synchronous: String = "FULL") throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.prepareDatabase { database in
            try database.execute(
                sql: """
                    PRAGMA locking_mode = EXCLUSIVE;
                    PRAGMA journal_mode = WAL;
                    PRAGMA synchronous = \(synchronous);
                    """)
        }
        return try DatabaseQueue(path: path, configuration: configuration)
    }

    private static func fill(_ queue: DatabaseQueue, _ rows: Range<Int>) async throws {
        try await queue.write { database in
            try database.execute(sql: "CREATE TABLE IF NOT EXISTS t (x INTEGER PRIMARY KEY, y BLOB)")
            for row in rows {
                try database.execute(sql: "INSERT INTO t VALUES (?, randomblob(900))", arguments: [row])
            }
        }
    }

    /// Rows in the file, or `nil` when there is no table.
    private static func rows(_ path: String) throws -> Int? {
        let queue = try connect(path)
        defer { do { try queue.close() } catch { Issue.record(error) } }
        return try queue.read { database in
            try database.tableExists("t") ? Int.fetchOne(database, sql: "SELECT count(*) FROM t") : nil
        }
    }

    @Test("a file outside the disk's folder is none of its business")
    func outside() async throws {
        let (inside, outside) = (try TemporaryDirectory(), try TemporaryDirectory())
        let disk = SimulatedDisk(folder: inside.path)
        let queue = try Self.connect(outside.file("a.db"))
        disk.crash()
        try await Self.fill(queue, 0..<3)
        try queue.close()
        #expect(disk.count(of: .all) == 0)
        #expect(try Self.rows(outside.file("a.db")) == 3)
    }

    @Test("a power cut keeps what was synced and loses what was not; a kill loses nothing")
    func synced() async throws {
        let directory = try TemporaryDirectory()
        let disk = SimulatedDisk(folder: directory.path)
        let synced = try Self.connect(directory.file("a.db"))
        try await Self.fill(synced, 0..<3)
        try await synced.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = OFF") }
        try await Self.fill(synced, 3..<5)
        #expect(disk.hasUnsynced)
        let (cut, killed) = (try TemporaryDirectory(), try TemporaryDirectory())
        disk.copy(after: .unsyncedLost, into: cut.path)
        disk.copy(after: .nothingLost, into: killed.path)
        #expect(try Self.rows(cut.file("a.db")) == 3)
        #expect(try Self.rows(killed.file("a.db")) == 5)
        disk.powerCut(.unsyncedLost)
        #expect(try Self.rows(directory.file("a.db")) == 3)
        // What the dead process still asks fails, and changes nothing of the new one's.
        await #expect(throws: DatabaseError.self) { try await Self.fill(synced, 7..<9) }
    }

    @Test("a seed tears the same way every time, and other seeds tear in other ways")
    func torn() async throws {
        let directory = try TemporaryDirectory()
        let disk = SimulatedDisk(folder: directory.path)
        let queue = try Self.connect(directory.file("a.db"))
        try await Self.fill(queue, 0..<3)
        disk.ignoresSyncs = true
        try await Self.fill(queue, 3..<30)
        var logs: Set<Data> = []
        for seed in UInt64(1)...8 {
            var copies: Set<Data> = []
            for _ in 1...2 {
                let image = try TemporaryDirectory()
                disk.copy(after: .unsyncedPartly(seed: seed), into: image.path)
                copies.insert(try Data(contentsOf: URL(filePath: image.file("a.db-wal"))))
                let rows = try Self.rows(image.file("a.db"))
                #expect(rows == 3 || rows == 30)
            }
            #expect(copies.count == 1)
            logs.formUnion(copies)
        }
        #expect(logs.count > 4)
    }

    @Test("a log that was deleted and not synced comes back, one that was made and not synced goes")
    func names() async throws {
        let directory = try TemporaryDirectory()
        let disk = SimulatedDisk(folder: directory.path)
        var queue = try Self.connect(directory.file("a.db"))
        try await Self.fill(queue, 0..<3)
        try queue.close()
        #expect(!FileManager.default.fileExists(atPath: directory.file("a.db-wal")))
        let image = try TemporaryDirectory()
        disk.copy(after: .unsyncedLost, into: image.path)
        #expect(FileManager.default.fileExists(atPath: image.file("a.db-wal")))
        #expect(try Self.rows(image.file("a.db")) == 3)
        disk.powerCut(.nothingLost)
        disk.ignoresSyncs = true
        queue = try Self.connect(directory.file("a.db"))
        try await Self.fill(queue, 3..<5)
        disk.powerCut(.unsyncedLost)
        #expect(!FileManager.default.fileExists(atPath: directory.file("a.db-wal")))
        disk.ignoresSyncs = false
        #expect(try Self.rows(directory.file("a.db")) == 3)
    }

    @Test("a disk with a limit is full, and has room again when the limit is raised")
    func full() async throws {
        let directory = try TemporaryDirectory()
        let disk = SimulatedDisk(folder: directory.path)
        let queue = try Self.connect(directory.file("a.db"))
        try await Self.fill(queue, 0..<3)
        disk.capacity = disk.usedSize + 10_000
        await #expect(throws: DatabaseError.self) { try await Self.fill(queue, 3..<30) }
        disk.capacity = nil
        try await Self.fill(queue, 3..<30)
        try queue.close()
        #expect(try Self.rows(directory.file("a.db")) == 30)
    }

    @Test("a crash at every operation of a small run is followed by a clean run")
    func everyOperation() async throws {
        var position = 1
        while true {
            let directory = try TemporaryDirectory()
            let disk = SimulatedDisk(folder: directory.path)
            disk.inject(DiskFault(at: position, among: .all, .crash))
            var confirmed = 0
            do {
                let queue = try Self.connect(directory.file("a.db"))
                for row in 0..<3 {
                    try await Self.fill(queue, row..<row + 1)
                    confirmed = row + 1
                }
                try queue.close()
            } catch is DatabaseError {}
            guard disk.isDead else { break }
            disk.powerCut(.unsyncedPartly(seed: UInt64(position)))
            #expect(try Self.rows(directory.file("a.db")) ?? 0 >= confirmed, "crash at \(position)")
            position += 1
        }
        #expect(position > 30)
    }
}
