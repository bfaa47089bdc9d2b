import HubProtocol
import Payments
import SmartCards

/// What a load is for: the part of the request that may not change when it is sent again, read and checked.
package struct LoadTerms: Sendable, Hashable {
    /// The reservation, like any hold.
    package var hold: HoldTerms
    package var card: CardID
    let information: PublicInformation
    /// The card's answer to INITIALIZE FOR LOAD, 16 bytes.
    let initializationBytes: [UInt8]
    let initialization: LoadInitialization

    /// - Throws: ``HubRefusalError`` that names the wrong field, never its value.
    init(_ request: LoadHoldRequest) throws(HubRefusalError) {
        let amount = Amount(fen: request.amountFen)
        guard amount > .zero, amount <= .saleMaximum else {
            throw HubRefusalError(.malformedRequest, "amountFen: from 1 to \(Amount.saleMaximum.fen)")
        }
        guard (0...HubLimits.undeliveredFen).contains(request.undeliveredFen) else {
            throw HubRefusalError(.malformedRequest, "undeliveredFen: from 0 to \(HubLimits.undeliveredFen)")
        }
        let flaw = HubRefusalError(.malformedRequest, "publicInformation: 60 hexadecimal digits of a purse card")
        guard let file = Hex.decode(request.publicInformation) else { throw flaw }
        do throws(CardDataError) {
            information = try PublicInformation(decoding: file)
        } catch {
            throw flaw
        }
        guard information.card == request.card else {
            throw HubRefusalError(.malformedRequest, "card: not the card of the public information")
        }
        let answer = HubRefusalError(.malformedRequest, "initialization: 32 hexadecimal digits")
        guard let bytes = Hex.decode(request.initialization) else { throw answer }
        do throws(CardDataError) {
            initialization = try LoadInitialization(decoding: ResponseAPDU(data: bytes, status: .success))
        } catch {
            throw answer
        }
        initializationBytes = bytes
        card = request.card
        hold = HoldTerms(
            transaction: request.transaction, amount: amount, payer: .card(request.card, .proven),
            merchant: request.merchant, lane: request.lane)
    }
}

/// The hub's decision about a load, as it is stored and given again.
package enum LoadVerdict: Sendable, Hashable {
    /// - Parameters:
    ///   - time: BCD YYYYMMDDhhmmss, 7 bytes.
    ///   - mac2: 4 bytes.
    case granted(account: AccountID, time: [UInt8], mac2: [UInt8])
    case declined(DeclineReason)

    func answer(hubTime: UnixTime) -> LoadHoldAnswer {
        switch self {
        case .granted(let account, let time, let mac2):
            LoadHoldAnswer(
                granted: LoadHoldAnswer.Grant(account: account, time: time, mac2: mac2), hubTime: hubTime)
        case .declined(let reason): LoadHoldAnswer(declined: reason, hubTime: hubTime)
        }
    }
}
