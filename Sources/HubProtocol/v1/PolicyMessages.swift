import Payments

/// A version of the campus policy, signed by the hub (``HubSignaturePurpose/policy``).
package struct PolicyMessage: Codable, Sendable, Hashable {
    package var version: UInt64
    /// The canonical text of the document (``PolicyNode/canonicalText``); the signature is over its UTF-8 bytes.
    package var document: String
    /// 128 hexadecimal digits.
    package var signature: String

    package init(version: UInt64, document: String, signature: String) {
        self.version = version
        self.document = document
        self.signature = signature
    }
}

/// What the policy asks about an account's holder, beside the account's balance.
package struct AccountTermsMessage: Codable, Sendable, Hashable {
    /// How a PIN is checked without the hub.
    package struct PIN: Codable, Sendable, Hashable {
        /// Rises when the PIN is set or unlocked: wrong tries are counted anew.
        package var version: UInt64
        /// 32 hexadecimal digits.
        package var salt: String
        /// PBKDF2-HMAC-SHA256 of the PIN, 64 hexadecimal digits.
        package var hash: String
        package var iterations: Int
        /// Locked at the hub.
        package var locked: Bool

        package init(version: UInt64, salt: String, hash: String, iterations: Int, locked: Bool) {
            self.version = version
            self.salt = salt
            self.hash = hash
            self.iterations = iterations
            self.locked = locked
        }
    }

    /// What the account bought on one local day, as far as the hub knows.
    package struct Use: Codable, Sendable, Hashable {
        /// First moment of that local day.
        package var dayStartMilliseconds: Int64
        package var amountFen: Int64
        package var count: Int
        /// The meal window of the newest sale of that day, 0 for none, and what was bought in it.
        package var meal: UInt8
        package var mealAmountFen: Int64
        package var mealCount: Int
        package var mealSubsidyCount: Int

        package init(
            dayStart: UnixTime, today: PeriodUse, meal: UInt8, mealUse: PeriodUse
        ) {
            dayStartMilliseconds = dayStart.milliseconds
            amountFen = today.amount.fen
            count = today.count
            self.meal = meal
            mealAmountFen = mealUse.amount.fen
            mealCount = mealUse.count
            mealSubsidyCount = mealUse.subsidyCount
        }
    }

    package var cardClass: ClassName
    package var singleLimitFen: Int64?
    package var dayLimitFen: Int64?
    package var pin: PIN?
    package var use: Use?

    package init(
        cardClass: ClassName, limits: SpendingLimits = SpendingLimits(), pin: PIN? = nil, use: Use? = nil
    ) {
        self.cardClass = cardClass
        singleLimitFen = limits.single?.fen
        dayLimitFen = limits.day?.fen
        self.pin = pin
        self.use = use
    }

    package var limits: SpendingLimits {
        SpendingLimits(single: singleLimitFen.map(Amount.init(fen:)), day: dayLimitFen.map(Amount.init(fen:)))
    }
}
