import Payments

/// Everything that is needed to find out later how a debit ended, on the card or at the issuer.
package struct DESFireDebitEvidence: Sendable, Hashable {
    package let application: DESFireApplicationID
    /// The start of the identity file.
    package let identity: [UInt8]
    /// The value in fen before the debit.
    package let valueBefore: Int32
    /// The record that was written with the debit: terminal, trace number, amount.
    package let record: DESFireDebitRecord
    /// The card's proof, where the application makes one; `nil` as long as the answer to the commit is not known.
    package var transactionMAC: DESFireTransactionMAC?

    package init(
        application: DESFireApplicationID, identity: [UInt8], valueBefore: Int32, record: DESFireDebitRecord,
        transactionMAC: DESFireTransactionMAC? = nil
    ) {
        self.application = application
        self.identity = identity
        self.valueBefore = valueBefore
        self.record = record
        self.transactionMAC = transactionMAC
    }

    /// How the debit ended, from what its card holds now.
    ///
    /// Our record is proof by itself, whatever happened to the value since. Without it, only an unchanged value means
    /// that nothing was debited; anything else is left open.
    ///
    /// - Parameters:
    ///   - identity: of the card that is present.
    ///   - value: in fen, as committed.
    ///   - records: the bytes of all records, in any order.
    package func resolve(identity: [UInt8], value: Int32, records: [[UInt8]]) -> DESFireResolution {
        guard identity == self.identity else { return .otherCard }
        if records.contains(record.bytes) { return .committed }
        return value == valueBefore ? .notDebited : .undecided(value: value)
    }
}

/// What the card that is shown again says about a debit whose commit was not answered.
package enum DESFireResolution: Sendable, Hashable {
    case committed
    case notDebited
    /// The value changed and our record is not there: the card was used elsewhere since. For the issuer to decide.
    case undecided(value: Int32)
    /// Not the card of this debit.
    case otherCard
}

extension DESFireDebitEvidence: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Terminal and trace number, which name the debit without the card's number.
    package var description: String { "debit evidence of terminal \(record.terminal), trace \(record.trace)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
