import GRDB
import GRDBSQLite

/// A cached prepared statement, bound and stepped through SQLite's own interface: on the path of a tap there is no
/// boxing of values and no array of arguments.
///
/// The statement is always reset after a run; one left standing would keep a read transaction open and with it the
/// write-ahead log from starting over.
struct PreparedStatement {
    private let owner: Statement
    private var handle: SQLiteStatement { owner.sqliteStatement }

    init(_ database: Database, _ sql: String) throws {
        owner = try database.cachedStatement(sql: sql)
        sqlite3_clear_bindings(owner.sqliteStatement)
    }

    /// Binds parameter `index`, counted from 1.
    func bind(_ index: Int32, _ value: Int64?) throws {
        if let value {
            try check(sqlite3_bind_int64(handle, index, value))
        } else {
            try check(sqlite3_bind_null(handle, index))
        }
    }

    func bind(_ index: Int32, _ value: String?) throws {
        guard var value else { return try check(sqlite3_bind_null(handle, index)) }
        try value.withUTF8 { bytes in
            try bytes.withMemoryRebound(to: CChar.self) { text in
                try check(sqlite3_bind_text(handle, index, text.baseAddress, Int32(text.count), Self.copied))
            }
        }
    }

    func bind(_ index: Int32, _ value: [UInt8]) throws {
        try value.withUnsafeBytes { bytes in
            try check(sqlite3_bind_blob(handle, index, bytes.baseAddress, Int32(bytes.count), Self.copied))
        }
    }

    /// Runs a statement that gives no rows.
    func execute() throws {
        let result = sqlite3_step(handle)
        sqlite3_reset(handle)
        guard result == SQLITE_DONE else { throw DatabaseError(resultCode: ResultCode(rawValue: result)) }
    }

    /// The first row, or `nil` when there is none.
    func first<Value>(_ read: (StatementRow) throws -> Value) throws -> Value? {
        defer { sqlite3_reset(handle) }
        return try step() ? read(StatementRow(handle: handle)) : nil
    }

    /// Every row in turn until `read` returns `false`.
    func forEach(_ read: (StatementRow) throws -> Bool) throws {
        defer { sqlite3_reset(handle) }
        while try step() {
            guard try read(StatementRow(handle: handle)) else { return }
        }
    }

    /// `SQLITE_TRANSIENT`, which the importer cannot show: SQLite copies the bytes before the call returns.
    private static var copied: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }

    private func step() throws -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let result: throw DatabaseError(resultCode: ResultCode(rawValue: result))
        }
    }

    private func check(_ result: Int32) throws {
        guard result == SQLITE_OK else { throw DatabaseError(resultCode: ResultCode(rawValue: result)) }
    }
}
