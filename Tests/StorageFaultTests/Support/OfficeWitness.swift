import HubProtocol
import Payments

@testable import Hub

/// What the card office, and the terminal about loads, asked of a hub, and what it answered, remembered outside of it.
struct OfficeWitness {
    /// A proposal that the hub said it has, and what was made of it.
    struct Proposal {
        let summary: AdjustmentSummary
        /// A second person agreed; the hub's answer to that, if there was one.
        var isAgreed = false
        var approved: AdjustmentSummary?
    }

    private(set) var policiesAsked = 0
    /// Policies that the hub said are published.
    private(set) var policies: [PolicySummary] = []
    /// Codes that the hub said are stored, so that somebody may have seen them.
    private(set) var codes: [CodeEvidence] = []
    private(set) var proposalsAsked = 0
    private(set) var proposals: [Proposal] = []
    /// Days that the hub said are closed, with their totals.
    private(set) var closedDays: [DaySummary] = []
    private(set) var loads: [TransactionID: (terms: LoadTerms, verdict: LoadVerdict?)] = [:]

    mutating func asksPolicy() { policiesAsked += 1 }

    mutating func published(_ policy: PolicySummary) { policies.append(policy) }

    mutating func stored(_ code: CodeEvidence) { codes.append(code) }

    mutating func asksProposal() { proposalsAsked += 1 }

    mutating func proposed(_ summary: AdjustmentSummary) { proposals.append(Proposal(summary: summary)) }

    mutating func agrees(to id: Int64) {
        for index in proposals.indices where proposals[index].summary.id == id { proposals[index].isAgreed = true }
    }

    mutating func approved(_ summary: AdjustmentSummary) {
        for index in proposals.indices where proposals[index].summary.id == summary.id {
            proposals[index].approved = summary
        }
    }

    mutating func closed(_ days: [DaySummary]) { closedDays += days }

    mutating func asks(_ terms: LoadTerms) {
        if loads[terms.hold.transaction] == nil { loads[terms.hold.transaction] = (terms, nil) }
    }

    mutating func heard(_ verdict: LoadVerdict, about transaction: TransactionID) {
        loads[transaction]?.verdict = verdict
    }
}
