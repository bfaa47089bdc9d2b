import Payments

/// Would this DESFire profile take the card? Selects the application and asks the card's version; never authenticates.
struct DESFireProfileExamination: ExaminationSubject {
    private enum Selection {
        case notAsked
        case notDESFire
        case malformed(DESFireError)
        case answered(DESFireStatus)
    }

    private let profile: DESFireProfile
    private var exchange: DESFireExchange
    private var next: CommandAPDU?
    private var selection = Selection.notAsked
    private var version: DESFireVersion?

    init(_ profile: DESFireProfile) {
        self.profile = profile
        exchange = DESFireExchange(.selectApplication(profile.application))
        next = exchange.first
    }

    mutating func nextCommand() -> CommandAPDU? {
        defer { next = nil }
        return next
    }

    mutating func take(_ answer: Result<ResponseAPDU, CardDataError>) {
        guard case .success(let answer) = answer else {
            if case .notAsked = selection { selection = .malformed(DESFireError(.answerLength)) }
            return
        }
        switch exchange.receive(answer.bytes) {
        case .transmit(let command): next = command
        case .malformed(let error):
            guard case .notAsked = selection else { return }
            selection = error.code == .notDESFire ? .notDESFire : .malformed(error)
        case .complete(let answer): complete(answer)
        }
    }

    private mutating func complete(_ answer: DESFireAnswer) {
        if case .notAsked = selection {
            selection = .answered(answer.status)
            exchange = DESFireExchange(.getVersion)
            next = exchange.first
        } else if answer.status == .success {
            do throws(DESFireError) { version = try DESFireVersion(decoding: answer.data) } catch { version = nil }
        }
    }

    var privateBytes: [[UInt8]] { version.map { [$0.uid] } ?? [] }

    func conclude(into report: inout CardExaminationReport, _ setting: ExaminationSetting) {
        let application = profile.application
        let card = version?.examinationText ?? ExaminationText("DESFire, version unknown", "DESFire，版本未知")
        switch selection {
        case .notAsked: return
        case .notDESFire: report.judge(profile.name, .doesNotFit, ExaminationText("no DESFire card", "不是 DESFire 卡"))
        case .malformed(let error):
            report.judge(
                profile.name, .refused,
                ExaminationText("answers like no DESFire card: \(error.message)", "卡片应答异常（\(error.number)）"))
        case .answered(.applicationNotFound):
            report.judge(
                profile.name, .doesNotFit,
                ExaminationText(
                    "the card (\(card.english)) has no application \(application)",
                    "卡内没有应用 \(application)（\(card.chinese)）"))
        case .answered(.success):
            let (fit, reason) = verdict
            report.judge(
                profile.name, fit,
                ExaminationText(
                    "the card (\(card.english)) has application \(application); \(reason.english)",
                    "卡内有应用 \(application)（\(card.chinese)）；\(reason.chinese)"))
        case .answered(let status):
            report.judge(
                profile.name, .refused,
                ExaminationText(
                    "the card (\(card.english)) does not open application \(application): \(status), \(status.meaning)",
                    "卡片（\(card.chinese)）拒绝选择应用 \(application)：\(status)"))
        }
    }

    /// What a sale would meet behind the selection of the application, without its keys.
    private var verdict: (CardExaminationReport.Verdict.Fit, ExaminationText) {
        let wanted = if case .exactly(let rule) = profile.messaging { rule } else { DESFireMessaging.ev1 }
        if let version {
            guard let best = version.messaging, best >= wanted else {
                return (
                    .refused,
                    ExaminationText("it does not speak the profile's secure messaging", "卡片不支持配置的安全报文方式")
                )
            }
            if version.shownUID == nil, profile.key.source.needsUID, profile.uidKey == nil {
                return (
                    .refused,
                    ExaminationText(
                        "its key is derived from the UID that it hides, and the profile has no uid_key",
                        "密钥由卡片隐藏的 UID 派生，而配置没有 uid_key")
                )
            }
        } else if profile.messaging == .bestOfCard || profile.key.source.needsUID {
            return (.refused, ExaminationText("the profile needs its version", "配置需要读取卡片版本"))
        }
        return (
            .fits,
            ExaminationText(
                "whether it holds the campus's key shows only at a sale", "密钥是否正确要到消费时才能验证")
        )
    }
}

extension DESFireVersion {
    /// `DESFire EV1`, by the hardware's major version as proxmark3 tells them apart.
    private var generation: String {
        switch hardware.majorVersion {
        case 0x00: "DESFire before EV1"
        case 0x01: "DESFire EV1"
        case 0x12, 0x22: "DESFire EV2"
        case 0x30: "DESFire Light"
        case 0x33: "DESFire EV3"
        default: "DESFire"
        }
    }

    /// Generation, versions, and whether the UID is hidden; never the UID.
    var examinationText: ExaminationText {
        let isRandom = shownUID == nil
        return ExaminationText(
            "\(generation), \(self)" + (isRandom ? ", random UID" : ""),
            "\(generation)，\(self)" + (isRandom ? "，随机 UID" : ""))
    }
}
