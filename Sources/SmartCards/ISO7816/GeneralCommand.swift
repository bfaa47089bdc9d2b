import Payments

/// The commands of ISO 7816-4 that a purse card shares with any other.
package enum GeneralCommand {
    /// SELECT by application identifier or by name (`00 A4 04 00`).
    ///
    /// Without Le, as purse cards are addressed in the field; a contact card then announces its answer with 61xx.
    ///
    /// - Parameter name: 1 to 16 bytes, for example an AID or `1PAY.SYS.DDF01`.
    package static func select(name: [UInt8]) -> CommandAPDU {
        invariant((1...16).contains(name.count), "an application name has 1 to 16 bytes")
        return CommandAPDU(0x00, 0xA4, 0x04, 0x00, data: name)
    }

    /// SELECT by file identifier (`00 A4 00 00 02`), for example 3F00 for the master file.
    package static func select(file: UInt16) -> CommandAPDU {
        CommandAPDU(0x00, 0xA4, 0x00, 0x00, data: file.bigEndianBytes(count: 2))
    }

    /// READ BINARY of a file named by its short identifier (1 to 30), from its start.
    package static func readBinary(shortFile: UInt8, count: Int) -> CommandAPDU {
        invariant((1...30).contains(shortFile), "a short file identifier is 1 to 30")
        return CommandAPDU(0x00, 0xB0, 0x80 | shortFile, 0x00, expectedLength: count)
    }

    /// GET RESPONSE (`00 C0 00 00`), after 61xx.
    package static func getResponse(_ count: Int) -> CommandAPDU {
        CommandAPDU(0x00, 0xC0, 0x00, 0x00, expectedLength: count)
    }

    /// READ RECORD by number of a file named by its short identifier (`00 B2`).
    ///
    /// - Parameters:
    ///   - number: from 1; in a cyclic file 1 is the newest record.
    ///   - count: length of the record, 1 to 256.
    package static func readRecord(_ number: UInt8, shortFile: UInt8, count: Int) -> CommandAPDU {
        invariant((1...30).contains(shortFile), "a short file identifier is 1 to 30")
        return CommandAPDU(0x00, 0xB2, number, shortFile << 3 | 0x04, expectedLength: count)
    }

    /// VERIFY of the application's PIN (`00 20 00 00`).
    ///
    /// - Parameter pin: 2 to 6 bytes, two digits each.
    package static func verify(pin: [UInt8]) -> CommandAPDU {
        invariant((2...6).contains(pin.count), "a PIN has 2 to 6 bytes")
        return CommandAPDU(0x00, 0x20, 0x00, 0x00, data: pin)
    }
}
