import Payments

extension DESKey {
    /// The two-key triple-DES key of one card below this master key, after NXP AN10922 section 2.3.
    ///
    /// Two codes, each over two blocks: 21 or 22, the input, padding. The parity bits are left as they come.
    ///
    /// - Parameter input: 1 to 15 bytes.
    package func diversifiedAN10922(by input: [UInt8]) -> DESKey {
        invariant(isDouble, "AN10922 diversifies no single DES key")
        return DESKey(unchecked: TripleDES(key: self).codesAN10922([0x21, 0x22], input))
    }
}

extension ThreeKeyDESKey {
    /// The three-key triple-DES key of one card below this master key, after NXP AN10922 section 2.4.
    ///
    /// Three codes, each over two blocks: 31, 32 or 33, the input, padding. The parity bits are left as they come.
    ///
    /// - Parameter input: 1 to 15 bytes.
    package func diversifiedAN10922(by input: [UInt8]) -> ThreeKeyDESKey {
        ThreeKeyDESKey(unchecked: TripleDES(key: self).codesAN10922([0x31, 0x32, 0x33], input))
    }
}

extension TripleDES {
    fileprivate func codesAN10922(_ constants: [UInt8], _ input: [UInt8]) -> [UInt8] {
        invariant((1...15).contains(input.count), "AN10922 diversifies triple-DES keys by 1 to 15 bytes")
        return constants.flatMap { CMAC.compute([$0] + input, cipher: self, blockMinimum: 2) }
    }
}
