import Payments
import Simulation
import SmartCards

/// A debit from a MIFARE Classic purse, torn or not: it ends, a reader that nobody knows writes nothing, and while the
/// air tells the truth the card agrees with the result.
enum MIFAREClassicTarget {
    static func run(_ input: [UInt8]) {
        var input = FuzzInput(input)
        let dialect = FuzzClassicCampus.dialect(variant: input.byte())
        let amount: UInt32 = [1250, 1, 20_000, 0][Int(input.byte() & 0x03)]
        let card = FuzzClassicCampus.card(dialect: dialect, tear: input.byte())
        let blocks = card.chip.blocks
        var driver = FuzzDriver(FuzzAir(card: card, input: input))
        driver.mayWriteBlocks = dialect != nil
        let result = driver.run(
            MIFAREClassicMachine(
                profile: FuzzClassicCampus.profile(.purse), amount: amount, terminal: FuzzCampus.terminal,
                time: FuzzCampus.time, dialect: dialect))
        let now = (driver.air.card as? SimulatedClassicCard)?.chip.blocks
        if driver.intent == nil { invariant(now == blocks, "the card was written without an intent") }
        let balance = FuzzCampus.balance(of: driver.air.card)
        switch result {
        case .identified: invariant(amount == 0, "a card that was to pay was only identified")
        case .purchased: invariant(amount > 0 && driver.intent != nil, "nothing was paid")
        case .failed, .unknown: break
        }
        guard !driver.air.hasLied else { return }
        switch result {
        case .identified, .failed: invariant(balance == 10_000, "a failed debit took money")
        case .purchased: invariant(balance == 10_000 - Int64(amount), "the card paid something else")
        case .unknown:
            invariant(balance == 10_000 || balance == 10_000 - Int64(amount), "the card paid something else")
        }
    }
}
