import Foundation
import GRDB
import Payments
import TestSupport
import Testing

@testable import Hub

@Suite("Group commit")
struct GroupCommitTests {
    let directory: TemporaryDirectory
    let queue: DatabaseQueue

    init() throws {
        directory = try TemporaryDirectory()
        queue = try DatabaseQueue(path: directory.file("group.sqlite"))
        try queue.write { db in
            try db.execute(
                sql: """
                    CREATE TABLE parent (id INTEGER PRIMARY KEY);
                    CREATE TABLE item (id INTEGER PRIMARY KEY,
                        parent INTEGER REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED);
                    """)
        }
    }

    private struct Unwanted: Error {}

    private func items() throws -> [Int] {
        try queue.read { db in try Int.fetchAll(db, sql: "SELECT id FROM item ORDER BY id") }
    }

    @Test("writes of one moment all take effect, and one that throws leaves nothing and disturbs nobody")
    func mixed() async throws {
        let commits = GroupCommit(queue: queue, limit: 8)
        let results = await withTaskGroup(of: Bool.self) { group in
            for number in 1...50 {
                group.addTask {
                    do {
                        try await commits.write { db in
                            try db.execute(sql: "INSERT INTO item (id) VALUES (?)", arguments: [number])
                            if number % 5 == 0 { throw Unwanted() }
                        }
                        return true
                    } catch {
                        return false
                    }
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(results == 40)
        #expect(try items() == (1...50).filter { $0 % 5 != 0 })
    }

    @Test("promise 12: when the commit fails, nobody in the group is told that it succeeded")
    func failedCommit() async throws {
        let commits = GroupCommit(queue: queue, limit: 64)
        let gate = DispatchSemaphore(value: 0)
        // Holds the database's own queue until all three writes wait, so that they form one group.
        queue.asyncWriteWithoutTransaction { _ in gate.wait() }
        let outcomes = await withTaskGroup(of: Bool.self) { group in
            for number in 1...3 {
                group.addTask {
                    do {
                        try await commits.write { db in
                            try db.execute(
                                sql: "INSERT INTO item (id, parent) VALUES (?, ?)",
                                arguments: [number, number == 2 ? 99 : nil])
                        }
                        return true
                    } catch {
                        return false
                    }
                }
            }
            group.addTask {
                while commits.waitingCount < 3 { await Task.yield() }
                gate.signal()
                return false
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(!outcomes.contains(true))
        #expect(try items().isEmpty)
        try await commits.write { db in try db.execute(sql: "INSERT INTO item (id) VALUES (7)") }
        #expect(try items() == [7])
    }
}
