import Payments
import Simulation
import SmartCards

/// A load of a purse: it ends, the card is credited only after a stored intent, and while the air tells the truth the
/// purse agrees with the result.
enum LoadTarget {
    static func run(_ input: [UInt8]) {
        var input = FuzzInput(input)
        let card = FuzzCampus.card(variant: input.byte())
        let choice = input.byte()
        // The last does not fit beside what the card holds.
        let amount: UInt32 = [5000, 1, .max - 9999, .max][Int(choice & 0x03)]
        let pin = choice & 0x04 == 0 ? FuzzCampus.pin : CardPIN([0x65, 0x43, 0x21])
        let before = Int64(card.memory.balance)
        guard
            let machine = PurseLoadMachine(
                profile: FuzzCampus.profile, amount: amount, terminal: FuzzCampus.terminal,
                pin: choice & 0x08 == 0 ? pin : nil)
        else { fatalError("cards of the profile are loaded") }
        var driver = FuzzDriver(FuzzAir(card: card, input: input))
        let result = driver.run(machine)
        let added = (FuzzCampus.balance(of: driver.air.card) ?? before) - before
        invariant(added == 0 || added == Int64(amount), "the card got something else")
        invariant(added == 0 || driver.intent != nil, "the card got money without an intent")
        switch result {
        case .loaded(let evidence):
            let stored = CardTransactionEvidence.load(evidence)
            invariant(CardTransactionEvidence(canonicalBytes: stored.canonicalBytes) == stored, "a load differs")
            invariant(driver.air.hasLied || added == Int64(amount), "the card got nothing")
        case .failed: invariant(driver.air.hasLied || added == 0, "a failed load gave money")
        case .unknown(let evidence, _):
            invariant(driver.intent == .load(evidence), "the load that is not known is not the one that was stored")
        }
    }
}
