import Payments

/// The hub's store could not do what it was asked. Numbers 3101–3199.
package struct HubStoreError: StableError, Equatable {
    package enum Code: Int, Sendable, CaseIterable {
        case cannotOpen = 3101
        case diskFull = 3102
        case writeFailed = 3103
        /// The file is damaged, or holds a value that this version does not know.
        case damaged = 3104
        /// The file is a SQLite database of another program.
        case notAHubDatabase = 3105
        /// The file was made by a newer version.
        case schemaTooNew = 3106
        /// Another process has the file open.
        case inUse = 3107
        /// `synchronous` did not read back as FULL, or the journal mode is not WAL.
        case notDurable = 3108
        /// The payment-code key is not the one that was published under its id.
        case codeKeyChanged = 3109
    }

    package let code: Code
    /// SQLite's result code, a path or the failed check; no card, account or code.
    package let detail: String

    package init(_ code: Code, detail: String = "") {
        self.code = code
        self.detail = detail
    }

    package var number: Int { code.rawValue }

    package var message: String {
        let text =
            switch code {
            case .cannotOpen: "the hub's database cannot be opened"
            case .diskFull: "the disk is full; nothing can be stored"
            case .writeFailed: "the hub's database cannot be written"
            case .damaged: "the hub's database is damaged; keep the file and restore a copy"
            case .notAHubDatabase: "the file is not a hub database"
            case .schemaTooNew: "the hub's database was written by a newer version of this program"
            case .inUse: "another process is using the hub's database; only one hub may run on a file"
            case .notDurable: "the hub's database is not opened with full durability"
            case .codeKeyChanged: "the payment-code key file does not hold the key that was published; restore the file"
            }
        return detail.isEmpty ? text : "\(text) (\(detail))"
    }

    package static func == (left: Self, right: Self) -> Bool { left.code == right.code }
}
