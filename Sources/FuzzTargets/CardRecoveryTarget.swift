import Payments
import Simulation
import SmartCards

/// Any card whose transaction was torn, presented again: asking takes no money, believes no purse card without the
/// secure module, and while the air tells the truth its answer is the card's.
enum CardRecoveryTarget {
    private static let amount: UInt32 = 1250

    private struct Torn {
        let card: any VirtualCard
        let evidence: CardTransactionEvidence
        let profile: CardProfile
        /// Before the torn transaction, in fen.
        let before: Int64
        var dialect: ValueDialect?
    }

    static func run(_ input: [UInt8]) {
        var input = FuzzInput(input)
        let kind = input.byte()
        let variant = input.byte()
        let tear = (command: 1 + Int(kind >> 4), kind & 0x08 == 0 ? FuzzDriver.Tear.after : .before)
        let torn: Torn?
        switch kind & 0x03 {
        case 0: torn = purchase(variant, tear)
        case 1: torn = load(variant, tear)
        case 2: torn = desfire(variant, tear)
        default: torn = classic(variant, chipTear: input.byte(), tear)
        }
        if let torn { ask(torn, pin: kind & 0x04 == 0 ? FuzzCampus.pin : nil, input) }
    }

    private static func ask(_ torn: Torn, pin: CardPIN?, _ input: FuzzInput) {
        invariant(
            CardTransactionEvidence(canonicalBytes: torn.evidence.canonicalBytes) == torn.evidence,
            "evidence read back differs")
        guard
            let machine = CardRecovery(
                of: torn.evidence, profile: torn.profile, terminal: FuzzCampus.terminal, time: FuzzCampus.time,
                pin: pin, dialect: torn.dialect)
        else { fatalError("the profile that paid cannot be asked") }
        var driver = FuzzDriver(FuzzAir(card: torn.card, input: input), intent: torn.evidence)
        driver.mayWriteBlocks = torn.dialect != nil
        let held = FuzzCampus.balance(of: torn.card)
        let outcome = driver.run(machine)
        let holds = FuzzCampus.balance(of: driver.air.card)
        let isClassic = torn.card is SimulatedClassicCard
        invariant(isClassic || holds == held, "asking moved money")
        invariant(holds == torn.before || holds == torn.evidence.balanceAfter, "the card holds something else")
        if torn.card is SimulatedPurseCard {
            switch outcome {
            case .happened, .didNotHappen, .undetermined:
                invariant(driver.module.saidRight, "a card was believed without a proof")
            case .otherCard, .unresolved: break
            }
        }
        guard !driver.air.hasLied else { return }
        switch outcome {
        case .otherCard: fatalError("the card was taken for another")
        case .happened: invariant(holds == torn.evidence.balanceAfter, "a transaction was found that never was")
        case .didNotHappen: invariant(holds == torn.before, "a transaction was denied that took place")
        case .undetermined, .unresolved: break
        }
    }

    private static func purchase(_ variant: UInt8, _ tear: (command: Int, FuzzDriver.Tear)) -> Torn? {
        let profile = FuzzCampus.profile(variant: variant)
        return self.torn(
            FuzzCampus.card(variant: variant), tear, .purse(profile),
            PursePurchaseMachine(
                profile: profile, amount: amount, terminal: FuzzCampus.terminal, time: FuzzCampus.time, window: 1))
    }

    private static func load(_ variant: UInt8, _ tear: (command: Int, FuzzDriver.Tear)) -> Torn? {
        PurseLoadMachine(
            profile: FuzzCampus.profile, amount: amount, terminal: FuzzCampus.terminal, pin: FuzzCampus.pin
        ).flatMap { self.torn(FuzzCampus.card(variant: variant), tear, .purse(FuzzCampus.profile), $0) }
    }

    private static func desfire(_ variant: UInt8, _ tear: (command: Int, FuzzDriver.Tear)) -> Torn? {
        let campus = FuzzDESFireCampus(variant: variant)
        let profile = campus.profile(.purse)
        return self.torn(
            campus.card(), tear, .desfire(profile),
            DESFireDebitMachine(profile: profile, amount: amount, terminal: FuzzCampus.terminal))
    }

    /// - Parameter variant: the dialect of the first tap, and behind it that of the second.
    private static func classic(
        _ variant: UInt8, chipTear: UInt8, _ tear: (command: Int, FuzzDriver.Tear)
    ) -> Torn? {
        let dialect = FuzzClassicCampus.dialect(variant: variant)
        let profile = FuzzClassicCampus.profile(.purse)
        var torn = self.torn(
            FuzzClassicCampus.card(dialect: dialect, tear: chipTear), tear, .mifareClassic(profile),
            MIFAREClassicMachine(
                profile: profile, amount: amount, terminal: FuzzCampus.terminal, time: FuzzCampus.time,
                dialect: dialect))
        torn?.dialect = FuzzClassicCampus.dialect(variant: variant >> 4)
        return torn
    }

    private static func torn<Machine: CardMachine>(
        _ card: any VirtualCard, _ tear: (command: Int, FuzzDriver.Tear), _ profile: CardProfile, _ machine: Machine
    ) -> Torn? {
        var driver = FuzzDriver(FuzzAir(card: card, input: FuzzInput([])))
        driver.tear = tear
        _ = driver.run(machine)
        guard let intent = driver.intent, let before = FuzzCampus.balance(of: card) else { return nil }
        return Torn(card: driver.air.card, evidence: intent, profile: profile, before: before)
    }
}
