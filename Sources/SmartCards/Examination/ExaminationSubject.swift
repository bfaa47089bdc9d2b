import Payments

/// One question of an examination with its commands: what identifier, which application, which profile.
///
/// A subject asks, takes the whole answer (GET RESPONSE and corrected lengths are done for it), and in the end says
/// what it found. It sends nothing that writes or counts an attempt; ``CardExamination`` stops the process otherwise.
protocol ExaminationSubject: Sendable {
    /// The next command; `nil` when there is nothing more to ask. At most ``CardExamination/commandMaximum`` times.
    mutating func nextCommand() -> CommandAPDU?

    /// The answer to the last command, or why it cannot be read.
    mutating func take(_ answer: Result<ResponseAPDU, CardDataError>)

    /// Bytes that name the card and must not be shown whole, wherever they are found.
    var privateBytes: [[UInt8]] { get }

    /// Adds findings, and the verdict of a profile.
    func conclude(into report: inout CardExaminationReport, _ setting: ExaminationSetting)
}

extension ExaminationSubject {
    var privateBytes: [[UInt8]] { [] }
}

/// What subjects need for their conclusions.
struct ExaminationSetting {
    /// The day as cards keep it, for example 20260901.
    let today: Int
    /// Bytes that must not be shown whole.
    let privateBytes: [[UInt8]]
    /// `nil` when the reader gave none, or one that cannot be read.
    let answerToReset: AnswerToReset?
    /// What the reader is known to speak to memory cards; `nil` for an unknown one.
    let dialect: ValueDialect?

    /// Which bytes belong to a private run, in either byte order.
    func hidden(_ bytes: [UInt8]) -> [Bool] {
        var isHidden = [Bool](repeating: false, count: bytes.count)
        for run in privateBytes where !run.isEmpty && run.count <= bytes.count {
            for form in [run, run.reversed()] {
                for start in 0...(bytes.count - run.count) where bytes[start...].starts(with: form) {
                    for index in start..<(start + run.count) { isHidden[index] = true }
                }
            }
        }
        return isHidden
    }

    /// Hexadecimal text with dots for what is hidden.
    func masked(_ bytes: [UInt8], hiding isHidden: [Bool]) -> String {
        zip(bytes, isHidden).map { $1 ? "··" : Hex.encode([$0]) }.joined()
    }
}

extension CardProfile {
    /// How an examination asks for this kind of card. A new kind adds one file and one line here.
    var examination: any ExaminationSubject {
        switch self {
        case .purse(let profile): PurseExamination(profile)
        case .desfire(let profile): DESFireProfileExamination(profile)
        case .mifareClassic(let profile): MIFAREClassicExamination(profile)
        case .identityOnly(let profile): IdentityExamination(profile)
        }
    }
}
