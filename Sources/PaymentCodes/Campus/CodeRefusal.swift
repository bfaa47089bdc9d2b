import Payments

/// Why a text is not a payment code that can be taken. Holds nothing of the text.
package enum CodeRefusal: Error, Sendable, Hashable {
    /// Longer than ``PaymentCodeLimits/textMaximum``; not decoded.
    case tooLong
    /// Not the digits of any code: wrong characters, wrong length for its version, or not canonical.
    case malformed
    /// A layout that this terminal does not know; it may need an update.
    case versionUnknown
    /// The key id is not in the key set.
    case keyUnknown
    /// The key is known but was not in use at the time that the code is dated.
    case keyNotInUse
    /// The signature does not fit.
    case forged
    /// Genuine, but good for longer than this terminal accepts.
    case lifetimeTooLong
    /// Genuine, but an account, lifetime or limit in it is impossible: a defect of the issuer.
    case contentInvalid

    /// The reason to record and show, where a decline reason exists. Without one the scan never was a payment.
    package var declineReason: DeclineReason? {
        switch self {
        case .forged: .codeForged
        case .keyUnknown, .keyNotInUse: .codeKeyUnknown
        case .tooLong, .malformed, .versionUnknown, .lifetimeTooLong, .contentInvalid: nil
        }
    }

    /// What the cashier reads, in English.
    package var englishText: String { text.english }

    /// What the cashier reads, in Chinese.
    package var chineseText: String { text.chinese }

    private var text: (english: String, chinese: String) {
        switch self {
        case .forged: (DeclineReason.codeForged.englishText, DeclineReason.codeForged.chineseText)
        case .keyUnknown, .keyNotInUse:
            (DeclineReason.codeKeyUnknown.englishText, DeclineReason.codeKeyUnknown.chineseText)
        case .tooLong, .malformed: ("payment code was not read properly, scan it again", "付款码读取有误，请重新扫描")
        case .versionUnknown: ("payment code is of a kind not known here", "不支持该版本的付款码")
        case .lifetimeTooLong: ("payment code is valid for longer than this terminal accepts", "付款码有效期超出终端允许范围")
        case .contentInvalid: ("payment code makes no sense, show a new one", "付款码内容无效，请刷新")
        }
    }
}
