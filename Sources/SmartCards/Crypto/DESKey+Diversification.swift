import Payments

extension DESKey {
    /// The key below this one for `factor`: `E(factor) ‖ E(complement of factor)`.
    ///
    /// - Parameter factor: 8 bytes.
    package func diversified(by factor: [UInt8]) -> DESKey {
        invariant(factor.count == 8, "a diversification factor has 8 bytes")
        let cipher = TripleDES(key: self)
        return DESKey(unchecked: cipher.encrypt(block: factor) + cipher.encrypt(block: factor.map { ~$0 }))
    }

    /// The key after one to three levels.
    ///
    /// - Parameter factors: in the order of the secure module's command, the card's own first. The cascade runs the
    ///   other way: issuer first, card last.
    package func diversified(through factors: [[UInt8]]) -> DESKey {
        invariant((1...3).contains(factors.count), "keys are diversified over one to three levels")
        return factors.reversed().reduce(self) { $0.diversified(by: $1) }
    }
}
