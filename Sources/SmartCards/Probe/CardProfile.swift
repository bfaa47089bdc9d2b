import Payments

/// One kind of card that a campus uses. A terminal tries its profiles in their order.
package enum CardProfile: Sendable, Hashable {
    case purse(PurseProfile)
    case desfire(DESFireProfile)
    /// A memory card. Comes after every card that is found by SELECT: a CPU card may play a memory card too.
    case mifareClassic(MIFAREClassicProfile)
    /// Any card, by its anticollision identifier alone. Comes last: it fits every card.
    case identityOnly(IdentityProfile)

    /// The operator's name for it.
    package var name: String {
        switch self {
        case .purse(let profile): profile.name
        case .desfire(let profile): profile.name
        case .mifareClassic(let profile): profile.name
        case .identityOnly(let profile): profile.name
        }
    }

    /// Whose money pays when such a card is presented.
    package var tender: Tender {
        switch self {
        case .purse(let profile): profile.tender
        case .desfire(let profile): profile.tender
        case .mifareClassic(let profile): profile.tender
        case .identityOnly: .account
        }
    }

    /// What such a card may pay here.
    package var limits: CardLimits {
        switch self {
        case .purse(let profile): profile.limits
        case .desfire(let profile): profile.limits
        case .mifareClassic(let profile): profile.limits
        case .identityOnly(let profile): profile.limits
        }
    }
}
