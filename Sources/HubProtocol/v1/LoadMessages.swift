import Payments

/// `POST /v1/loads`: fill the card's own purse from its account. The hub reserves the amount under the terminal's
/// transaction id, like a hold, and the record of that transaction resolves it.
package struct LoadHoldRequest: Codable, Sendable, Hashable {
    package var transaction: TransactionID
    package var amountFen: Int64
    package var card: CardID
    package var merchant: MerchantID
    package var lane: LaneID
    /// What this terminal approved alone for the account and has not delivered yet.
    package var undeliveredFen: Int64
    /// The card's public information (30 bytes), hexadecimal.
    package var publicInformation: String
    /// The card's whole answer to INITIALIZE FOR LOAD (16 bytes), hexadecimal: balance 4, online serial 2, key version
    /// 1, algorithm 1, random number 4, MAC1 4.
    package var initialization: String

    package init(
        transaction: TransactionID, amount: Amount, card: CardID, merchant: MerchantID, lane: LaneID,
        undelivered: Amount, publicInformation: [UInt8], initialization: [UInt8]
    ) {
        self.transaction = transaction
        amountFen = amount.fen
        self.card = card
        self.merchant = merchant
        self.lane = lane
        undeliveredFen = undelivered.fen
        self.publicInformation = Hex.encode(publicInformation)
        self.initialization = Hex.encode(initialization)
    }
}

/// The hub's decision about a load. Asking again with the same request gives the same answer.
package struct LoadHoldAnswer: Codable, Sendable, Hashable {
    /// What the card needs to take the money.
    package struct Grant: Codable, Sendable, Hashable {
        package var account: AccountID
        /// Date and time that MAC2 was made over and the card logs: BCD YYYYMMDDhhmmss, 7 bytes, hexadecimal.
        package var time: String
        /// 4 bytes, hexadecimal.
        package var mac2: String

        package init(account: AccountID, time: [UInt8], mac2: [UInt8]) {
            self.account = account
            self.time = Hex.encode(time)
            self.mac2 = Hex.encode(mac2)
        }
    }

    /// Present when granted.
    package var grant: Grant?
    /// The decline reason's number; present when declined.
    package var reason: Int?
    package var hubTimeMilliseconds: Int64

    package init(granted grant: Grant, hubTime: UnixTime) {
        self.grant = grant
        hubTimeMilliseconds = hubTime.milliseconds
    }

    package init(declined reason: DeclineReason, hubTime: UnixTime) {
        self.reason = reason.rawValue
        hubTimeMilliseconds = hubTime.milliseconds
    }
}
