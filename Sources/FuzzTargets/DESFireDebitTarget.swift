import Payments
import Simulation
import SmartCards

/// A debit on a DESFire card: it ends, it says that the card paid only over an authentic answer, and what the card
/// says when it is asked again is so, whatever the air does.
enum DESFireDebitTarget {
    static func run(_ input: [UInt8]) {
        var input = FuzzInput(input)
        let campus = FuzzDESFireCampus(variant: input.byte())
        let amount: UInt32 = [1250, 1, 20_000, 0][Int(input.byte() & 0x03)]
        var driver = FuzzDriver(FuzzAir(card: campus.card(), input: input))
        let profile = campus.profile(.purse)
        let result = driver.run(DESFireDebitMachine(profile: profile, amount: amount, terminal: FuzzCampus.terminal))
        let taken = 10_000 - (FuzzCampus.balance(of: driver.air.card) ?? 10_000)
        invariant(taken == 0 || taken == Int64(amount), "the card paid something else")
        switch result {
        case .identified: invariant(amount == 0, "a card that was to pay was only identified")
        case .debited: invariant(amount > 0 && taken == Int64(amount), "the card did not pay")
        case .failed: invariant(driver.air.hasLied || taken == 0, "a failed debit took money")
        case .unknown(let evidence, _):
            let stored = CardTransactionEvidence.desfireDebit(evidence)
            invariant(driver.intent == stored, "the debit that is not known is not the one that was stored")
            resolve(evidence, profile, hasPaid: taken != 0, &driver.air)
        }
    }

    private static func resolve(
        _ evidence: DESFireDebitEvidence, _ profile: DESFireProfile, hasPaid: Bool, _ air: inout FuzzAir
    ) {
        guard let machine = DESFireRecoveryMachine(profile: profile, evidence: evidence) else {
            fatalError("the profile that paid cannot be asked")
        }
        air.card.powerOn()
        var driver = FuzzDriver(air)
        let before = FuzzCampus.balance(of: air.card)
        switch driver.run(machine) {
        case .happened: invariant(hasPaid, "a debit was found that never was")
        case .didNotHappen: invariant(!hasPaid, "a debit was denied that was paid")
        case .otherCard: invariant(driver.air.hasLied, "the card was taken for another")
        case .undecided, .unresolved: break
        }
        invariant(FuzzCampus.balance(of: driver.air.card) == before, "asking took money")
    }
}
