import Payments

/// The ledger could not do what it was asked. Numbers 3001–3099. While one of the first four stands, sales are
/// refused with ``DeclineReason/storageUnavailable`` and nothing unsent is lost (promise 11).
package struct LedgerError: StableError, Equatable {
    package enum Code: Int, Sendable, CaseIterable {
        case cannotOpen = 3001
        case diskFull = 3002
        case writeFailed = 3003
        /// The file is damaged or its chain does not verify.
        case damaged = 3004
        /// The file belongs to another terminal.
        case wrongTerminal = 3005
        /// The file was made by a newer version.
        case schemaTooNew = 3006
        /// Another process has the file open for writing.
        case inUse = 3007
        /// The disk does not keep what it says it keeps: `synchronous` did not read back as FULL.
        case notDurable = 3008
        /// The hub acknowledged records that are not this journal's.
        case acknowledgementMismatch = 3020
        /// The transaction id was not given out, or is concluded already.
        case transactionNotOpen = 3021
        /// A page of the changes feed does not follow from the replica.
        case changesDoNotFollow = 3022
        /// A change carries a value that this version does not know.
        case changeMalformed = 3023
        /// The card has a transaction with its own money whose outcome is not known; it is resolved first.
        case cardTransactionOpen = 3024
        /// A record or intent of a card's own money is not whole, or not the end of what was intended.
        case intentMismatch = 3025
    }

    package let code: Code
    /// SQLite's result code or the failed check; no card, account or code.
    package let detail: String

    package init(_ code: Code, detail: String = "") {
        self.code = code
        self.detail = detail
    }

    package var number: Int { code.rawValue }

    package var message: String {
        let text =
            switch code {
            case .cannotOpen: "the journal cannot be opened"
            case .diskFull: "the disk is full; sales are refused until there is room"
            case .writeFailed: "the journal cannot be written"
            case .damaged: "the journal is damaged; keep the file and call the card office"
            case .wrongTerminal: "the journal belongs to another terminal"
            case .schemaTooNew: "the journal was written by a newer version of this program"
            case .inUse: "another process is using the journal"
            case .notDurable: "the journal is not opened with full durability"
            case .acknowledgementMismatch: "the hub acknowledged records that this terminal did not write"
            case .transactionNotOpen: "the transaction is not open"
            case .changesDoNotFollow: "the changes do not follow from what the terminal has"
            case .changeMalformed: "the hub sent a change that cannot be understood"
            case .cardTransactionOpen: "the card has a transaction whose outcome is not known yet"
            case .intentMismatch: "the record does not fit what was stored before the card was asked"
            }
        return detail.isEmpty ? text : "\(text) (\(detail))"
    }

    package static func == (left: Self, right: Self) -> Bool { left.code == right.code }
}
