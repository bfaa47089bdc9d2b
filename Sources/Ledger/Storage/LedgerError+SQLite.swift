import GRDB
import Terminal

extension LedgerError {
    /// What an error out of SQLite means to the terminal. Only the result code is kept: SQLite's message may quote
    /// values.
    init(storage error: any Error) {
        switch error {
        case let error as LedgerError: self = error
        case let error as DatabaseError: self.init(result: error.extendedResultCode)
        default: self.init(.writeFailed, detail: "\(type(of: error))")
        }
    }

    private init(result: ResultCode) {
        let code: Code =
            switch result.primaryResultCode {
            case .SQLITE_FULL: .diskFull
            case .SQLITE_CORRUPT, .SQLITE_NOTADB: .damaged
            case .SQLITE_BUSY, .SQLITE_LOCKED: .inUse
            case .SQLITE_CANTOPEN: .cannotOpen
            default: .writeFailed
            }
        self.init(code, detail: "SQLite result \(result.rawValue)")
    }
}
