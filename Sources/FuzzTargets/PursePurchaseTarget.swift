import Payments
import Simulation
import SmartCards

/// A purchase from a purse: it ends, it says that the card paid only when the secure module says so, and while the air
/// tells the truth the purse agrees with the result.
enum PursePurchaseTarget {
    static func run(_ input: [UInt8]) {
        var input = FuzzInput(input)
        let card = FuzzCampus.card(variant: input.byte())
        // Amounts from zero over a sale to more than the card holds.
        let amount: UInt32 = [0, 1, 1250, 20_000][Int(input.byte() & 0x03)]
        let before = card.memory.balance
        var air = FuzzAir(card: card, input: input)
        var tap = FuzzPurchase(amount: amount)
        let result = tap.run(&air)
        let after = (air.card as? SimulatedPurseCard)?.memory.balance ?? before
        switch result {
        case nil, .failed, .unknown: break
        case .identified(_, let proof, _):
            invariant(proof == .unproven || tap.module.saidRight, "proven without the secure module")
            invariant(amount == 0, "a card that was to pay was only identified")
        case .purchased:
            invariant(tap.module.saidRight, "paid without the secure module")
            invariant(amount > 0, "nothing was paid")
        }
        guard !air.hasLied else { return }
        switch result {
        case nil, .failed, .identified: invariant(after == before, "a failed purchase took money")
        case .purchased: invariant(before - after == amount, "the card paid something else")
        case .unknown: invariant(before - after == 0 || before - after == amount, "the card paid something else")
        }
    }
}

/// The driver of one purchase.
struct FuzzPurchase {
    let amount: UInt32
    var module = FuzzModule()
    /// What was stored before DEBIT.
    var intent: PurchaseIntent?

    init(amount: UInt32) { self.amount = amount }

    /// `nil` when the intent could not be stored.
    mutating func run(_ air: inout FuzzAir) -> PurseResult? {
        var machine = PursePurchaseMachine(
            profile: FuzzCampus.profile, amount: amount, terminal: FuzzCampus.terminal, time: FuzzCampus.time)
        var action = machine.receive(.started)
        while true {
            switch action {
            case .finish(let result): return result
            case .abandon: return nil
            case .transmit(let command):
                invariant(command.instruction != 0x54 || amount == 0 || intent != nil, "DEBIT before its intent")
                action = machine.receive(air.transmit(command).map { .cardAnswered($0) } ?? .cardFailed)
            case .initializeSecureModule(let request):
                let answer = air.choice() == 0xFF ? nil : module.initialize(request)
                action = machine.receive(answer.map { .secureModuleInitialized($0) } ?? .secureModuleFailed)
            case .persistIntent(let new):
                invariant(PurchaseIntent(canonicalBytes: new.canonicalBytes) == new, "an intent read back differs")
                let isStored = air.choice() != 0xFF
                if isStored { intent = new }
                action = machine.receive(isStored ? .intentPersisted : .intentFailed)
            case .checkMAC2(let mac2):
                let fails = air.choice() == 0xFF
                action = machine.receive(fails ? .secureModuleFailed : .mac2Checked(module.check(mac2)))
            }
        }
    }
}
