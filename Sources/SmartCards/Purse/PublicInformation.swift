import Payments

/// The public-information file of a purse application (short file identifier 0x15), 30 bytes:
///
/// | offset | bytes | |
/// |---|---|---|
/// | 0 | 8 | issuer |
/// | 8 | 1 | application type |
/// | 9 | 1 | application version |
/// | 10 | 10 | application serial number, the card's number |
/// | 20 | 4 | valid from, BCD YYYYMMDD |
/// | 24 | 4 | valid through, BCD YYYYMMDD |
/// | 28 | 2 | issuer's own data |
package struct PublicInformation: Sendable, Hashable, Codable {
    /// Length of the file.
    package static let length = 30
    /// Its short file identifier.
    package static let shortFile: UInt8 = 0x15

    /// Eight bytes.
    package let issuer: [UInt8]
    package let applicationType: UInt8
    package let applicationVersion: UInt8
    /// Ten bytes.
    package let applicationSerial: [UInt8]
    /// First day of validity, for example 20260901.
    package let validFrom: Int
    /// Last day of validity, included.
    package let validThrough: Int
    /// Two bytes.
    package let issuerData: [UInt8]

    /// Reads the file; its length must be exact and both dates days of the calendar.
    package init(decoding bytes: [UInt8]) throws(CardDataError) {
        guard bytes.count == Self.length else {
            throw CardDataError(.publicInformationLength, detail: "\(bytes.count) bytes")
        }
        issuer = Array(bytes[0..<8])
        applicationType = bytes[8]
        applicationVersion = bytes[9]
        applicationSerial = Array(bytes[10..<20])
        guard let validFrom = BinaryCodedDecimal.decodeDate(bytes[20..<24]) else {
            throw CardDataError(.publicInformationDate, detail: "valid from")
        }
        guard let validThrough = BinaryCodedDecimal.decodeDate(bytes[24..<28]) else {
            throw CardDataError(.publicInformationDate, detail: "valid through")
        }
        self.validFrom = validFrom
        self.validThrough = validThrough
        issuerData = Array(bytes[28..<30])
    }

    /// The 30 bytes of the file.
    package var bytes: [UInt8] {
        issuer + [applicationType, applicationVersion] + applicationSerial
            + BinaryCodedDecimal.encode(validFrom, count: 4) + BinaryCodedDecimal.encode(validThrough, count: 4)
            + issuerData
    }

    /// The card's name in the books.
    package var card: CardID { .purse(applicationSerial: applicationSerial) }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let bytes = Hex.decode(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not hexadecimal")
        }
        try self.init(decoding: bytes)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(Hex.encode(bytes))
    }
}

extension PublicInformation: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The card's number masked to its last four digits.
    package var description: String { card.description }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
