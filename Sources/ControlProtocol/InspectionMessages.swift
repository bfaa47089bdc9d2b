import Payments

/// `POST /v1/lanes/{lane}/examination?wait=SECONDS`: what lies on the reader, and what the lane would do with it. Waits
/// for a card; without one the answer is a problem (`E1101`). Holds no card number beyond its last four digits.
package struct ExaminationMessage: Codable, Sendable, Hashable {
    /// One sentence in both languages.
    package struct Text: Codable, Sendable, Hashable {
        package var english: String
        package var chinese: String

        package init(english: String, chinese: String) {
            self.english = english
            self.chinese = chinese
        }
    }

    /// One thing that was seen.
    package struct Finding: Codable, Sendable, Hashable {
        package var subject: Text
        package var text: Text

        package init(subject: Text, text: Text) {
            self.subject = subject
            self.text = text
        }
    }

    /// What one configured profile would do.
    package struct Verdict: Codable, Sendable, Hashable {
        package var profile: String
        /// `fits`, `fitsDeclined`, `refused`, `doesNotFit`.
        package var fit: String
        package var reason: Text

        package init(profile: String, fit: String, reason: Text) {
            self.profile = profile
            self.fit = fit
            self.reason = reason
        }
    }

    package var lane: LaneID
    /// Whether the card stayed until the end.
    package var complete: Bool
    package var findings: [Finding]
    /// In the order in which the lane asks.
    package var verdicts: [Verdict]
    /// The profile that takes or refuses the card; absent when none does.
    package var profile: String?
    package var conclusion: Text
    /// The exchanges, as `docs/reference/transcripts.md` says.
    package var transcript: String

    package init(
        lane: LaneID, complete: Bool, findings: [Finding], verdicts: [Verdict], profile: String?, conclusion: Text,
        transcript: String
    ) {
        self.lane = lane
        self.complete = complete
        self.findings = findings
        self.verdicts = verdicts
        self.profile = profile
        self.conclusion = conclusion
        self.transcript = transcript
    }
}

/// `PUT`, `GET ?wait=SECONDS` and `DELETE /v1/lanes/{lane}/recording`: the transcript of the next sale's tap.
package struct RecordingMessage: Codable, Sendable, Hashable {
    package var lane: LaneID
    /// Absent until a card was tapped for a sale.
    package var transcript: String?

    package init(lane: LaneID, transcript: String?) {
        self.lane = lane
        self.transcript = transcript
    }
}
