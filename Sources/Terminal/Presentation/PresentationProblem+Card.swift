import Payments
import SmartCards

extension PresentationProblem {
    /// Another card than the one whose outcome is not known lies on the reader.
    static let sameCardNeeded = PresentationProblem(CardRefusal(.sameCardNeeded), readerError: nil)

    init(_ error: CardReaderError) {
        self.init(number: error.number, english: error.message, chinese: error.chineseText)
    }

    /// - Parameter readerError: what broke below the refusal; it says more than "communication failed".
    init(_ refusal: CardRefusal, readerError: CardReaderError?) {
        if let readerError {
            self.init(readerError)
        } else {
            self.init(number: refusal.number, english: refusal.englishText, chinese: refusal.chineseText)
        }
    }

    init(_ error: LedgerError) {
        self.init(number: error.number, english: error.message, chinese: DeclineReason.storageUnavailable.chineseText)
    }

    init(_ uncertainty: CardUncertainty) {
        switch uncertainty {
        case .notGenuine: self.init(CardRefusal(.cardNotGenuine), readerError: nil)
        case .answerLost, .answerMalformed, .status, .notChecked:
            self.init(CardRefusal(.sameCardNeeded), readerError: nil)
        }
    }
}
