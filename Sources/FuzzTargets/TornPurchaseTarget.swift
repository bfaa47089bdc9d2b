import Payments
import Simulation
import SmartCards

/// Asking a card about a purchase that was torn: it ends, takes no money, and while the air tells the truth its answer
/// is the card's.
enum TornPurchaseTarget {
    private static let amount: UInt32 = 1250

    static func run(_ input: [UInt8]) {
        var input = FuzzInput(input)
        let card = FuzzCampus.card(variant: input.byte())
        let tear = input.byte()
        guard let (torn, intent) = tear & 1 == 0 ? lostAnswer(card) : lostCommand(card) else { return }
        let before = torn.memory.balance
        let canCheck = tear & 2 == 0
        var air = FuzzAir(card: torn, input: input)
        var machine = TornPurchaseMachine(profile: FuzzCampus.profile, intent: intent)
        var action = machine.receive(.started)
        var result: TornPurchaseResult?
        while result == nil {
            switch action {
            case .transmit(let command):
                action = machine.receive(air.transmit(command).map { .cardAnswered($0) } ?? .cardFailed)
            case .checkTAC(let evidence):
                let key = FuzzCampus.tacKey.diversified(
                    through: [DiversificationFactor.applicationSerial.bytes(for: evidence.information)])
                let verdict: TornPurchaseMachine.Check = evidence.isGenuine(underTACKey: key) ? .right : .wrong
                action = machine.receive(.checked(canCheck ? verdict : .notPossible))
            // Only the session of the purchase itself could tell; it is closed.
            case .checkMAC2: action = machine.receive(.checked(.notPossible))
            case .finish(let end): result = end
            }
        }
        let after = (air.card as? SimulatedPurseCard)?.memory.balance ?? before
        invariant(after == before, "asking took money")
        guard !air.hasLied else { return }
        let hasPaid = before == 10_000 - amount
        switch result {
        case .committed, .committedProvisional: invariant(hasPaid, "a purchase was found that never was")
        case .notDebited: invariant(!hasPaid, "a purchase was denied that was paid")
        case .otherCard: fatalError("the card was taken for another")
        case .suspense, .unresolved, nil: break
        }
    }

    /// A purchase whose DEBIT the card carried out, and whose answer was lost.
    private static func lostAnswer(_ card: SimulatedPurseCard) -> (SimulatedPurseCard, PurchaseIntent)? {
        torn(card) { card, command in _ = card.transmit(command) }
    }

    /// A purchase whose DEBIT never reached the card.
    private static func lostCommand(_ card: SimulatedPurseCard) -> (SimulatedPurseCard, PurchaseIntent)? {
        torn(card) { _, _ in }
    }

    private static func torn(
        _ card: SimulatedPurseCard, debit: (inout SimulatedPurseCard, [UInt8]) -> Void
    ) -> (SimulatedPurseCard, PurchaseIntent)? {
        var card = card
        var module = FuzzModule()
        var intent: PurchaseIntent?
        var machine = PursePurchaseMachine(
            profile: FuzzCampus.profile, amount: amount, terminal: FuzzCampus.terminal, time: FuzzCampus.time)
        card.powerOn()
        var action = machine.receive(.started)
        while true {
            switch action {
            case .transmit(let command):
                guard command.instruction == 0x54 else {
                    action = machine.receive(.cardAnswered(card.transmit(command.bytes)))
                    continue
                }
                debit(&card, command.bytes)
                return intent.map { (card, $0) }
            case .initializeSecureModule(let request):
                let answer = module.initialize(request)
                action = machine.receive(answer.map { .secureModuleInitialized($0) } ?? .secureModuleFailed)
            case .persistIntent(let new):
                intent = new
                action = machine.receive(.intentPersisted)
            case .checkMAC2, .finish, .abandon: return nil
            }
        }
    }
}
