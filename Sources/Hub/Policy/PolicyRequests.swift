import Payments

/// `POST /operator/v1/policies`: a new version of the campus policy.
package struct NewPolicy: Codable, Sendable, Hashable {
    /// The document. Without a `version` it gets the next one.
    package var document: PolicyNode
    /// Who wanted it and why, 1 to ``HubLimits/noteBytes`` bytes.
    package var note: String

    package init(document: PolicyNode, note: String) {
        self.document = document
        self.note = note
    }
}

/// A stored version.
package struct PolicySummary: Codable, Sendable, Hashable {
    package var version: UInt64
    package var campus: ClassName
    package var validFromMilliseconds: Int64
    package var note: String
    package var setAtMilliseconds: Int64
    package var signature: String
    package var document: PolicyNode
}

/// What the policy asks about an account's holder, for people.
package struct AccountTermsSummary: Codable, Sendable, Hashable {
    package var account: AccountID
    package var cardClass: ClassName
    package var singleLimitFen: Int64?
    package var dayLimitFen: Int64?
    package var hasPIN: Bool
    package var isPINLocked: Bool
    package var todayFen: Int64
    package var todayCount: Int
}

/// `PUT /operator/v1/accounts/{account}/terms`: replaces class and limits.
package struct AccountTermsChange: Codable, Sendable, Hashable {
    package var cardClass: ClassName
    /// Absent for no limit.
    package var singleLimitFen: Int64?
    package var dayLimitFen: Int64?

    package init(cardClass: ClassName, singleLimitFen: Int64?, dayLimitFen: Int64?) {
        self.cardClass = cardClass
        self.singleLimitFen = singleLimitFen
        self.dayLimitFen = dayLimitFen
    }
}

/// `PUT /operator/v1/accounts/{account}/pin`. The PIN is hashed at once and never logged.
package struct NewPIN: Codable, Sendable {
    /// 6 digits.
    package var pin: String

    package init(pin: String) { self.pin = pin }
}

extension NewPIN: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Without the PIN.
    package var description: String { "new PIN" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// `POST /operator/v1/accounts/{account}/subsidy/grant`: once per reference.
package struct SubsidyGrant: Codable, Sendable, Hashable {
    package var amountFen: Int64
    /// First moment at which it cannot be spent any more.
    package var endsAtMilliseconds: Int64
    /// 1 to ``HubLimits/referenceBytes`` bytes.
    package var reference: String

    package init(amountFen: Int64, endsAtMilliseconds: Int64, reference: String) {
        self.amountFen = amountFen
        self.endsAtMilliseconds = endsAtMilliseconds
        self.reference = reference
    }
}

/// `POST /operator/v1/accounts/{account}/subsidy/expire`: once per reference.
package struct SubsidyExpiry: Codable, Sendable, Hashable {
    /// 1 to ``HubLimits/referenceBytes`` bytes.
    package var reference: String

    package init(reference: String) { self.reference = reference }
}

/// The answer to a grant and to an expiry.
package struct SubsidyReceipt: Codable, Sendable, Hashable {
    package var account: AccountID
    /// What was posted to the subsidy purse; negative for what was taken back.
    package var postedFen: Int64
    /// In the subsidy purse now.
    package var subsidyFen: Int64
    package var endsAtMilliseconds: Int64?
    /// Whether the reference was known and nothing was posted this time.
    package var repeated: Bool
}
