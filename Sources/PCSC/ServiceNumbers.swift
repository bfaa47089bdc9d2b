import CPCSC

// The one place where PC/SC's numbers and Swift's meet. pcsc-lite's LONG and DWORD are C `long`, 64 bits wide on
// amd64 and arm64 and 32 on armhf, while every value in them is a 32-bit one of the PC/SC standard.

extension UInt32 {
    /// A return code of the service. LONG is signed, so 0x8010001D is negative where LONG has 32 bits.
    init(returnCode: LONG) { self.init(truncatingIfNeeded: returnCode) }

    /// A word that the service filled in: states, protocols, lengths.
    init(word: DWORD) { self.init(truncatingIfNeeded: word) }
}

extension Int {
    /// A length that the service filled in.
    init(length: DWORD) { self.init(UInt32(word: length)) }
}

extension DWORD {
    /// A state, protocol or disposition for the service. The imported constants are `Int32` or `UInt32`.
    init(constant: some BinaryInteger) { self.init(UInt32(truncatingIfNeeded: constant)) }

    /// Milliseconds for the service, rounded up, so that a wait of 1 µs does not become a busy loop, and kept below
    /// the value that means "for ever".
    init(milliseconds duration: Duration) {
        let (seconds, attoseconds) = duration.components
        let fraction = (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        let longest: Int64 = 24 * 3600 * 1000
        self.init(Swift.max(0, Swift.min(longest, Swift.min(seconds, longest / 1000) * 1000 + fraction)))
    }
}
