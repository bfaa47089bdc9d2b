import Payments

/// Who a secure module is: its terminal number (file 0x16, 6 bytes) and its public information (file 0x15):
///
/// | offset | bytes | |
/// |---|---|---|
/// | 0 | 10 | serial number of the module |
/// | 10 | 1 | version |
/// | 11 | 1 | key-card type |
/// | 12 | 2 | issuer's own data |
package struct SecureModuleIdentity: Sendable, Hashable {
    /// Short identifier and length of the terminal file.
    package static let terminalFile: UInt8 = 0x16
    package static let terminalLength = 6
    /// Short identifier and length of the public-information file.
    package static let informationFile: UInt8 = 0x15
    package static let informationLength = 14

    package let terminal: TerminalID
    /// Ten bytes.
    package let serial: [UInt8]
    package let version: UInt8
    package let keyCardType: UInt8
    /// Two bytes.
    package let issuerData: [UInt8]

    /// Reads file 0x15, whose length must be exact.
    package init(terminal: TerminalID, information answer: ResponseAPDU) throws(CardDataError) {
        let bytes = try answer.data(exactly: Self.informationLength, of: "secure module information")
        self.terminal = terminal
        serial = Array(bytes[0..<10])
        version = bytes[10]
        keyCardType = bytes[11]
        issuerData = Array(bytes[12..<14])
    }

    /// Reads file 0x16.
    package static func terminal(_ answer: ResponseAPDU) throws(CardDataError) -> TerminalID {
        let bytes = try answer.data(exactly: terminalLength, of: "terminal number")
        guard let terminal = TerminalID(number: bytes.reduce(0) { $0 << 8 | UInt64($1) }) else {
            fatalError("six bytes are 48 bits")
        }
        return terminal
    }

    /// The last four digits of the serial number, for people.
    package var serialEnding: String { Hex.encode(serial.suffix(2)) }
}

extension SecureModuleIdentity: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The serial number masked to its last four digits.
    package var description: String { "secure module …\(serialEnding) of terminal \(terminal)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
