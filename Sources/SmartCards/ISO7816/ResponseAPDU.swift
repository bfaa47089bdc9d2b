import Payments

/// A card's answer: data, then the two status bytes.
package struct ResponseAPDU: Sendable, Hashable {
    /// At most 256 bytes.
    package let data: [UInt8]
    package let status: StatusWord

    /// - Parameter data: at most 256 bytes.
    package init(data: [UInt8] = [], status: StatusWord) {
        invariant(data.count <= 256, "a short answer carries at most 256 bytes")
        self.data = data
        self.status = status
    }

    /// Reads an answer of 2 to 258 bytes.
    package init(decoding bytes: [UInt8]) throws(CardDataError) {
        guard bytes.count >= 2 else { throw CardDataError(.answerTooShort, detail: "\(bytes.count) bytes") }
        guard bytes.count <= 258 else { throw CardDataError(.answerTooLong, detail: "\(bytes.count) bytes") }
        data = Array(bytes.dropLast(2))
        status = StatusWord(UInt16(bytes[bytes.count - 2]) << 8 | UInt16(bytes[bytes.count - 1]))
    }

    /// The bytes that the card sends.
    package var bytes: [UInt8] { data + status.rawValue.bigEndianBytes(count: 2) }

    /// The data, when it has exactly `count` bytes.
    func data(exactly count: Int, of name: String) throws(CardDataError) -> [UInt8] {
        guard data.count == count else {
            throw CardDataError(.answerLength, detail: "\(name): \(data.count) bytes instead of \(count)")
        }
        return data
    }
}

extension ResponseAPDU: CustomStringConvertible {
    /// The status and the number of data bytes. The data stays out: it can hold a card number.
    package var description: String { "answer \(status), \(data.count) data bytes" }
}
