import Hub
import Payments

/// Promise 4: a hold is resolved once, by its record, and for no more than the hold.
@SimulationActor package final class Promise4Holds: PromiseChecker {
    package let promise = 4

    package func observe(_ event: CampusEvent) -> String? { nil }

    package func judge(_ end: CampusEnd) -> [String] {
        var findings: [String] = []
        var records: [TransactionID: JournalRecord] = [:]
        for record in end.terminals.flatMap(\.records) { records[record.transaction] = record }
        for hold in end.holds {
            let record = records[hold.transaction]
            let isApproved = record?.posting != nil
            switch hold.state {
            case .held: findings.append("the hold \(hold.transaction) was never resolved")
            case .captured where !end.restoredTerminals.isEmpty: break
            case .captured where !isApproved:
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
        for account in end.accounts where account.heldFen != 0 {
            findings.append("\(account.heldFen) fen of \(account.id) are still held")
        }
        return findings
    }
}
