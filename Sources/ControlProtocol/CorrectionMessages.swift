import Payments

/// `PUT /v1/corrections/{reference}`: refunds or voids a sale. The same reference again is the same correction, for
/// ever.
package struct CorrectionOrderMessage: Codable, Sendable, Hashable {
    /// What is to be done.
    package enum Kind: String, Codable, Sendable {
        /// 退款: gives back an amount of a sale, or what is left of it.
        case refund
        /// 撤销: gives back the whole of a lane's last sale.
        case void
    }

    package var kind: Kind
    /// The sale. Always for a refund; for a void only to be sure that it is the lane's last.
    package var transaction: TransactionID?
    /// Of a void.
    package var lane: LaneID?
    /// Of a refund; absent for all that is left of the sale.
    package var amountFen: Int64?

    package init(refund transaction: TransactionID, amount: Amount?) {
        kind = .refund
        self.transaction = transaction
        amountFen = amount?.fen
    }

    package init(voidAt lane: LaneID, transaction: TransactionID?) {
        kind = .void
        self.lane = lane
        self.transaction = transaction
    }
}

/// A correction that is on disk; also the answer to `GET /v1/corrections/{reference}`.
package struct CorrectionMessage: Codable, Sendable, Hashable {
    /// The sale that is corrected.
    package struct Sale: Codable, Sendable, Hashable {
        package var transaction: TransactionID
        package var trace: TraceNumber
        package var amountFen: Int64
        package var timeMilliseconds: Int64
        package var lane: LaneID
        /// `card …0030` or `code`.
        package var payer: String
        /// What was given back of it until now.
        package var correctedFen: Int64
        /// Whether the card's own purse paid: the money is on its account then, and not on the card.
        package var cardPursePaid: Bool

        package init(
            transaction: TransactionID, trace: TraceNumber, amountFen: Int64, timeMilliseconds: Int64, lane: LaneID,
            payer: String, correctedFen: Int64, cardPursePaid: Bool
        ) {
            self.transaction = transaction
            self.trace = trace
            self.amountFen = amountFen
            self.timeMilliseconds = timeMilliseconds
            self.lane = lane
            self.payer = payer
            self.correctedFen = correctedFen
            self.cardPursePaid = cardPursePaid
        }
    }

    package var reference: String
    package var kind: CorrectionOrderMessage.Kind
    package var transaction: TransactionID
    package var trace: TraceNumber
    package var amountFen: Int64
    /// The part of it that went back to the subsidy purse.
    package var subsidyFen: Int64
    package var timeMilliseconds: Int64
    package var sale: Sale
    /// Whether an earlier request had stored it.
    package var repeated: Bool

    package init(
        reference: String, kind: CorrectionOrderMessage.Kind, transaction: TransactionID, trace: TraceNumber,
        amountFen: Int64, subsidyFen: Int64, timeMilliseconds: Int64, sale: Sale, repeated: Bool
    ) {
        self.reference = reference
        self.kind = kind
        self.transaction = transaction
        self.trace = trace
        self.amountFen = amountFen
        self.subsidyFen = subsidyFen
        self.timeMilliseconds = timeMilliseconds
        self.sale = sale
        self.repeated = repeated
    }
}
