/// What an examination found, line by line.
package struct CardExaminationReport: Sendable, Hashable {
    /// One thing that was seen.
    package struct Finding: Sendable, Hashable {
        /// What it is about, one or two words.
        package let subject: ExaminationText
        package let text: ExaminationText
    }

    /// What a configured profile would do with the card.
    package struct Verdict: Sendable, Hashable {
        /// Whether the profile fits.
        package enum Fit: String, Sendable, Hashable, CaseIterable {
            /// The profile takes the card.
            case fits
            /// The profile takes the card, and the card will be declined.
            case fitsDeclined
            /// The card belongs to the profile and is refused: no later profile is asked.
            case refused
            /// Not a card of this profile: the next one is asked.
            case doesNotFit
        }

        /// The profile's name, as the configuration knows it.
        package let profile: String
        package let fit: Fit
        package let reason: ExaminationText
    }

    package private(set) var findings: [Finding] = []
    /// One for each configured profile, in the order in which a lane asks them.
    package private(set) var verdicts: [Verdict] = []
    /// Whether the card stayed until the end. Otherwise some profiles may have no verdict.
    package var isComplete = true

    /// The verdict that decides at a lane: the first that does not pass the card on.
    package var decisive: Verdict? { verdicts.first { $0.fit != .doesNotFit } }

    /// What a lane would do with this card.
    package var conclusion: ExaminationText {
        guard isComplete else {
            return ExaminationText(
                "the card left before the examination was over; hold it still and repeat",
                "检测未完成，卡片已移开；请保持不动后重试")
        }
        guard let decisive else {
            return ExaminationText("no profile of this terminal takes the card", "本终端没有适用此卡的配置")
        }
        let name = decisive.profile
        return switch decisive.fit {
        case .fits: ExaminationText("profile \(name) takes the card", "由配置 \(name) 受理此卡")
        case .fitsDeclined:
            ExaminationText("profile \(name) takes the card, which will be declined", "由配置 \(name) 受理，但交易将被拒绝")
        case .refused: ExaminationText("profile \(name) refuses the card", "配置 \(name) 拒绝此卡")
        case .doesNotFit: ExaminationText("no profile of this terminal takes the card", "本终端没有适用此卡的配置")
        }
    }

    mutating func add(_ subject: ExaminationText, _ text: ExaminationText) {
        findings.append(Finding(subject: subject, text: text))
    }

    mutating func judge(_ profile: String, _ fit: Verdict.Fit, _ reason: ExaminationText) {
        verdicts.append(Verdict(profile: profile, fit: fit, reason: reason))
    }
}
