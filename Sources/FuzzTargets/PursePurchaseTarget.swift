import Payments
import Simulation
import SmartCards

/// A purchase from a purse: it ends, it says that the card paid only when the secure module says so, and while the air
/// tells the truth the purse agrees with the result.
enum PursePurchaseTarget {
    static func run(_ input: [UInt8]) {
        var input = FuzzInput(input)
        let variant = input.byte()
        let card = FuzzCampus.card(variant: variant)
        // Amounts from zero over a sale to more than the card holds.
        let amount: UInt32 = [0, 1, 1250, 20_000][Int(input.byte() & 0x03)]
        let before = card.memory.balance
        var driver = FuzzDriver(FuzzAir(card: card, input: input))
        let result = driver.run(
            PursePurchaseMachine(
                profile: FuzzCampus.profile(variant: variant), amount: amount, terminal: FuzzCampus.terminal,
                time: FuzzCampus.time, window: 1))
        let after = (driver.air.card as? SimulatedPurseCard)?.memory.balance ?? before
        switch result {
        case .failed, .unknown: break
        case .identified(_, let proof, _):
            invariant(proof == .unproven || driver.module.saidRight, "proven without the secure module")
            invariant(amount == 0, "a card that was to pay was only identified")
        case .purchased:
            invariant(driver.module.saidRight, "paid without the secure module")
            invariant(amount > 0, "nothing was paid")
        }
        guard !driver.air.hasLied else { return }
        switch result {
        case .failed, .identified: invariant(after == before, "a failed purchase took money")
        case .purchased: invariant(before - after == amount, "the card paid something else")
        case .unknown: invariant(before - after == 0 || before - after == amount, "the card paid something else")
        }
    }
}
