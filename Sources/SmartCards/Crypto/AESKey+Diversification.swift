import Payments

extension AESKey {
    /// The key of one card below this master key, after NXP AN10922 section 2.2 (AES-128).
    ///
    /// The code is always computed over two blocks: 01, the input, padding.
    ///
    /// - Parameter input: 1 to 31 bytes, usually UID 7 ‖ application identifier 3 ‖ system identifier.
    package func diversified(by input: [UInt8]) -> AESKey {
        invariant((1...31).contains(input.count), "AN10922 diversifies by 1 to 31 bytes")
        return AESKey(unchecked: CMAC.compute([0x01] + input, cipher: AES128(key: self), blockMinimum: 2))
    }
}
