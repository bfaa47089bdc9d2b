import Payments

/// Where the campus's number stands on a card, and how it is written there.
package struct MIFAREClassicIdentityField: Sendable, Hashable {
    /// How the number is written.
    package enum Encoding: String, Sendable, Hashable, CaseIterable {
        /// 1 to 10 bytes, taken as they are.
        case binary
        /// 1 to 10 bytes of two decimal digits each.
        case binaryCodedDecimal
        /// 1 to 16 ASCII digits, the unused rest 00 or spaces.
        case decimalText
    }

    package let block: MIFAREClassicBlock
    /// Of the first byte in the block.
    package let offset: Int
    /// In bytes.
    package let length: Int
    package let encoding: Encoding
    /// Opens the sector for reading.
    package let key: MIFAREClassicKey

    /// - Returns: `nil` when the field is not inside one data block, or longer than its encoding allows.
    package init?(block: UInt8, offset: Int, length: Int, encoding: Encoding, key: MIFAREClassicKey) {
        self.block = MIFAREClassicBlock(block)
        let maximum = encoding == .decimalText ? 16 : MIFAREClassicIdentity.serialLength
        guard self.block.isData, (1...maximum).contains(length), offset >= 0,
            offset <= MIFAREClassicBlock.length - length
        else { return nil }
        self.offset = offset
        self.length = length
        self.encoding = encoding
        self.key = key
    }

    /// The card's number, right-aligned in 10 bytes; `nil` when the field is blank (all 00 or all FF) or not written in
    /// its encoding.
    ///
    /// - Parameter content: the 16 bytes of the block.
    package func serial(in content: [UInt8]) -> [UInt8]? {
        guard content.count == MIFAREClassicBlock.length else { return nil }
        let field = Array(content[offset..<offset + length])
        guard !field.allSatisfy({ $0 == 0xFF }) else { return nil }
        let number: [UInt8]?
        switch encoding {
        case .binary: number = field
        case .binaryCodedDecimal: number = Self.isDecimal(field) ? field : nil
        case .decimalText: number = Self.packed(field)
        }
        guard let number, number.contains(where: { $0 != 0 }) else { return nil }
        return [UInt8](repeating: 0, count: MIFAREClassicIdentity.serialLength - number.count) + number
    }

    private static func isDecimal(_ bytes: [UInt8]) -> Bool {
        bytes.allSatisfy { $0 >> 4 <= 9 && $0 & 0x0F <= 9 }
    }

    private static func packed(_ text: [UInt8]) -> [UInt8]? {
        var digits = text
        while let last = digits.last, last == 0x00 || last == UInt8(ascii: " ") { digits.removeLast() }
        let zero = UInt8(ascii: "0")
        guard digits.allSatisfy({ (zero...UInt8(ascii: "9")).contains($0) }) else { return nil }
        if digits.count % 2 == 1 { digits.insert(zero, at: 0) }
        return stride(from: 0, to: digits.count, by: 2).map { (digits[$0] - zero) << 4 | (digits[$0 + 1] - zero) }
    }
}
