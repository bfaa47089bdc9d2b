import Payments

/// Applications that campus and city cards are known to have and this terminal is not configured for: a hint for
/// whoever writes the configuration.
struct WellKnownExamination: ExaminationSubject {
    private struct Candidate {
        let name: String
        var inquiry: ApplicationInquiry

        /// The entry of the configuration's list of card profiles that takes such a card.
        var configurationText: String {
            let name = String(name.map { $0 == " " ? "-" : $0 })
            let application = inquiry.application.configurationText
            return "card_profiles: - {kind: purse, name: \(name), application: \"\(application)\"}"
        }
    }

    /// Names from the FMCOS manuals, proxmark3 (T-Union) and published logs of campus, city and toll cards.
    private static let known: [(name: String, application: PurseProfile.Application)] = [
        ("PBOC", .name([0xA0, 0x00, 0x00, 0x00, 0x03, 0x86, 0x98, 0x07, 0x01])),
        ("T-Union", .name([0xA0, 0x00, 0x00, 0x06, 0x32, 0x01, 0x01, 0x05])),
        ("city card", .file(0x1001)), ("FMCOS", .file(0x3F01)), ("toll card", .file(0xDF01)),
        ("campus card", .file(0xDF03)),
    ]

    private var candidates: [Candidate]
    private var current = 0

    /// - Parameter profiles: whose applications are asked for anyway.
    init(_ profiles: [CardProfile]) {
        let configured = profiles.compactMap { if case .purse(let profile) = $0 { profile.application } else { nil } }
        candidates = Self.known.filter { !configured.contains($0.application) }.map {
            Candidate(name: $0.name, inquiry: ApplicationInquiry($0.application))
        }
    }

    mutating func nextCommand() -> CommandAPDU? {
        while current < candidates.count {
            if let command = candidates[current].inquiry.nextCommand() { return command }
            current += 1
        }
        return nil
    }

    mutating func take(_ answer: Result<ResponseAPDU, CardDataError>) { candidates[current].inquiry.take(answer) }

    var privateBytes: [[UInt8]] { candidates.flatMap(\.inquiry.privateBytes) }

    func conclude(into report: inout CardExaminationReport, _ setting: ExaminationSetting) {
        var absent: [String] = []
        for candidate in candidates {
            let application = candidate.inquiry.application
            let hint = candidate.configurationText
            switch candidate.inquiry.result {
            case .notAsked: break
            case .absent: absent.append(application.name)
            case .locked(let status):
                let status = ExaminationText.status(status)
                add(candidate, &report, status.english, status.chinese)
            case .malformed(let error): add(candidate, &report, error.message, "数据异常（\(error.number)）")
            case .found(let information?, _):
                let text = information.examinationText
                add(candidate, &report, "\(text.english); to take it: \(hint)", "\(text.chinese)；如需受理：\(hint)")
            case .found(nil, let status):
                let status = ExaminationText.status(status)
                add(
                    candidate, &report, "without public information: \(status.english)", "没有公共信息文件：\(status.chinese)")
            }
        }
        guard !absent.isEmpty else { return }
        let list = absent.joined(separator: ", ")
        report.add(ExaminationText("not on it", "卡内没有"), ExaminationText(list, list))
    }

    private func add(
        _ candidate: Candidate, _ report: inout CardExaminationReport, _ english: String, _ chinese: String
    ) {
        let name = candidate.inquiry.application.name
        report.add(
            ExaminationText("not configured", "未配置"),
            ExaminationText("\(name) (\(candidate.name)): \(english)", "\(name)（\(candidate.name)）：\(chinese)"))
    }
}
