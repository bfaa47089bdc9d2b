import Payments

/// One thing that happens in a campus at a planned time.
struct Incident: Sendable {
    /// With what a student pays.
    enum Means: Sendable {
        /// The card, from the account.
        case card
        /// The card's own purse.
        case purse
        /// A payment code that is drawn now.
        case code
        /// The code that the student drew last.
        case lastCode
    }

    enum Action: Sendable {
        /// - Parameters:
        ///   - repeated: the cashier rings the same order up again.
        ///   - tear: the exchange with the card at which it leaves the field, and whether the card still handles it.
        case sale(terminal: Int, student: Int, means: Means, fen: Int64, repeated: Bool, tear: Tear?)
        /// The account fills the card's purse.
        case load(terminal: Int, student: Int, fen: Int64, tear: Tear?)
        /// A part in percent of one of the terminal's sales is given back.
        case refund(terminal: Int, draw: UInt64, percent: Int, repeated: Bool)
        /// The last sale of a lane is given back.
        case void(terminal: Int, lane: Int)
        /// One person of the office proposes an adjustment, another decides about it.
        case adjust(draw: UInt64)
        case publishPolicy(draw: UInt64)
        case setPIN(student: Int)
        case setLimits(student: Int, dayFen: Int64?)
        case grantSubsidy(student: Int, fen: Int64)
        case topUp(student: Int, fen: Int64, twice: Bool)
        case freeze(student: Int)
        case unfreeze(student: Int)
        case close(student: Int)
        case reportLost(student: Int)
        case reportFound(student: Int)
        case reportStolen(student: Int)
        case kill(terminal: Int, down: Duration)
        /// Loses power at the `writes`th disk operation from now on, or after a minute.
        case power(terminal: Int, writes: Int, down: Duration)
        case diskFull(terminal: Int, lasts: Duration)
        /// `writes` as for ``power(terminal:writes:down:)``; `nil` for a kill between two requests.
        case hubDies(writes: Int?, down: Duration)
        /// The hub's machine dies, and a standby goes on with every write that was synced.
        case failover(down: Duration)
        case cutOff(terminal: Int, lasts: Duration)
        case clockJump(terminal: Int, by: Duration)
        case copyImage(terminal: Int)
        case restoreImage(terminal: Int)
    }

    /// A card that leaves the field.
    struct Tear: Sendable {
        /// Which exchange of the tap, from 1.
        var exchange: Int
        /// Whether the card carries the command out before it leaves.
        var isHandled: Bool
        /// After how long the payer comes again with the card; `nil` for never.
        var comesAgain: Duration?
    }

    var time: Duration
    /// The kind of fault to which it belongs; `nil` for what happens on any day.
    var fault: FaultKind?
    var action: Action
}
