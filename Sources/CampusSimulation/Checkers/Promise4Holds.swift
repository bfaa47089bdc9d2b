import Hub
import Payments

/// Promise 4: a hold is resolved once, by its record, and for no more than the hold.
@SimulationActor package final class Promise4Holds: PromiseChecker {
    package let promise = 4

    package func observe(_ event: CampusEvent) -> String? { nil }

    package func judge(_ end: CampusEnd) -> [String] {
        var findings: [String] = []
        var records: [TransactionID: JournalRecord] = [:]
        var verdicts: [TransactionID: Resolution.Verdict] = [:]
        for record in end.delivered {
            records[record.transaction] = record
            if case .resolved(let resolution) = record.outcome { verdicts[resolution.subject] = resolution.verdict }
        }
        for hold in end.holds {
            let record = records[hold.transaction]
            let isUnknown = record?.outcome == .unknown
            let verdict = verdicts[hold.transaction]
            let isApproved = record?.outcome == .approved || isUnknown && verdict == .happened
            // The hub may find out, or not, what no terminal could.
            let isOpen = isUnknown && (verdict == nil || verdict == .undetermined)
            switch hold.state {
            case .held where isOpen: break
            case .held: findings.append("the hold \(hold.transaction) was never resolved")
            case .captured where !isApproved && !isOpen:
                findings.append("the hold \(hold.transaction) was captured, and no terminal approved it")
            case .captured where record?.sale?.amount.fen != hold.amountFen:
                findings.append("the hold \(hold.transaction) was captured for another amount")
            case .released where isApproved, .expired where isApproved:
                findings.append("the hold \(hold.transaction) was given up, and its sale was approved")
            case .declined where isApproved && record?.sale?.path == .online:
                findings.append("\(hold.transaction) was declined by the hub and approved online")
            case .captured, .released, .expired, .declined: break
            }
        }
        for account in end.accounts {
            let held = end.holds.filter { $0.state == .held && $0.account == account.id }.reduce(0) {
                $0 + $1.amountFen
            }
            if account.heldFen != held { findings.append("\(account.heldFen) fen of \(account.id) are still held") }
        }
        return findings
    }
}
