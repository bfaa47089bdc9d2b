import Payments

/// A payment code as the issuer hands it to the payer. Whoever holds its text can pay with it until it expires, so
/// the text stays out of every description.
package struct PaymentCode: Sendable, Hashable {
    /// What the terminal will read in it.
    package let evidence: CodeEvidence
    /// 226 digits, to be shown as one QR symbol.
    package let text: String
}

extension PaymentCode: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "payment code of key \(evidence.reference.keyID)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
