import Payments

/// What a card machine asks its driver for. The comment of each case names the events that may answer it.
package enum CardAction<Result: Sendable & Equatable>: Sendable, Equatable {
    /// → `cardAnswered`, `cardFailed`
    case transmit(CommandAPDU)
    /// 80 70 of the secure module. → `secureModuleInitialized`, `secureModuleFailed`
    case initializeSecureModule(SecureModuleRequest)
    /// 80 72 of the secure module, whose session of this very purchase is open; it counts wrong ones. → `checked`
    case checkMAC2([UInt8])
    /// Whether the evidence's TAC is the card's: a soft secure module or the issuer knows. → `checked`
    case checkTAC(CardTransactionEvidence)
    /// The issuer decides about a load, and gives the card's permission for it (MAC2). → `loadGranted`, `loadRefused`
    case requestLoad(LoadRequest)
    /// Bytes that nobody can foresee. → `random`
    case drawRandom(count: Int)
    /// The card that would pay from its own purse is known: may it? → `admitted`, `notAdmitted`
    case admit(CardEvidence)
    /// Must be durable before the answer: the next command may change the card's money.
    /// → `intentPersisted`, `intentFailed`
    case persistIntent(CardTransactionEvidence)
    /// Nothing answers it.
    case finish(Result)
}

extension CardAction {
    /// The same request from a machine that has this one inside.
    ///
    /// - Parameter conclude: what the outer machine does when the inner one is done.
    func inside<Outer>(_ conclude: (Result) -> CardAction<Outer>) -> CardAction<Outer> {
        switch self {
        case .transmit(let command): .transmit(command)
        case .initializeSecureModule(let request): .initializeSecureModule(request)
        case .checkMAC2(let mac2): .checkMAC2(mac2)
        case .checkTAC(let evidence): .checkTAC(evidence)
        case .requestLoad(let request): .requestLoad(request)
        case .drawRandom(let count): .drawRandom(count: count)
        case .admit(let card): .admit(card)
        case .persistIntent(let evidence): .persistIntent(evidence)
        case .finish(let result): conclude(result)
        }
    }
}
