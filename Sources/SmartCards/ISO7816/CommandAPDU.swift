import Payments

/// A command to a card in one of the four short forms of ISO 7816-3 section 12.1.
package struct CommandAPDU: Sendable, Hashable {
    /// CLA: 00 for ISO commands, 80 for the purse, FF for the reader itself.
    package let classByte: UInt8
    /// INS.
    package let instruction: UInt8
    /// P1.
    package let parameter1: UInt8
    /// P2.
    package let parameter2: UInt8
    /// The command data, at most 255 bytes; empty when there is no Lc.
    package let data: [UInt8]
    /// Le: how many bytes are expected, 1 to 256 (256 is coded 00); `nil` when there is no Le.
    package let expectedLength: Int?

    /// - Parameters:
    ///   - data: at most 255 bytes.
    ///   - expectedLength: 1 to 256, or `nil`.
    package init(
        _ classByte: UInt8, _ instruction: UInt8, _ parameter1: UInt8, _ parameter2: UInt8, data: [UInt8] = [],
        expectedLength: Int? = nil
    ) {
        invariant(data.count <= 255, "a short command carries at most 255 bytes")
        if let expectedLength {
            invariant((1...256).contains(expectedLength), "a short command expects 1 to 256 bytes")
        }
        self.classByte = classByte
        self.instruction = instruction
        self.parameter1 = parameter1
        self.parameter2 = parameter2
        self.data = data
        self.expectedLength = expectedLength
    }

    /// Reads a command strictly: extended lengths, an Lc of zero and surplus bytes are refused.
    package init(decoding bytes: [UInt8]) throws(CardDataError) {
        guard bytes.count >= 4 else { throw CardDataError(.commandMalformed, detail: "\(bytes.count) bytes") }
        let body = bytes.dropFirst(4)
        let data: [UInt8]
        let lengthByte: UInt8?
        if body.count <= 1 {
            data = []
            lengthByte = body.first
        } else {
            let count = Int(bytes[4])
            let rest = body.dropFirst()
            guard count > 0, rest.count == count || rest.count == count + 1 else {
                throw CardDataError(.commandMalformed, detail: "Lc \(count), \(rest.count) bytes after it")
            }
            data = Array(rest.prefix(count))
            lengthByte = rest.count > count ? rest.last : nil
        }
        self.init(
            bytes[0], bytes[1], bytes[2], bytes[3], data: data,
            expectedLength: lengthByte.map { $0 == 0 ? 256 : Int($0) })
    }

    /// The bytes that go to the card.
    package var bytes: [UInt8] {
        var bytes = [classByte, instruction, parameter1, parameter2]
        if !data.isEmpty { bytes += [UInt8(data.count)] + data }
        if let expectedLength { bytes.append(UInt8(truncatingIfNeeded: expectedLength)) }
        return bytes
    }

    /// The same command with another Le, as 6Cxx asks for.
    package func expecting(_ length: Int) -> CommandAPDU {
        CommandAPDU(classByte, instruction, parameter1, parameter2, data: data, expectedLength: length)
    }
}

extension CommandAPDU: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The header and the number of data bytes. The data stays out: it can hold a cryptogram or a PIN.
    package var description: String {
        "command \(Hex.encode([classByte, instruction, parameter1, parameter2])), \(data.count) data bytes"
    }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
