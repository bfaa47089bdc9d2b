import Payments

/// A DESFire card, or a program that plays one, sent what the protocol does not allow. Numbers 1501–1549.
package struct DESFireError: StableError, Hashable {
    package enum Code: Int, Sendable, CaseIterable {
        /// An answer without the two status bytes.
        case answerTooShort = 1501
        /// The status word is not 91xx: not a DESFire card, or no application that speaks its wrapped commands.
        case notDESFire = 1502
        /// A command was answered with the wrong number of bytes.
        case answerLength = 1503
        /// The card keeps announcing more frames (AF).
        case answerInTooManyParts = 1504
        /// The card ended a command before it had received all frames of it.
        case commandCutShort = 1505
        /// The card did not return the terminal's random number: it does not hold the key.
        case authenticationWrong = 1506
        /// The message authentication code of an answer is wrong.
        case messageAuthenticationWrong = 1507
        /// The padding of a decrypted answer is wrong.
        case paddingWrong = 1508
        /// The session ended with an error or a wrong code and takes no more messages.
        case sessionEnded = 1509
        /// File settings of an unknown type or form.
        case fileSettingsMalformed = 1510
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
            case .answerTooShort: "the DESFire card's answer has no status word"
            case .notDESFire: "the card does not answer like a DESFire card"
            case .answerLength: "the DESFire card's answer has the wrong length"
            case .answerInTooManyParts: "the DESFire card keeps announcing more data"
            case .commandCutShort: "the DESFire card ended a command before it was complete"
            case .authenticationWrong: "the DESFire card does not hold the key"
            case .messageAuthenticationWrong: "the DESFire card's answer is not authentic"
            case .paddingWrong: "the DESFire card's answer is padded wrongly"
            case .sessionEnded: "the session with the DESFire card has ended"
            case .fileSettingsMalformed: "the DESFire card's file settings are malformed"
            }
        return detail.isEmpty ? text : "\(text) (\(detail))"
    }

    package static func == (left: Self, right: Self) -> Bool { left.code == right.code }
    package func hash(into hasher: inout Hasher) { hasher.combine(code) }
}
