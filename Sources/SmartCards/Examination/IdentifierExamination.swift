import Payments

/// The anticollision identifier: its length, and whether it is drawn anew at every tap.
struct IdentifierExamination: IdentifierSubject {
    var isAsked = false
    var answer: ResponseAPDU?

    /// What the reader's answer is worth as an identifier; without one where it cannot stand for a card.
    static func text(_ answer: ResponseAPDU?) -> (identifier: CardIdentifier?, text: ExaminationText) {
        guard let answer else { return (nil, ExaminationText("cannot be read", "无法读取")) }
        do throws(CardIdentifier.Unusable) {
            let identifier = try CardIdentifier(decoding: answer)
            let count = identifier.bytes.count
            let kind =
                identifier.isUnique
                ? ExaminationText("fixed", "固定") : ExaminationText("fixed, but not unique", "固定，但不唯一")
            return (
                identifier,
                ExaminationText(
                    "\(identifier), \(count) bytes, \(kind.english)",
                    "卡号末四位 \(identifier.card.lastFour)，\(count) 字节，\(kind.chinese)")
            )
        } catch {
            switch error {
            case .refused(let status):
                let status = ExaminationText.status(status)
                return (nil, ExaminationText("not given: \(status.english)", "读卡器未给出：\(status.chinese)"))
            case .length(let count):
                return (nil, ExaminationText("\(count) bytes: no card has that", "\(count) 字节，长度异常"))
            case .random:
                let count = answer.data.count
                return (
                    nil,
                    ExaminationText(
                        "\(count) bytes, drawn anew at every tap (a phone, or a card that hides its own)",
                        "\(count) 字节，每次随机（手机或随机卡号的卡）")
                )
            }
        }
    }

    func conclude(into report: inout CardExaminationReport, _ setting: ExaminationSetting) {
        report.add(ExaminationText("identifier", "唯一标识"), Self.text(answer).text)
    }
}

extension CardID {
    /// The last four digits, all that is shown of a card.
    var lastFour: String { String(text.suffix(4)) }
}
