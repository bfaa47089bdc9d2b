import HubProtocol
import Payments

/// What a hold is for: the part of the request that may not change when it is sent again.
/// The rest is ``HoldCircumstances``.
package struct HoldTerms: Sendable, Hashable {
    package var transaction: TransactionID
    package var amount: Amount
    package var payer: JournalRecord.Payer
    package var merchant: MerchantID
    package var lane: LaneID

    package init(
        transaction: TransactionID, amount: Amount, payer: JournalRecord.Payer, merchant: MerchantID, lane: LaneID
    ) {
        self.transaction = transaction
        self.amount = amount
        self.payer = payer
        self.merchant = merchant
        self.lane = lane
    }
}

extension HoldTerms {
    /// The terms of a request, with its values checked.
    ///
    /// - Throws: ``HubRefusalError`` that names the wrong field.
    init(_ request: HoldRequest) throws(HubRefusalError) {
        let amount = Amount(fen: request.amountFen)
        guard amount > .zero, amount <= .saleMaximum else {
            throw HubRefusalError(.malformedRequest, "amountFen: from 1 to \(Amount.saleMaximum.fen)")
        }
        let payer: JournalRecord.Payer
        switch (request.card, request.proof, request.code) {
        case (let card?, let proof?, nil): payer = .card(card, proof)
        case (nil, nil, let code?):
            guard let reference = code.reference else {
                throw HubRefusalError(.malformedRequest, "code.serial: 16 hexadecimal digits")
            }
            payer = .code(reference)
        case (_?, nil, nil): throw HubRefusalError(.malformedRequest, "proof: needed with card")
        default: throw HubRefusalError(.malformedRequest, "card: either card with proof, or code")
        }
        self.init(
            transaction: request.transaction, amount: amount, payer: payer, merchant: request.merchant,
            lane: request.lane)
    }
}
