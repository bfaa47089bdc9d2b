/// One kind of card that a campus uses. A terminal tries its profiles in their order.
package enum CardProfile: Sendable, Hashable {
    case purse(PurseProfile)
    /// Any card, by its anticollision identifier alone. Comes last: it fits every card.
    case identityOnly
}
