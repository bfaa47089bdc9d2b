import Payments

/// One answer of a DESFire card in its wrapped form: data, then 91xx.
package struct DESFireAnswer: Sendable, Hashable {
    package let status: DESFireStatus
    package let data: [UInt8]

    package init(status: DESFireStatus, data: [UInt8] = []) {
        self.status = status
        self.data = data
    }

    /// Reads the bytes of one frame.
    package init(decoding bytes: [UInt8]) throws(DESFireError) {
        let answer: ResponseAPDU
        do throws(CardDataError) { answer = try ResponseAPDU(decoding: bytes) } catch {
            throw DESFireError(
                error.code == .answerTooShort ? .answerTooShort : .answerLength, detail: "\(bytes.count) bytes")
        }
        guard answer.status.rawValue >> 8 == 0x91 else {
            throw DESFireError(.notDESFire, detail: answer.status.description)
        }
        status = DESFireStatus(rawValue: UInt8(truncatingIfNeeded: answer.status.rawValue))
        data = answer.data
    }

    /// The data, when it has exactly `count` bytes.
    static func exactly(_ count: Int, _ data: [UInt8], of name: String) throws(DESFireError) -> [UInt8] {
        guard data.count == count else {
            throw DESFireError(.answerLength, detail: "\(name): \(data.count) bytes instead of \(count)")
        }
        return data
    }
}

extension DESFireAnswer: CustomStringConvertible {
    /// The status and the number of data bytes. The data stays out: it can hold a card number.
    package var description: String { "answer \(status), \(data.count) data bytes" }
}
