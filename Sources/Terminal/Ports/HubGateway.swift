import HubProtocol
import Payments

/// The hub as the terminal reaches it.
package protocol HubGateway: Sendable {
    /// Asks for a hold and waits at most `budget`. Whatever goes wrong is a cause to decide alone, never an error;
    /// an answer after the budget is dropped.
    func hold(_ request: HoldRequest, budget: Duration) async -> HubAnswer

    /// Asks for what a card needs to take money into its own purse, and waits at most `budget`.
    func load(_ request: LoadHoldRequest, budget: Duration) async -> LoadGrantAnswer

    /// Names this terminal's journal and checkpoint key.
    func register(_ registration: JournalRegistration) async throws(HubError) -> AcknowledgementMessage

    /// Delivers a batch.
    func upload(_ batch: BatchUpload) async throws(HubError) -> AcknowledgementMessage

    /// Fetches one page of the changes feed.
    func changes(after cursor: UInt64, limit: Int) async throws(HubError) -> ChangesPage

    /// Fetches one page of a snapshot; `nil` is the first.
    func snapshot(after position: String?, limit: Int) async throws(HubError) -> SnapshotPage
}

/// The hub could not be asked, or said no to the request as such. Numbers 4001–4099; a refusal carries the hub's own
/// number.
package struct HubError: StableError, Equatable {
    package enum Code: Sendable, Equatable {
        case unreachable
        case timedOut
        /// The answer is not one that this version understands.
        case answerMalformed
        /// The hub refused; `acknowledged` is what it has of this journal, where it said so.
        case refused(HubRefusal, acknowledged: Acknowledgement?)
        /// The hub refused with a number that this version does not know.
        case refusedOtherwise(status: Int)
    }

    package let code: Code
    /// Technical cause for the log; no personal data.
    package let detail: String
    /// How long the hub wants to be left alone.
    package var retryAfter: Duration?

    package init(_ code: Code, detail: String = "", retryAfter: Duration? = nil) {
        self.code = code
        self.detail = detail
        self.retryAfter = retryAfter
    }

    package var number: Int {
        switch code {
        case .unreachable: 4001
        case .timedOut: 4002
        case .answerMalformed: 4003
        case .refusedOtherwise: 4004
        case .refused(let refusal, _): refusal.rawValue
        }
    }

    package var message: String {
        let text =
            switch code {
            case .unreachable: "the hub cannot be reached"
            case .timedOut: "the hub did not answer in time"
            case .answerMalformed: "the hub's answer cannot be understood"
            case .refusedOtherwise(let status): "the hub refused with HTTP status \(status)"
            case .refused(let refusal, _): "the hub refused: \(refusal)"
            }
        return detail.isEmpty ? text : "\(text) (\(detail))"
    }

    package static func == (left: Self, right: Self) -> Bool { left.code == right.code }
}

/// What the hub said about a load, as far as it was heard within the time budget.
package enum LoadGrantAnswer: Sendable, Hashable {
    case granted(LoadHoldAnswer.Grant)
    case declined(DeclineReason)
    case none(OfflineCause)
}
