import HubProtocol
import Payments
import SmartCards

/// The operator's reference of a sale, 1 to 64 letters, digits, `-`, `_`, `.`: the same reference is the same sale.
package struct SaleReference: TextIdentifier, CustomStringConvertible {
    package let text: String

    package init?(text: String) {
        guard (1...64).contains(text.utf8.count), LaneID(text: String(text.prefix(16))) != nil,
            text.utf8.allSatisfy({ $0 < 0x80 }),
            text.allSatisfy({ $0.isLetter || $0.isNumber || "-_.".contains($0) })
        else { return nil }
        self.text = text
    }

    package var description: String { text }
}

/// What an order moves.
package enum OrderKind: Sendable, Equatable {
    /// The payer pays the merchant.
    case sale
    /// The cardholder's account fills the card's own purse. With the card's PIN where the cardholder entered it.
    case load(CardPIN?)

    /// Whether it fills a purse.
    package var isLoad: Bool { self != .sale }
}

/// An amount that the operator wants a lane to take from the next payer, or to load into the next card.
package struct SaleOrder: Sendable, Equatable {
    package var kind: OrderKind
    package var reference: SaleReference
    /// From 1 fen to ``Payments/Amount/saleMaximum``.
    package var amount: Amount
    /// The payer's account PIN, where the payer entered one.
    package var pin: AccountPIN?

    package init(kind: OrderKind = .sale, reference: SaleReference, amount: Amount) {
        invariant(amount > .zero && amount <= .saleMaximum, "a sale is from 1 fen to the sale maximum")
        self.kind = kind
        self.reference = reference
        self.amount = amount
    }
}

extension SaleOrder {
    /// The order without the PIN of a card, which a card that refused it must not be sent again.
    var withoutCardPIN: SaleOrder {
        var order = self
        if order.kind.isLoad { order.kind = .load(nil) }
        return order
    }
}

/// Where the time of a tap went, from the moment the lane saw the payer to the durable decision.
package struct SaleTiming: Sendable, Hashable {
    package var total: Duration
    /// Card, reader and secure module.
    package var card: Duration
    /// Waiting for the hub.
    package var hub: Duration
    /// The durable commit.
    package var commit: Duration

    /// Our own share: the total without card and hub.
    package var own: Duration { total - card - hub }

    package init(total: Duration, card: Duration, hub: Duration, commit: Duration) {
        self.total = total
        self.card = card
        self.hub = hub
        self.commit = commit
    }
}

/// How an order ended.
package enum SaleOutcome: Sendable, Hashable {
    /// Decided and on disk: approved or declined.
    case decided(ConcludedTransaction, SaleTiming)
    /// The operator took the order back before anyone paid.
    case cancelled
    /// Nobody paid in time.
    case expired
    /// The card's own money may have moved, and the card did not come again to tell. The hub finds out.
    case unknown(TransactionID)
    /// Something broke; no money moved. The number is that of a ``Payments/StableError``.
    case fault(number: Int, message: String)
}

/// A refusal that leaves the order standing: the payer may try again with this or another card or code.
package struct PresentationProblem: Sendable, Hashable {
    /// A stable error number.
    package var number: Int
    package var english: String
    package var chinese: String

    package init(number: Int, english: String, chinese: String) {
        self.number = number
        self.english = english
        self.chinese = chinese
    }
}
