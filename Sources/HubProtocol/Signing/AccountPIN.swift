import Payments

/// The PIN of an account, as the payer entered it: six digits. Nothing that prints values shows it.
package struct AccountPIN: Sendable, Equatable {
    private let digits: [UInt8]

    /// `nil` unless the text is six digits.
    package init?(text: String) {
        let digits = Array(text.utf8)
        guard digits.count == 6, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        self.digits = digits
    }

    /// Whether it is the PIN of that hash. Takes tens of milliseconds on purpose.
    package func matches(_ hash: PINHash) -> Bool { hash.matches(digits) }

    /// What is stored of it.
    ///
    /// - Parameter salt: random, of ``PINHash/saltBytes`` bytes.
    package func hash(salt: [UInt8], iterations: Int = PINHash.standardIterations) -> PINHash {
        PINHash(digits: digits, salt: salt, iterations: iterations)
    }
}

extension AccountPIN: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "PIN (hidden)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
