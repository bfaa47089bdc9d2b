import Payments

/// `PUT /v1/lanes/{lane}/sales/{reference}`: arms the lane. The same reference again is the same sale.
package struct SaleOrderMessage: Codable, Sendable, Hashable {
    /// Fill the next card's own purse instead of taking a payment.
    package struct Load: Codable, Sendable, Hashable {
        /// The card's PIN, hexadecimal as the card has it, where the cardholder entered one.
        package var pin: String?

        package init(pin: String?) { self.pin = pin }
    }

    package var amountFen: Int64
    /// Present for a load.
    package var load: Load?
    /// The payer's account PIN, six digits, where the payer entered one for a sale.
    package var pin: String?

    package init(amount: Amount, load: Load? = nil, pin: String? = nil) {
        amountFen = amount.fen
        self.load = load
        self.pin = pin
    }
}

extension SaleOrderMessage: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Without the PIN.
    package var description: String { "order of \(Amount(fen: amountFen))" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: ["amountFen": amountFen]) }
}

extension SaleOrderMessage.Load: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Without the PIN.
    package var description: String { "load" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// `GET /v1/lanes/{lane}/sales/{reference}?wait=SECONDS`: how the sale stands.
package struct SaleMessage: Codable, Sendable, Hashable {
    package enum State: String, Codable, Sendable {
        /// Waiting for a payer, or being decided.
        case open
        case approved
        case declined
        case cancelled
        case expired
        /// The card's own money may have moved, and the card did not come again to tell: the hub finds out.
        case unknown
        case fault
    }

    /// Where the time went, microseconds.
    package struct Timing: Codable, Sendable, Hashable {
        package var totalMicroseconds: Int64
        package var cardMicroseconds: Int64
        package var hubMicroseconds: Int64
        package var commitMicroseconds: Int64

        package init(
            totalMicroseconds: Int64, cardMicroseconds: Int64, hubMicroseconds: Int64, commitMicroseconds: Int64
        ) {
            self.totalMicroseconds = totalMicroseconds
            self.cardMicroseconds = cardMicroseconds
            self.hubMicroseconds = hubMicroseconds
            self.commitMicroseconds = commitMicroseconds
        }
    }

    package var reference: String
    package var lane: LaneID
    package var amountFen: Int64
    package var state: State
    /// What the lane shows while the sale is open.
    package var display: String?
    /// The PIN that the lane waits for, while the sale is open: give it with `PUT …/pin`.
    package var pinRequest: PINRequestMessage?
    /// Why the payer was asked to try again, while the sale is open; or what broke.
    package var problem: ProblemMessage?
    package var transaction: TransactionID?
    package var trace: TraceNumber?
    /// ISO 8583 field 39.
    package var responseCode: ResponseCode?
    /// Decline reason: name, number, texts.
    package var reason: DeclineMessage?
    /// `online`, `offline` or `local`.
    package var decidedBy: String?
    /// With `offline`: unreachable, timedOut, faulty.
    package var offlineCause: OfflineCause?
    package var availableFen: Int64?
    package var timing: Timing?

    package init(reference: String, lane: LaneID, amountFen: Int64, state: State) {
        self.reference = reference
        self.lane = lane
        self.amountFen = amountFen
        self.state = state
    }
}

/// A PIN that a sale waits for.
package struct PINRequestMessage: Codable, Sendable, Hashable {
    /// Whose PIN it is.
    package enum Holder: String, Codable, Sendable {
        /// The account's PIN, six digits.
        case account
        /// The card's own PIN, 4 to 12 digits, an even number. The card must be on the reader, or come again.
        case card
    }

    package var holder: Holder
    /// Tries left before the PIN is locked; absent when nobody has said.
    package var attemptsLeft: Int?
    /// Whether the last try was wrong.
    package var repeated: Bool
    package var english: String
    package var chinese: String

    package init(holder: Holder, attemptsLeft: Int?, repeated: Bool, english: String, chinese: String) {
        self.holder = holder
        self.attemptsLeft = attemptsLeft
        self.repeated = repeated
        self.english = english
        self.chinese = chinese
    }
}

/// `PUT /v1/lanes/{lane}/sales/{reference}/pin`: the PIN that the payer entered.
package struct EnteredPINMessage: Codable, Sendable {
    /// Digits.
    package var pin: String

    package init(pin: String) { self.pin = pin }
}

extension EnteredPINMessage: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Without the PIN.
    package var description: String { "PIN (hidden)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// A decline reason with its texts.
package struct DeclineMessage: Codable, Sendable, Hashable {
    package var name: String
    package var number: Int
    package var english: String
    package var chinese: String

    package init(_ reason: DeclineReason) {
        name = reason.name
        number = reason.rawValue
        english = reason.englishText
        chinese = reason.chineseText
    }
}

/// The body of every answer that is not a success, and of a problem at the lane.
package struct ProblemMessage: Codable, Sendable, Hashable {
    /// `E6002`.
    package var code: String
    package var message: String
    package var chinese: String?

    package init(number: Int, message: String, chinese: String? = nil) {
        code = "E\(number)"
        self.message = message
        self.chinese = chinese
    }
}
