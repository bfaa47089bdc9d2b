import GRDB
import HubProtocol
import Payments

/// Wrong PINs in a row at this terminal, counted in the commit of the refused sale: no restart forgets them.
enum PINFailureTable {
    static func failures(_ database: Database, of account: AccountID, pinVersion: UInt64) throws -> Int {
        let statement = try PreparedStatement(
            database, "SELECT failures FROM pin_failure WHERE account = ? AND pin_version = ?")
        try statement.bind(1, Int64(account.number))
        try statement.bind(2, Int64(clamping: pinVersion))
        return try statement.first { Int($0.integer(0)) } ?? 0
    }

    /// Counts what became of a sale's PIN: a wrong one adds to the failures, a right one clears them. A right one
    /// behind a lock changes nothing.
    static func count(_ decision: Decision, pin: PINResult, _ database: Database, of account: AccountID) throws {
        guard let version = try AccountTermsTable.terms(database, of: account)?.pin?.version else { return }
        switch (pin, decision.reason) {
        case (.wrong, .pinWrong):
            let failures = try failures(database, of: account, pinVersion: version) + 1
            let statement = try PreparedStatement(
                database, "INSERT OR REPLACE INTO pin_failure (account, pin_version, failures) VALUES (?, ?, ?)")
            try statement.bind(1, Int64(account.number))
            try statement.bind(2, Int64(clamping: version))
            try statement.bind(3, Int64(failures))
            try statement.execute()
        case (.correct, let reason) where reason != .pinTriesExceeded:
            let statement = try PreparedStatement(database, "DELETE FROM pin_failure WHERE account = ?")
            try statement.bind(1, Int64(account.number))
            try statement.execute()
        default: break
        }
    }
}
