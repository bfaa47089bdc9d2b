import Payments
import SmartCards

extension PresentationProblem {
    /// Another card than the one whose outcome is not known lies on the reader.
    package static let sameCardNeeded = PresentationProblem(CardRefusal(.sameCardNeeded))

    /// Whether the card asks for its PIN, or for another one: the same would cost the next attempt.
    var wantsCardPIN: Bool {
        number == CardRefusal.Code.pinWrong.rawValue || number == CardRefusal.Code.pinMissing.rawValue
    }

    init(_ error: CardReaderError) {
        self.init(number: error.number, english: error.message, chinese: error.chineseText)
    }

    init(_ refusal: CardRefusal) {
        self.init(number: refusal.number, english: refusal.englishText, chinese: refusal.chineseText)
    }

    init(_ error: LedgerError) {
        self.init(number: error.number, english: error.message, chinese: DeclineReason.storageUnavailable.chineseText)
    }

    init(_ uncertainty: CardUncertainty) {
        switch uncertainty {
        case .notGenuine: self.init(CardRefusal(.cardNotGenuine))
        case .answerLost, .answerMalformed, .status, .notChecked:
            self.init(CardRefusal(.sameCardNeeded))
        }
    }
}
