import Payments
import Simulation
import SmartCards

/// Finding out which card it is, and paying from it where its purse pays: it ends, it moves no money but the amount,
/// and it proves nothing without the secure module.
enum CardProbeTarget {
    private static let amount: UInt32 = 1250

    static func run(_ input: [UInt8]) {
        var input = FuzzInput(input)
        let variant = input.byte()
        let order = input.byte()
        let card = FuzzTaps.card(variant: variant, order: order)
        let before = FuzzCampus.balance(of: card)
        var driver = FuzzDriver(FuzzAir(card: card, input: input))
        let dialect = FuzzClassicCampus.dialect(variant: variant)
        driver.mayWriteBlocks = dialect != nil
        let outcome = driver.run(
            CardProbe(
                profiles: FuzzTaps.profiles(variant: variant, order: order), amount: amount,
                terminal: FuzzCampus.terminal, time: FuzzCampus.time, window: 1, dialect: dialect))
        check(outcome, driver)
        let after = FuzzCampus.balance(of: driver.air.card)
        guard !driver.air.hasLied else { return }
        let taken = (before ?? 0) - (after ?? 0)
        switch outcome {
        case .identified, .stopped, .refused: invariant(taken == 0, "a probe took money")
        case .paid: invariant(taken == Int64(amount), "the card paid something else")
        case .uncertain: invariant(taken == 0 || taken == Int64(amount), "the card paid something else")
        }
    }

    private static func check(_ outcome: CardProbe.Outcome, _ driver: FuzzDriver) {
        switch outcome {
        case .identified(let card):
            let isPurse = driver.air.card is SimulatedPurseCard
            invariant(
                card.evidence.proof == .unproven || !isPurse || driver.module.saidRight, "proven without a proof")
        case .paid(let payment), .uncertain(let payment, _):
            invariant(driver.intent != nil, "paid without an intent")
            invariant(payment.evidence.amount == amount, "the card was to pay something else")
            let evidence = CardTransactionEvidence(canonicalBytes: payment.evidence.canonicalBytes)
            invariant(evidence == payment.evidence, "evidence read back differs")
            if case .paid = outcome, case .purchase = payment.evidence {
                invariant(driver.module.saidRight, "paid without the secure module")
            }
        case .stopped, .refused: break
        }
    }
}
