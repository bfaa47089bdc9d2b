import Payments

/// Looks at the card in the field and explains it: what it is, which configured profile would take it, and why the
/// others would not. It changes nothing on the card and counts no attempt.
///
/// Drive it like this: `start()` gives the first action; do it; hand its outcome to `receive`; until `finish`.
package struct CardExamination: Sendable {
    /// What the driver does next.
    package enum Action: Sendable, Equatable {
        case transmit(CommandAPDU)
        case finish(CardExaminationReport)
    }

    /// What the driver reports.
    package enum Event: Sendable {
        /// The card's bytes as they came, of any length.
        case cardAnswered([UInt8])
        case cardFailed
    }

    private enum State {
        /// → asking, finished
        case idle
        /// → asking, finished
        case asking(CardExchange)
        case finished
    }

    /// Commands of one subject before the examination goes on without it: the longest, the well-known applications,
    /// needs three for each of six.
    static let commandMaximum = 32

    private let answerToReset: [UInt8]
    private let today: Int
    private var subjects: [any ExaminationSubject]
    private var current = 0
    private var asked = 0
    private let dialect: ValueDialect?
    private var state = State.idle

    /// - Parameters:
    ///   - answerToReset: as the reader gave it; empty when it is not known.
    ///   - profiles: in the order in which a lane tries them.
    ///   - today: the local day as cards keep it, for example 20260901.
    ///   - dialect: what the reader is known to speak to memory cards; `nil` for an unknown one.
    package init(
        answerToReset: [UInt8], profiles: [CardProfile], today: Int, dialect: ValueDialect? = nil
    ) {
        self.dialect = dialect
        self.answerToReset = answerToReset
        self.today = today
        subjects =
            [IdentifierExamination(), HistoricalBytesExamination()] + profiles.map(\.examination)
            + [PaymentDirectoryExamination(), WellKnownExamination(profiles), DESFireExamination()]
    }

    /// The first action.
    package mutating func start() -> Action {
        guard case .idle = state else { fatalError("an examination starts once") }
        return ask()
    }

    /// Takes the outcome of the last action and gives the next one.
    package mutating func receive(_ event: Event) -> Action {
        guard case .asking(var exchange) = state else { fatalError("a card event came that no action asked for") }
        guard case .cardAnswered(let bytes) = event else { return finish(isComplete: false) }
        switch exchange.receive(bytes) {
        case .transmit(let command):
            state = .asking(exchange)
            return transmit(command)
        case .malformed(let error) where error.code == .answerTooShort: return finish(isComplete: false)
        case .malformed(let error): subjects[current].take(.failure(error))
        case .complete(let answer): subjects[current].take(.success(answer))
        }
        return ask()
    }

    private mutating func ask() -> Action {
        while current < subjects.count {
            if asked < Self.commandMaximum, let command = subjects[current].nextCommand() {
                asked += 1
                state = .asking(CardExchange(command))
                return transmit(command)
            }
            current += 1
            asked = 0
        }
        return finish(isComplete: true)
    }

    private func transmit(_ command: CommandAPDU) -> Action {
        invariant(Self.isHarmless(command), "an examination sends only what reads")
        return .transmit(command)
    }

    /// Whether a command can neither change a card nor count an attempt: SELECT, READ BINARY, READ RECORD, GET
    /// RESPONSE, the reader's GET DATA, DESFire's SelectApplication, and its GetVersion with the further frames.
    package static func isHarmless(_ command: CommandAPDU) -> Bool {
        switch (command.classByte, command.instruction) {
        case (0x00, 0xA4), (0x00, 0xB0), (0x00, 0xB2), (0x00, 0xC0), (0xFF, 0xCA): true
        case (0x90, 0x5A): command.data.count == 3
        case (0x90, 0x60), (0x90, 0xAF): command.data.isEmpty
        default: false
        }
    }

    private mutating func finish(isComplete: Bool) -> Action {
        state = .finished
        var report = CardExaminationReport()
        report.isComplete = isComplete
        let readable: AnswerToReset?
        do throws(AnswerToReset.Flaw) {
            readable = try AnswerToReset(decoding: answerToReset)
        } catch {
            readable = nil
        }
        let setting = ExaminationSetting(
            today: today, privateBytes: subjects.flatMap(\.privateBytes), answerToReset: readable,
            dialect: dialect)
        report.describe(answerToReset, setting)
        // A subject whose turn never came has nothing to say.
        let end = isComplete ? subjects.count : current
        for subject in subjects[..<end] { subject.conclude(into: &report, setting) }
        return .finish(report)
    }
}

extension CardExaminationReport {
    /// What the answer to reset says.
    fileprivate mutating func describe(_ bytes: [UInt8], _ setting: ExaminationSetting) {
        let subject = ExaminationText("answer to reset", "复位应答")
        guard !bytes.isEmpty else { return }
        guard let answer = setting.answerToReset else {
            add(subject, ExaminationText("\(bytes.count) bytes, malformed", "\(bytes.count) 字节，格式错误"))
            return
        }
        let isWrong = answer.isCheckByteRight == false
        let shown = setting.masked(bytes, hiding: HistoricalBytesExamination.hidden(answer, setting))
        add(
            subject,
            ExaminationText(
                shown + (isWrong ? " (check byte wrong)" : ""), shown + (isWrong ? "（校验字节错误）" : "")))
        if let card = answer.storageCard {
            add(
                ExaminationText("kind", "类型"),
                ExaminationText("storage card without applications: \(card.name)", "存储卡（无应用）：\(card.name)"))
        } else {
            add(
                ExaminationText("kind", "类型"),
                ExaminationText("card that understands commands (ISO 7816-4)", "支持命令的 CPU 卡（ISO 7816-4）"))
        }
    }
}
