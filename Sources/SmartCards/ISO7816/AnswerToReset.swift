/// What a card, or a PC/SC reader in the name of a contactless card, says when it gets power (ISO 7816-3 section 8).
package struct AnswerToReset: Sendable, Hashable {
    /// Why bytes are no answer to reset.
    package enum Flaw: Error, Sendable, Hashable {
        /// Fewer than 2 or more than 33 bytes.
        case length(Int)
        /// TS is neither 3B nor 3F.
        case convention(UInt8)
        /// It ends before the bytes that it announces.
        case truncated
    }

    /// All bytes as they came.
    package let bytes: [UInt8]
    /// Where the historical bytes are in ``bytes``; at most 15.
    package let historicalRange: Range<Int>
    /// Whether the check byte is right; `nil` when there is none, as with protocol T=0 alone.
    package let isCheckByteRight: Bool?
    /// Bytes behind the last one that it announces.
    package let surplusCount: Int
    /// The protocols that it offers, in their order; empty means T=0.
    package let protocols: [UInt8]

    /// Reads 2 to 33 bytes. A wrong check byte and surplus bytes are told, not refused.
    package init(decoding bytes: [UInt8]) throws(Flaw) {
        guard (2...33).contains(bytes.count) else { throw .length(bytes.count) }
        guard bytes[0] == 0x3B || bytes[0] == 0x3F else { throw .convention(bytes[0]) }
        var position = 2
        var indicator = bytes[1] >> 4
        var protocols: [UInt8] = []
        while indicator != 0 {
            // TA, TB and TC come before TD, which says what follows.
            position += (indicator & 0x07).nonzeroBitCount
            guard indicator & 0x08 != 0 else { break }
            guard position < bytes.count else { throw .truncated }
            protocols.append(bytes[position] & 0x0F)
            indicator = bytes[position] >> 4
            position += 1
        }
        let historicalEnd = position + Int(bytes[1] & 0x0F)
        guard historicalEnd <= bytes.count else { throw .truncated }
        let hasCheckByte = protocols.contains { $0 != 0 }
        let end = historicalEnd + (hasCheckByte ? 1 : 0)
        guard end <= bytes.count else { throw .truncated }
        self.bytes = bytes
        historicalRange = position..<historicalEnd
        // The exclusive or of everything from T0 to the check byte is zero.
        isCheckByteRight = hasCheckByte ? bytes[1..<end].reduce(0, ^) == 0 : nil
        surplusCount = bytes.count - end
        self.protocols = protocols
    }

    /// At most 15 bytes.
    package var historicalBytes: [UInt8] { Array(bytes[historicalRange]) }

    /// The name of a storage card, when a PC/SC reader says that it is one; `nil` for cards that speak APDUs.
    package var storageCard: StorageCard? { StorageCard(historicalBytes: historicalBytes) }
}
