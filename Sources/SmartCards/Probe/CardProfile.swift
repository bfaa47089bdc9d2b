import Payments

/// One kind of card that a campus uses. A terminal tries its profiles in their order.
package enum CardProfile: Sendable, Hashable {
    case purse(PurseProfile)
<<<<<<< /tmp/mours
    case desfire(DESFireProfile)
=======
    /// A memory card. Comes after every card that is found by SELECT: a CPU card may play a memory card too.
    case mifareClassic(MIFAREClassicProfile)
>>>>>>> Sources/SmartCards/Probe/CardProfile.swift
    /// Any card, by its anticollision identifier alone. Comes last: it fits every card.
    case identityOnly(IdentityProfile)

    /// The operator's name for it.
    package var name: String {
        switch self {
        case .purse(let profile): profile.name
<<<<<<< /tmp/mours
        case .desfire(let profile): profile.name
=======
        case .mifareClassic(let profile): profile.name
>>>>>>> Sources/SmartCards/Probe/CardProfile.swift
        case .identityOnly(let profile): profile.name
        }
    }

    /// Whose money pays when such a card is presented.
    package var tender: Tender {
        switch self {
        case .purse(let profile): profile.tender
<<<<<<< /tmp/mours
        case .desfire(let profile): profile.tender
=======
        case .mifareClassic(let profile): profile.tender
>>>>>>> Sources/SmartCards/Probe/CardProfile.swift
        case .identityOnly: .account
        }
    }

    /// What such a card may pay here.
    package var limits: CardLimits {
        switch self {
        case .purse(let profile): profile.limits
<<<<<<< /tmp/mours
        case .desfire(let profile): profile.limits
=======
        case .mifareClassic(let profile): profile.limits
>>>>>>> Sources/SmartCards/Probe/CardProfile.swift
        case .identityOnly(let profile): profile.limits
        }
    }
}
