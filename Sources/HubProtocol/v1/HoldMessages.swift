import Payments

/// `POST /v1/holds`: may this debit happen? The hub reserves the amount under the terminal's transaction id.
package struct HoldRequest: Codable, Sendable, Hashable {
    package var transaction: TransactionID
    package var amountFen: Int64
    /// Exactly one of `card` and `code` is present.
    package var card: CardID?
    /// Present with `card`.
    package var proof: IdentityProof?
    package var code: CodeMessage?
    package var merchant: MerchantID
    package var lane: LaneID
    /// What this terminal approved alone for the account and has not delivered yet, so that the hub does not promise
    /// the same money twice.
    package var undeliveredFen: Int64
    /// The part of it that the subsidy purse paid; absent for none.
    package var undeliveredSubsidyFen: Int64?
    /// The undelivered sales of the open meal in which subsidy was spent; absent for none.
    package var undeliveredMealSubsidies: Int?
    /// The payer entered the account's PIN rightly: the version of the PIN (``AccountTermsMessage/PIN/version``) that
    /// the terminal checked it against. The PIN itself never leaves the terminal.
    package var pinVersion: UInt64?

    /// - Parameter view: what the terminal knows about the payer.
    package init(_ request: AuthorizationRequest, view: LedgerView, pinVersion: UInt64?) {
        self.init(request, undelivered: view.undelivered)
        undeliveredSubsidyFen = view.undeliveredSubsidy == .zero ? nil : view.undeliveredSubsidy.fen
        undeliveredMealSubsidies = view.undeliveredMealSubsidies == 0 ? nil : view.undeliveredMealSubsidies
        self.pinVersion = pinVersion
    }

    package init(_ request: AuthorizationRequest, undelivered: Amount) {
        transaction = request.transaction
        amountFen = request.amount.fen
        switch request.instrument {
        case .card(let evidence): (card, proof, code) = (evidence.card, evidence.proof, nil)
        case .code(let evidence): (card, proof, code) = (nil, nil, CodeMessage(evidence.reference))
        }
        merchant = request.merchant
        lane = request.lane
        undeliveredFen = undelivered.fen
    }
}

/// The hub's decision. Asking again with the same request gives the same answer.
package struct HoldAnswer: Codable, Sendable, Hashable {
    /// Yes or no.
    package enum Decision: String, Codable, Sendable {
        case held, declined
    }

    package var decision: Decision
    /// Present when held.
    package var account: AccountID?
    /// Cash that is left for further debits after this hold; present when held.
    package var availableFen: Int64?
    /// The part of the amount that the account's subsidy purse pays; the rest is cash. Absent when declined, and where
    /// no policy says how subsidy is spent.
    package var subsidyFen: Int64?
    /// The decline reason's number; present when declined.
    package var reason: Int?
    package var hubTimeMilliseconds: Int64

    package init(held account: AccountID, available: Amount, subsidy: Amount? = nil, hubTime: UnixTime) {
        decision = .held
        self.account = account
        availableFen = available.fen
        subsidyFen = subsidy?.fen
        hubTimeMilliseconds = hubTime.milliseconds
    }

    package init(declined reason: DeclineReason, hubTime: UnixTime) {
        decision = .declined
        self.reason = reason.rawValue
        hubTimeMilliseconds = hubTime.milliseconds
    }

    /// What it means to the authorizer; an answer that breaks its own rules counts as a faulty hub.
    ///
    /// - Parameter amount: that was asked for.
    package func hubAnswer(to amount: Amount) -> HubAnswer {
        switch decision {
        case .held:
            guard let account, let availableFen, (0...amount.fen).contains(subsidyFen ?? 0) else {
                return .none(.faulty)
            }
            return .held(
                account: account, available: Amount(fen: availableFen), subsidy: subsidyFen.map(Amount.init(fen:)))
        case .declined:
            guard let reason, let declined = DeclineReason(rawValue: reason) else { return .none(.faulty) }
            return .declined(declined)
        }
    }
}
