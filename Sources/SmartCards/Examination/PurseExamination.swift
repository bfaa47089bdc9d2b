/// Would this purse profile take the card?
struct PurseExamination: ExaminationSubject {
    private let profile: PurseProfile
    private var inquiry: ApplicationInquiry

    init(_ profile: PurseProfile) {
        self.profile = profile
        inquiry = ApplicationInquiry(profile.application)
    }

    mutating func nextCommand() -> CommandAPDU? { inquiry.nextCommand() }

    mutating func take(_ answer: Result<ResponseAPDU, CardDataError>) { inquiry.take(answer) }

    var privateBytes: [[UInt8]] { inquiry.privateBytes }

    func conclude(into report: inout CardExaminationReport, _ setting: ExaminationSetting) {
        let name = profile.name
        let application = profile.application.name
        switch inquiry.result {
        case .notAsked: return
        case .absent(let status):
            let status = ExaminationText.status(status)
            report.judge(
                name, .doesNotFit,
                ExaminationText(
                    "the card has no application \(application): \(status.english)",
                    "卡内没有应用 \(application)：\(status.chinese)"))
        case .locked(let status):
            let status = ExaminationText.status(status)
            report.judge(
                name, .refused,
                ExaminationText(
                    "application \(application) is locked: \(status.english)", "应用 \(application) 已锁定：\(status.chinese)"
                ))
        case .malformed(let error):
            report.judge(
                name, .refused,
                ExaminationText(
                    "application \(application) is there, but \(error.message)",
                    "应用 \(application) 存在，但数据异常（\(error.number)）"))
        case .found(nil, let status):
            let status = ExaminationText.status(status)
            report.judge(
                name, .refused,
                ExaminationText(
                    "application \(application) is there without public information: \(status.english)",
                    "应用 \(application) 存在，但读不到公共信息文件：\(status.chinese)"))
        case .found(let information?, _): found(information, name, &report, setting)
        }
    }

    private func found(
        _ information: PublicInformation, _ name: String, _ report: inout CardExaminationReport,
        _ setting: ExaminationSetting
    ) {
        report.add(ExaminationText("purse", "电子钱包"), information.examinationText)
        if setting.today > information.validThrough {
            report.judge(
                name, .fitsDeclined,
                ExaminationText("expired on \(information.validThrough)", "已过有效期 \(information.validThrough)"))
        } else if setting.today < information.validFrom {
            report.judge(
                name, .fitsDeclined,
                ExaminationText("valid only from \(information.validFrom)", "\(information.validFrom) 起才有效"))
        } else if profile.proof == .none {
            report.judge(
                name, .fits,
                ExaminationText(
                    "the card has application \(profile.application.name); its number is taken without proof",
                    "卡内有应用 \(profile.application.name)；仅读取卡号，不验证真伪"))
        } else {
            report.judge(
                name, .fits,
                ExaminationText(
                    "the card has application \(profile.application.name); whether it holds the campus's key shows "
                        + "only at a sale",
                    "卡内有应用 \(profile.application.name)；密钥是否正确要到消费时才能验证"))
        }
    }
}
