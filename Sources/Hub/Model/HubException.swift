import Payments

/// A finding on its way into the list of exceptions.
package struct HubException: Sendable, Hashable {
    package var kind: ExceptionKind
    /// What it is about; the same kind and subject is the same finding.
    package var subject: String
    package var text: String
    package var transaction: TransactionID?
    package var terminal: TerminalID?
    package var account: AccountID?
    /// The money that it is about, where that is known.
    package var amount: Amount?

    package init(
        _ kind: ExceptionKind, subject: String, text: String, transaction: TransactionID? = nil,
        terminal: TerminalID? = nil, account: AccountID? = nil
    ) {
        self.kind = kind
        self.subject = subject
        self.text = text
        self.transaction = transaction
        self.terminal = terminal
        self.account = account
    }

    /// A finding about one transaction.
    package init(_ kind: ExceptionKind, transaction: TransactionID, account: AccountID? = nil, text: String) {
        self.init(
            kind, subject: transaction.text, text: text, transaction: transaction, terminal: transaction.terminal,
            account: account)
    }
}
