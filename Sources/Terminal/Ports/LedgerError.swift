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
        /// A policy that is older than one this terminal has, or another one under the same version.
        case policyRolledBack = 3030
        /// A policy that the hub's pinned key did not sign.
        case policyForged = 3031
        /// A signed document that does not say which version of the policy it is.
        case policyInvalid = 3032
        /// The hub signs with another key than the one that this terminal has pinned.
        case hubKeyChanged = 3060
        /// A version of the hot list is not signed with the pinned key, or not signed at all.
        case hotListForged = 3061
        /// A version of the hot list is older than, or does not follow from, the one that the terminal has.
        case hotListRolledBack = 3062
        /// What the terminal has after the changes is not the list that the hub signed.
        case hotListContradicted = 3063
        /// A page of a snapshot does not follow from what was fetched of it.
        case snapshotDoesNotFollow = 3064
        /// A policy has a rule that this version of the program does not know. The policy before it stays in force.
        case policyNotUnderstood = 3066
        /// The hub says that this journal has a restored image or a second machine beside it.
        case journalContested = 3065
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
            case .hotListForged: "the hot list is not signed by the hub; the one that is here stays in force"
            case .hotListRolledBack:
                "the hub sent an older or another hot list; the one that is here stays in force"
            case .hotListContradicted: "the hot list here is not the one that the hub signed; it is fetched anew"
            case .snapshotDoesNotFollow: "the hub's snapshot does not follow from what was fetched; it is begun anew"
            case .journalContested:
                "this terminal's journal is also written elsewhere; sales are refused until the card office has decided"
            case .policyRolledBack: "the hub sent a policy that is older than the one in force here"
            case .policyForged: "the hub sent a policy without a valid signature"
            case .policyInvalid: "the hub sent a policy that does not say which version it is"
            case .policyNotUnderstood:
                "the campus has a newer policy that this program does not understand; the one before it stays in "
                    + "force until the program is upgraded"
            case .hubKeyChanged: "the hub signs with another key than before; the card office must confirm the new one"
            }
        return detail.isEmpty ? text : "\(text) (\(detail))"
    }

    package static func == (left: Self, right: Self) -> Bool { left.code == right.code }
}
