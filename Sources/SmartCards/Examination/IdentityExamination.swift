import Payments

/// Would the profile take the card that knows cards by their identifier alone?
struct IdentityExamination: IdentifierSubject {
    private let profile: IdentityProfile
    var isAsked = false
    var answer: ResponseAPDU?

    init(_ profile: IdentityProfile) { self.profile = profile }

    func conclude(into report: inout CardExaminationReport, _ setting: ExaminationSetting) {
        let (identifier, text) = IdentifierExamination.text(answer)
        guard let identifier else {
            report.judge(profile.name, .refused, text)
            return
        }
        guard identifier.isUnique else {
            report.judge(
                profile.name, .refused,
                ExaminationText(
                    "the identifier is not unique: its maker gave it to several cards", "唯一标识不唯一：厂商可能发给多张卡"))
            return
        }
        switch profile.transform {
        case .asRead:
            report.judge(
                profile.name, .fits,
                ExaminationText("known by its identifier, without proof", "按唯一标识识别，无法验证真伪"))
        case .reversed:
            report.judge(
                profile.name, .fits,
                ExaminationText(
                    "known by its identifier with the byte order reversed, without proof",
                    "按唯一标识（字节倒序）识别，无法验证真伪"))
        }
    }
}
