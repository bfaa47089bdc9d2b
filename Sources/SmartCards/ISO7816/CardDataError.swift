import Payments

/// A card, or a program that plays one, sent bytes that break their own format. Numbers 1401–1449.
package struct CardDataError: StableError, Hashable {
    package enum Code: Int, Sendable, CaseIterable {
        /// A command is not one of the four short forms of ISO 7816-3 section 12.1.
        case commandMalformed = 1401
        /// An answer without the two status bytes.
        case answerTooShort = 1402
        /// An answer longer than 256 data bytes and the status word.
        case answerTooLong = 1403
        /// A BER tag that is cut off, longer than three bytes, or zero.
        case tagMalformed = 1404
        /// A BER length that is cut off, indefinite, or in a form that a card never needs.
        case lengthMalformed = 1405
        /// A BER value that ends before its length says.
        case valueTruncated = 1406
        /// Templates nested deeper than any file control information is.
        case nestingTooDeep = 1407
        /// The answer to SELECT is not one file control information template (tag 6F).
        case fileControlInformationMalformed = 1408
        /// The public-information file is not 30 bytes.
        case publicInformationLength = 1409
        /// A date in the public-information file is not a BCD day of the calendar.
        case publicInformationDate = 1410
        /// A purse command was answered with the wrong number of bytes.
        case answerLength = 1411
        /// The card keeps announcing more bytes (61xx, 6Cxx).
        case answerInTooManyParts = 1412
    }

    package let code: Code
    /// Which element, and the counts found; never its content.
    package let detail: String

    package init(_ code: Code, detail: String = "") {
        self.code = code
        self.detail = detail
    }

    package var number: Int { code.rawValue }

    package var message: String {
        let text =
            switch code {
            case .commandMalformed: "the card command is malformed"
            case .answerTooShort: "the card's answer has no status word"
            case .answerTooLong: "the card's answer is too long"
            case .tagMalformed: "the card sent a malformed data tag"
            case .lengthMalformed: "the card sent a malformed data length"
            case .valueTruncated: "the card sent data that is cut off"
            case .nestingTooDeep: "the card sent data that is nested too deeply"
            case .fileControlInformationMalformed: "the card's file control information is malformed"
            case .publicInformationLength: "the card's public information has the wrong length"
            case .publicInformationDate: "the card's public information has an impossible date"
            case .answerLength: "the card's answer has the wrong length"
            case .answerInTooManyParts: "the card keeps announcing more data"
            }
        return detail.isEmpty ? text : "\(text) (\(detail))"
    }

    package static func == (left: Self, right: Self) -> Bool { left.code == right.code }
    package func hash(into hasher: inout Hasher) { hasher.combine(code) }
}
