import Payments
import Simulation
import SmartCards

/// A card that is presented again after its purchase was torn: asking takes no money, and while the air tells the
/// truth its answer is the card's.
enum TornPurchaseTarget {
    private static let amount: UInt32 = 1250

    static func run(_ input: [UInt8]) {
        var input = FuzzInput(input)
        let variant = input.byte()
        let profile = FuzzCampus.profile(variant: variant)
        let choice = input.byte()
        // A compound purchase changes its record with a command before the DEBIT.
        let tear = (command: 1 + Int(choice >> 1 & 1), choice & 1 == 0 ? FuzzDriver.Tear.after : .before)
        guard let (torn, intent) = torn(FuzzCampus.card(variant: variant), profile, tear) else { return }
        let before = FuzzCampus.balance(of: torn)
        var driver = FuzzDriver(FuzzAir(card: torn, input: input))
        let result = driver.run(TornPurchaseMachine(profile: profile, intent: intent))
        invariant(FuzzCampus.balance(of: driver.air.card) == before, "asking took money")
        guard !driver.air.hasLied else { return }
        let hasPaid = before == 10_000 - Int64(amount)
        switch result {
        case .committed, .committedProvisional: invariant(hasPaid, "a purchase was found that never was")
        case .notDebited: invariant(!hasPaid, "a purchase was denied that was paid")
        case .otherCard: fatalError("the card was taken for another")
        case .suspense, .unresolved: break
        }
    }

    private static func torn(
        _ card: SimulatedPurseCard, _ profile: PurseProfile, _ tear: (command: Int, FuzzDriver.Tear)
    ) -> (any VirtualCard, PurchaseIntent)? {
        var driver = FuzzDriver(FuzzAir(card: card, input: FuzzInput([])))
        driver.tear = tear
        _ = driver.run(
            PursePurchaseMachine(
                profile: profile, amount: amount, terminal: FuzzCampus.terminal, time: FuzzCampus.time, window: 1))
        guard case .purchase(let evidence) = driver.intent else { return nil }
        return (driver.air.card, PurchaseIntent(evidence))
    }
}
