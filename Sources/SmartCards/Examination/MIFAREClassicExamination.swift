import Payments

/// Would this MIFARE Classic profile try the card? Asks only for the identifier: LOAD KEY and AUTHENTICATE would be the
/// first commands that tell more, and an examination sends no key.
struct MIFAREClassicExamination: IdentifierSubject {
    private let profile: MIFAREClassicProfile
    var isAsked = false
    var answer: ResponseAPDU?

    init(_ profile: MIFAREClassicProfile) { self.profile = profile }

    func conclude(into report: inout CardExaminationReport, _ setting: ExaminationSetting) {
        let (identifier, text) = IdentifierExamination.text(answer)
        guard identifier != nil else {
            // A sale goes on to the next kind of card: it keeps no key without an identifier.
            report.judge(
                profile.name, .doesNotFit,
                ExaminationText("not tried, identifier: \(text.english)", "不会尝试，唯一标识：\(text.chinese)"))
            return
        }
        if profile.tender == .purse, setting.dialect?.allowsPurse != true {
            report.judge(
                profile.name, .refused,
                ExaminationText(
                    "this reader is not known to write such a purse safely, so it only reads",
                    "不确定此读卡器能否安全写入钱包，仅可读取"))
            return
        }
        switch setting.answerToReset {
        case nil:
            report.judge(
                profile.name, .fits,
                ExaminationText(
                    "the answer to reset tells nothing; \(Self.tried.english)", "复位应答无提示；\(Self.tried.chinese)"))
        case let answer?:
            guard let card = answer.storageCard else {
                report.judge(
                    profile.name, .doesNotFit,
                    ExaminationText(
                        "the answer to reset hints at no storage card; \(Self.triedAnyway.english)",
                        "复位应答不像存储卡；\(Self.triedAnyway.chinese)"))
                return
            }
            let tried = card.mayBeMIFAREClassic ? Self.tried : Self.triedAnyway
            report.judge(
                profile.name, card.mayBeMIFAREClassic ? .fits : .doesNotFit,
                ExaminationText(
                    "the answer to reset hints at \(card.name); \(tried.english)",
                    "复位应答提示 \(card.name)；\(tried.chinese)"))
        }
    }

    private static let tried = ExaminationText(
        "would be tried: only a sale shows whether the key fits", "会尝试：密钥是否正确要到消费时才能验证")
    private static let triedAnyway = ExaminationText(
        "would be tried all the same, and left to the next profile when no key fits", "仍会尝试，密钥不符时交给下一个配置")
}

extension StorageCard {
    /// Whether the reader's name for the card leaves a MIFARE Classic possible: its own sizes, and numbers of vendors,
    /// which compatible chips get.
    fileprivate var mayBeMIFAREClassic: Bool { [0x0001, 0x0002, 0x0026].contains(number) || number >= 0xFF00 }
}
