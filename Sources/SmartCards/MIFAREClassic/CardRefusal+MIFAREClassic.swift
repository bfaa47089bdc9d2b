extension CardRefusal {
    /// The refusal for a failed tap on a MIFARE Classic card.
    init(mifareClassic failure: MIFAREClassicFailure) {
        switch failure {
        case .identifierUnusable(let cause): self.init(identifier: cause)
        case .notThisProfile(let status): self.init(.cardNotSupported, detail: "\(status)")
        case .keyRefused(let status): self.init(.keyIndexNotSupported, detail: "sector key, \(status)")
        case .purseKeyRefused(let status): self.init(.keyIndexNotSupported, detail: "purse key, \(status)")
        case .identityNotReadable: self.init(.malformedAnswer, detail: "no number in the sector")
        case .readerNotKnown:
            self.init(.cardNotSupported, detail: "this reader is not known to write MIFARE Classic purses safely")
        case .purseDamaged: self.init(.malformedAnswer, detail: "no valid copy of the purse")
        case .insufficientBalance: self.init(.insufficientBalance)
        case .cardFault(let status, let stage): self.init(.cardFault, detail: "\(stage.rawValue): \(status)")
        case .malformedAnswer(let error, let stage):
            self.init(.malformedAnswer, detail: "\(stage.rawValue): \(error)")
        case .communicationFailed(let stage):
            self.init(.communicationFailed, detail: stage?.rawValue ?? "identifier")
        case .notAdmitted, .intentNotStored: fatalError("a debit that the driver stopped is no refusal of the card")
        }
    }
}

extension CardUncertainty {
    init(_ uncertainty: MIFAREClassicUncertainty) {
        switch uncertainty {
        case .answerLost: self = .answerLost
        case .answerMalformed: self = .answerMalformed
        case .status: self = .status
        case .readBackDiffers: self = .notGenuine
        }
    }
}
