import Payments

/// What the store knows about an approved record at the moment of posting.
package struct RecordFacts: Sendable {
    /// The hold that the record resolves.
    package struct Hold: Sendable, Hashable {
        package var state: HoldState
        package var amount: Amount
        package var account: AccountID?
    }

    package struct Code: Sendable, Hashable {
        /// How it was issued.
        package struct Issued: Sendable, Hashable {
            package var account: AccountID
            package var limit: Amount
        }

        /// `nil` when the code was never issued.
        package var issued: Issued?
        /// The other transaction that redeemed it first.
        package var redeemedBy: TransactionID?
    }

    package var accountExists: Bool
    package var merchantExists: Bool
    package var merchantPermitted: Bool
    package var hold: Hold?
    /// Present when a code paid.
    package var code: Code?
    /// The paying account's balance after the record.
    package var balance: Amount
}

/// Finds what a person has to look at in an approved record. The record posts all the same: the sale happened.
package enum RecordReview {
    /// - Parameters:
    ///   - transaction: the record's id.
    ///   - sale: what it sold.
    ///   - account: the account that it names.
    package static func findings(
        _ transaction: TransactionID, sale: JournalRecord.Sale, account: AccountID, facts: RecordFacts
    ) -> [HubException] {
        var findings: [HubException] = []
        func add(_ kind: ExceptionKind, _ text: String) {
            findings.append(HubException(kind, transaction: transaction, account: account, text: text))
        }
        if !facts.accountExists {
            add(.accountUnknown, "\(sale.amount) was posted to suspense: \(account) does not exist")
        } else if facts.balance < .zero {
            add(.overdrawn, "\(account) is at \(facts.balance) after a sale of \(sale.amount)")
        }
        if !facts.merchantExists {
            add(.merchantUnknown, "\(sale.amount) was posted for merchant \(sale.merchant), which does not exist")
        } else if !facts.merchantPermitted {
            add(.merchantNotPermitted, "the terminal may not sell for merchant \(sale.merchant)")
        }
        if let finding = holdFinding(sale, account: account, hold: facts.hold) { add(finding.kind, finding.text) }
        if let code = facts.code {
            for finding in codeFindings(sale, account: account, code: code) { add(finding.kind, finding.text) }
        }
        return findings
    }

    private static func holdFinding(
        _ sale: JournalRecord.Sale, account: AccountID, hold: RecordFacts.Hold?
    ) -> (kind: ExceptionKind, text: String)? {
        guard let hold else {
            guard sale.path == .online else { return nil }
            return (.holdMissing, "the record claims the hub's approval, and the hub gave none")
        }
        if hold.state == .declined {
            return (.approvedAfterDecline, "the hub had declined this sale of \(sale.amount)")
        }
        if sale.amount > hold.amount {
            return (.holdContradicted, "\(sale.amount) was sold on a hold of \(hold.amount)")
        }
        return hold.account == account ? nil : (.holdContradicted, "the hold was on another account")
    }

    private static func codeFindings(
        _ sale: JournalRecord.Sale, account: AccountID, code: RecordFacts.Code
    ) -> [(kind: ExceptionKind, text: String)] {
        var findings: [(kind: ExceptionKind, text: String)] = []
        if let other = code.redeemedBy {
            findings.append((.codeUsedTwice, "the payment code of this sale had paid for transaction \(other)"))
        }
        guard let issued = code.issued else {
            findings.append((.codeUnknown, "the payment code of this sale was never issued"))
            return findings
        }
        if issued.account != account {
            findings.append((.codeContradicted, "the payment code was issued for another account"))
        } else if sale.amount > issued.limit {
            findings.append((.codeContradicted, "\(sale.amount) was sold on a code for at most \(issued.limit)"))
        }
        return findings
    }
}
