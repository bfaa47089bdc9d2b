import ControlProtocol
import Lab
import Payments

/// What must hold after daemon and hub were killed. Pure, so that ``LunchCheckTests`` can show of each that it fails.
enum LunchChecks {
    /// A payment code, without its digits.
    struct CodeUse: Hashable {
        var keyID: UInt8
        var serial: String
    }

    /// Every approval that was shown is in the journal with its amount (promise 1), no transaction is there twice (2),
    /// and no record that was there before is gone or has changed (5).
    ///
    /// - Parameter known: hashes seen so far, by sequence number; takes the new ones.
    static func findings(
        in journal: [JournalLineMessage], shown: [TransactionID: Int64], known: inout [UInt64: String]
    ) -> [String] {
        var findings: [String] = []
        var approved: [TransactionID: Int64] = [:]
        var transactions: Set<TransactionID> = []
        for (index, record) in journal.enumerated() {
            if record.sequence != UInt64(index + 1) {
                findings.append("promise 5: \(record.sequence) follows \(index)")
            }
            if !transactions.insert(record.transaction).inserted {
                findings.append("promise 2: \(record.transaction) has two records")
            }
            if record.outcome == "approved" { approved[record.transaction] = record.amountFen }
            if let hash = known.updateValue(record.hash, forKey: record.sequence), hash != record.hash {
                findings.append("promise 5: record \(record.sequence) was rewritten")
            }
        }
        if known.count != journal.count { findings.append("promise 5: records are missing") }
        for (transaction, fen) in shown where approved[transaction] != fen {
            findings.append("promise 1: \(transaction) was shown as approved")
        }
        return findings
    }

    /// The hub has debited each account for what the journal sold it, once (promises 2 and 3), no hold is left (4), and
    /// no code paid twice (8).
    ///
    /// - Parameters:
    ///   - spent: what the journal says, by account.
    ///   - accounts: what the hub says, by account.
    static func findings(
        spent: [String: Int64], openingFen: Int64, accounts: [String: LabHub.AccountFigures], codes: [CodeUse]
    ) -> [String] {
        var findings: [String] = []
        for (account, figures) in accounts {
            let due = openingFen - spent[account, default: 0]
            if figures.balanceFen != due {
                findings.append("promise 3: \(account) has \(figures.balanceFen) fen at the hub, not \(due)")
            }
            if figures.heldFen != 0 { findings.append("promise 4: a hold of \(account) is not resolved") }
        }
        if Set(codes).count != codes.count { findings.append("promise 8: a code has two approved records") }
        return findings
    }
}
