import Payments

/// Selects one application and reads its public information, as a lane would, and no further.
struct ApplicationInquiry: Sendable {
    /// What became of it.
    enum Result: Sendable {
        case notAsked
        case absent(StatusWord)
        case locked(StatusWord)
        /// The application is there. The information is `nil` when the card gives none, and the status says why.
        case found(PublicInformation?, StatusWord)
        case malformed(CardDataError)
    }

    private enum Step {
        /// A file is found from where the card stands, so an earlier question must be undone first.
        case masterFile
        case asking(CommandAPDU)
        case done
    }

    let application: PurseProfile.Application
    private(set) var result = Result.notAsked
    private var selection: PurseSelectionMachine
    private var step = Step.done

    init(_ application: PurseProfile.Application) {
        self.application = application
        selection = PurseSelectionMachine(application)
        if case .file = application { step = .masterFile } else { proceed(selection.receive(.started)) }
    }

    mutating func nextCommand() -> CommandAPDU? {
        switch step {
        case .masterFile: GeneralCommand.select(file: 0x3F00)
        case .asking(let command): command
        case .done: nil
        }
    }

    mutating func take(_ answer: Swift.Result<ResponseAPDU, CardDataError>) {
        switch (step, answer) {
        // Cards without a master file are asked all the same.
        case (.masterFile, _): proceed(selection.receive(.started))
        case (.asking, .success(let answer)): proceed(selection.receive(.cardAnswered(answer.bytes)))
        case (.asking, .failure(let error)): finish(.malformed(error))
        case (.done, _): fatalError("an inquiry got an answer that it did not ask for")
        }
    }

    private mutating func proceed(_ action: PurseSelectionMachine.Action) {
        switch action {
        case .transmit(let command): step = .asking(command)
        case .finish(.selected(let information)): finish(.found(information, .success))
        case .finish(.failed(let failure)): finish(Result(failure))
        default: fatalError("a selection asks the card and nobody else")
        }
    }

    private mutating func finish(_ result: Result) {
        self.result = result
        step = .done
    }

    /// Runs of the card's number that must not be shown.
    var privateBytes: [[UInt8]] {
        guard case .found(let information?, _) = result else { return [] }
        return [information.applicationSerial, Array(information.applicationSerial.suffix(8))]
    }
}

extension ApplicationInquiry.Result {
    fileprivate init(_ failure: PurseFailure) {
        switch failure {
        case .notThisProfile(let status): self = .absent(status)
        case .applicationLocked: self = .locked(.locked)
        case .cardFault(let status, .readPublicInformation): self = .found(nil, status)
        case .cardFault(let status, _): self = .absent(status)
        case .malformedAnswer(let error, _): self = .malformed(error)
        case .communicationFailed: self = .malformed(CardDataError(.answerTooShort))
        default: fatalError("a card was only selected")
        }
    }
}

extension PurseProfile.Application {
    /// `A00000000386980701`, or `file 3F01`.
    var name: String {
        switch self {
        case .name(let bytes): Hex.encode(bytes)
        case .file(let file): "file \(Hex.encode(file.bigEndianBytes(count: 2)))"
        case .directory(_, let prefix): "\(Hex.encode(prefix))… of the payment directory"
        }
    }

    /// As the configuration writes it.
    var configurationText: String {
        switch self {
        case .name(let bytes): Hex.encode(bytes)
        case .file(let file): Hex.encode(file.bigEndianBytes(count: 2))
        case .directory(_, let prefix): "directory:\(Hex.encode(prefix))"
        }
    }
}

extension PublicInformation {
    /// Number masked, issuer, type, version and days of validity.
    var examinationText: ExaminationText {
        ExaminationText(
            "\(card), issuer \(Hex.encode(issuer)), type \(Hex.encode([applicationType])), version "
                + "\(Hex.encode([applicationVersion])), valid \(validFrom) to \(validThrough)",
            "卡号末四位 \(card.lastFour)，发卡方 \(Hex.encode(issuer))，类型 \(Hex.encode([applicationType]))，版本 "
                + "\(Hex.encode([applicationVersion]))，有效期 \(validFrom) 至 \(validThrough)")
    }
}
