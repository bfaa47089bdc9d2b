import GRDBSQLite

/// SQLite's extended result codes, which are macros that Swift cannot import
/// (<https://www.sqlite.org/rescode.html>).
enum ResultCodes {
    static let read: Int32 = SQLITE_IOERR | 1 << 8
    static let write: Int32 = SQLITE_IOERR | 3 << 8
    static let sync: Int32 = SQLITE_IOERR | 4 << 8
    static let truncate: Int32 = SQLITE_IOERR | 6 << 8
    static let size: Int32 = SQLITE_IOERR | 7 << 8
    static let unlock: Int32 = SQLITE_IOERR | 8 << 8
    static let delete: Int32 = SQLITE_IOERR | 10 << 8
    static let access: Int32 = SQLITE_IOERR | 13 << 8
    static let lock: Int32 = SQLITE_IOERR | 15 << 8
    static let deletedFileMissing: Int32 = SQLITE_IOERR | 23 << 8

    static func code(_ report: DiskFault.Report, of kind: DiskOperation.Kind) -> Int32 {
        if report == .full { return SQLITE_FULL }
        return switch kind {
        case .open: SQLITE_CANTOPEN
        case .read: read
        case .write: write
        case .sync: sync
        case .truncate: truncate
        case .delete: delete
        }
    }
}
