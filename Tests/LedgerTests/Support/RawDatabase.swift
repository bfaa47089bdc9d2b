import GRDB
import GRDBSQLite

/// Another program with the closed file in its hands.
enum RawDatabase {
    static func execute(_ path: String, _ sql: String) throws {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
        try queue.close()
    }

    /// Changes history after taking away what refuses it.
    static func tamper(_ path: String, _ sql: String) throws {
        let triggers = ["journal", "entry", "code_redemption"].flatMap { ["\($0)_keeps_rows", "\($0)_keeps_values"] }
        try execute(path, triggers.map { "DROP TRIGGER \($0);" }.joined() + sql)
    }
}
