import Payments

/// SW1 SW2: how a card ended a command (ISO 7816-4 section 5.6; the 93xx and 94xx words are the purse's own).
package struct StatusWord: RawRepresentable, Sendable, Hashable {
    package let rawValue: UInt16

    package init(rawValue: UInt16) { self.rawValue = rawValue }

    /// For example `StatusWord(0x9000)`.
    package init(_ rawValue: UInt16) { self.rawValue = rawValue }

    package static let success = StatusWord(0x9000)
    package static let selectedFileInvalidated = StatusWord(0x6283)
    package static let memoryFailure = StatusWord(0x6581)
    package static let wrongLength = StatusWord(0x6700)
    /// No INITIALIZE before the command that needs it.
    package static let wrongState = StatusWord(0x6901)
    package static let fileTypeIncompatible = StatusWord(0x6981)
    package static let securityStatusNotSatisfied = StatusWord(0x6982)
    package static let authenticationBlocked = StatusWord(0x6983)
    package static let referencedDataInvalidated = StatusWord(0x6984)
    package static let conditionsNotSatisfied = StatusWord(0x6985)
    package static let messageAuthenticationWrong = StatusWord(0x6988)
    package static let dataIncorrect = StatusWord(0x6A80)
    /// On a purse card: the card or the application is locked.
    package static let locked = StatusWord(0x6A81)
    package static let fileNotFound = StatusWord(0x6A82)
    package static let recordNotFound = StatusWord(0x6A83)
    package static let notEnoughMemory = StatusWord(0x6A84)
    package static let wrongParameters = StatusWord(0x6A86)
    package static let referencedDataNotFound = StatusWord(0x6A88)
    package static let wrongOffset = StatusWord(0x6B00)
    package static let instructionNotSupported = StatusWord(0x6D00)
    package static let classNotSupported = StatusWord(0x6E00)
    package static let cryptogramInvalid = StatusWord(0x9302)
    package static let applicationPermanentlyLocked = StatusWord(0x9303)
    package static let insufficientBalance = StatusWord(0x9401)
    package static let counterAtMaximum = StatusWord(0x9402)
    package static let keyIndexNotSupported = StatusWord(0x9403)
    package static let proofNotAvailable = StatusWord(0x9406)

    /// 61xx: the card holds this many more bytes for GET RESPONSE (1 to 256).
    package static func moreData(_ count: Int) -> StatusWord {
        invariant((1...256).contains(count), "61xx announces 1 to 256 bytes")
        return StatusWord(0x6100 | UInt16(count & 0xFF))
    }

    /// 6Cxx: the command must come again with this Le (1 to 256).
    package static func repeatExpecting(_ count: Int) -> StatusWord {
        invariant((1...256).contains(count), "6Cxx asks for 1 to 256 bytes")
        return StatusWord(0x6C00 | UInt16(count & 0xFF))
    }

    /// How many bytes GET RESPONSE will fetch, 1 to 256, when this is 61xx.
    package var moreDataCount: Int? { lowByteCount(of: 0x61) }

    /// The Le that the card wants, 1 to 256, when this is 6Cxx.
    package var wantedLength: Int? { lowByteCount(of: 0x6C) }

    /// The attempts left for a PIN, when this is 63Cx.
    package var triesLeft: Int? { rawValue & 0xFFF0 == 0x63C0 ? Int(rawValue & 0x0F) : nil }

    /// Whether the card says that the purse or the card as a whole is out of use.
    package var meansLocked: Bool {
        self == .locked || self == .applicationPermanentlyLocked || self == .selectedFileInvalidated
    }

    /// Whether the card refused the command in its checks, before it could have changed its memory.
    ///
    /// Deliberately a list: warnings (62xx, 63xx), 65xx, 6F00 and words of unknown meaning leave it open.
    package var provesNothingChanged: Bool {
        switch self {
        case .wrongLength, .wrongState, .fileTypeIncompatible, .securityStatusNotSatisfied, .authenticationBlocked,
            .referencedDataInvalidated, .conditionsNotSatisfied, .messageAuthenticationWrong, .dataIncorrect, .locked,
            .fileNotFound, .recordNotFound, .notEnoughMemory, .wrongParameters, .referencedDataNotFound, .wrongOffset,
            .instructionNotSupported, .classNotSupported, .cryptogramInvalid, .applicationPermanentlyLocked,
            .insufficientBalance, .counterAtMaximum, .keyIndexNotSupported:
            true
        default: false
        }
    }

    private func lowByteCount(of high: UInt16) -> Int? {
        guard rawValue >> 8 == high else { return nil }
        let low = Int(rawValue & 0xFF)
        return low == 0 ? 256 : low
    }
}

extension StatusWord: CustomStringConvertible {
    /// `6A82`.
    package var description: String { Hex.encode(rawValue.bigEndianBytes(count: 2)) }

    /// What an operator should understand by it.
    package var meaning: String {
        switch self {
        case .success: "done"
        case .selectedFileInvalidated: "the selected application is invalidated"
        case .memoryFailure: "the card could not write its memory"
        case .wrongLength: "wrong length"
        case .wrongState: "the card is not in the state for this command"
        case .fileTypeIncompatible: "the command does not fit the file"
        case .securityStatusNotSatisfied: "a PIN or an authentication is missing"
        case .authenticationBlocked: "the PIN or key is blocked"
        case .referencedDataInvalidated: "the referenced data cannot be used"
        case .conditionsNotSatisfied: "conditions of use are not satisfied"
        case .messageAuthenticationWrong: "wrong message authentication code"
        case .dataIncorrect: "wrong data"
        case .locked: "the card or its application is locked"
        case .fileNotFound: "file or application not found"
        case .recordNotFound: "record not found"
        case .notEnoughMemory: "not enough memory in the file"
        case .wrongParameters: "wrong parameters"
        case .referencedDataNotFound: "referenced data not found"
        case .wrongOffset: "the offset is outside the file"
        case .instructionNotSupported: "the card does not know this command"
        case .classNotSupported: "the card does not know this class of commands"
        case .cryptogramInvalid: "the card refused the terminal's cryptogram"
        case .applicationPermanentlyLocked: "the application is locked for good"
        case .insufficientBalance: "the purse does not hold enough"
        case .counterAtMaximum: "a transaction counter of the card is used up"
        case .keyIndexNotSupported: "the card has no key with this index"
        case .proofNotAvailable: "the card holds no proof of this transaction"
        default: otherMeaning
        }
    }

    private var otherMeaning: String {
        if let moreDataCount { return "\(moreDataCount) more bytes are ready" }
        if let wantedLength { return "the answer has \(wantedLength) bytes" }
        if let triesLeft { return "wrong PIN, \(triesLeft) attempts left" }
        return "unknown status"
    }
}
