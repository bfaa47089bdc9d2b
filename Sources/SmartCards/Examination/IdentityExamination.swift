/// Would the profile take the card that knows cards by their identifier alone?
struct IdentityExamination: ExaminationSubject {
    private var isAsked = false
    private var answer: ResponseAPDU?

    mutating func nextCommand() -> CommandAPDU? {
        defer { isAsked = true }
        return isAsked ? nil : CardIdentifier.command
    }

    mutating func take(_ answer: Result<ResponseAPDU, CardDataError>) {
        if case .success(let answer) = answer { self.answer = answer }
    }

    var privateBytes: [[UInt8]] { answer.map { [$0.data] } ?? [] }

    func conclude(into report: inout CardExaminationReport, _ setting: ExaminationSetting) {
        let (isUsable, text) = IdentifierExamination.text(answer)
        report.judge(
            "identity_only", isUsable ? .fits : .refused,
            isUsable
                ? ExaminationText("known by its identifier, without proof", "按唯一标识识别，无法验证真伪") : text)
    }
}
