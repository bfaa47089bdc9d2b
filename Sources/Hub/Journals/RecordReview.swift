import Payments

/// What the store knows about an approved record at the moment of posting.
package struct RecordFacts: Sendable {
    /// The hold that the record resolves.
    package struct Hold: Sendable, Hashable {
        package var state: HoldState
        package var amount: Amount
        package var account: AccountID?
        /// What the hub said that the subsidy purse pays; `nil` where it said nothing.
        package var subsidy: Amount?
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
            var finding = HubException(kind, transaction: transaction, account: account, text: text)
            finding.amount = kind == .overdrawn ? -facts.balance : sale.amount
            findings.append(finding)
        }
        if !facts.accountExists {
            add(.accountUnknown, "\(sale.amount) was posted to suspense: \(account) does not exist")
        } else if facts.balance < .zero {
            add(.overdrawn, "\(account) is at \(facts.balance) after a sale of \(sale.amount)")
        }
        if let finding = merchantFinding(sale.amount, merchant: sale.merchant, facts: facts) {
            add(finding.kind, finding.text)
        }
        let hold = holdFinding(sale.amount, isOnline: sale.path == .online, account: account, hold: facts.hold)
        if let hold { add(hold.kind, hold.text) }
        if sale.path == .online, let subsidy = facts.hold?.subsidy, sale.subsidy > subsidy {
            add(.holdContradicted, "\(sale.subsidy) of subsidy was spent on a hold with \(subsidy) of it")
        }
        if let code = facts.code {
            for finding in codeFindings(sale, account: account, code: code) { add(finding.kind, finding.text) }
        }
        return findings
    }

    /// The same for a purse transaction that happened.
    static func findings(_ entry: PurseEntry, facts: RecordFacts) -> [HubException] {
        var findings: [HubException] = []
        func add(_ finding: (kind: ExceptionKind, text: String)?) {
            guard let found = finding else { return }
            var finding = HubException(
                found.kind, transaction: entry.transaction, account: entry.account, text: found.text)
            finding.amount = found.kind == .overdrawn ? -facts.balance : entry.amount
            findings.append(finding)
        }
        add(merchantFinding(entry.amount, merchant: entry.merchant, facts: facts))
        guard entry.kind == .load, let account = entry.account else { return findings }
        if !facts.accountExists {
            add((.accountUnknown, "a load of \(entry.amount) was posted to suspense: \(account) does not exist"))
        } else if facts.balance < .zero {
            add((.overdrawn, "\(account) is at \(facts.balance) after a load of \(entry.amount)"))
        }
        add(holdFinding(entry.amount, isOnline: true, account: account, hold: facts.hold))
        return findings
    }

    private static func merchantFinding(
        _ amount: Amount, merchant: MerchantID, facts: RecordFacts
    ) -> (kind: ExceptionKind, text: String)? {
        if !facts.merchantExists {
            return (.merchantUnknown, "\(amount) was posted for merchant \(merchant), which does not exist")
        }
        guard !facts.merchantPermitted else { return nil }
        return (.merchantNotPermitted, "the terminal may not sell for merchant \(merchant)")
    }

    private static func holdFinding(
        _ amount: Amount, isOnline: Bool, account: AccountID, hold: RecordFacts.Hold?
    ) -> (kind: ExceptionKind, text: String)? {
        guard let hold else {
            guard isOnline else { return nil }
            return (.holdMissing, "the record claims the hub's approval, and the hub gave none")
        }
        if hold.state == .declined {
            return (.approvedAfterDecline, "the hub had declined this sale of \(amount)")
        }
        if amount > hold.amount {
            return (.holdContradicted, "\(amount) was sold on a hold of \(hold.amount)")
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
