import GRDB

/// How much the replica holds.
struct ReplicaSizes: Sendable {
    let accounts: Int
    let hotListed: Int

    init(_ database: Database) throws {
        accounts = try Int.fetchOne(database, sql: "SELECT count(*) FROM account") ?? 0
        hotListed = try Int.fetchOne(database, sql: "SELECT count(*) FROM hot_list") ?? 0
    }
}
