import Payments
import Simulation
import SmartCards

/// Finding out which card it is: it ends, moves no money, and proves nothing without the secure module.
enum CardProbeTarget {
    static func run(_ input: [UInt8]) {
        var input = FuzzInput(input)
        let variant = input.byte()
        let order = input.byte()
        let card = FuzzTaps.card(variant: variant, order: order)
        let profiles = FuzzTaps.profiles(order: order)
        var air = FuzzAir(card: card, input: input)
        var module = FuzzModule()
        var probe = CardProbe(profiles: profiles, terminal: FuzzCampus.terminal, time: FuzzCampus.time)
        var action = probe.start()
        while true {
            switch action {
            case .transmit(let command):
                action = probe.receive(air.transmit(command).map { .cardAnswered($0) } ?? .cardFailed)
            case .initializeSecureModule(let request):
                let answer = air.choice() == 0xFF ? nil : module.initialize(request)
                action = probe.receive(answer.map { .secureModuleInitialized($0) } ?? .secureModuleFailed)
            case .checkMAC2(let mac2):
                let fails = air.choice() == 0xFF
                action = probe.receive(fails ? .secureModuleFailed : .mac2Checked(module.check(mac2)))
            case .finish(let outcome):
                if case .identified(let card) = outcome {
                    invariant(card.evidence.proof == .unproven || module.saidRight, "proven without a proof")
                }
                let balance = (air.card as? SimulatedPurseCard)?.memory.balance
                invariant(balance == nil || balance == 10_000, "a probe took money")
                return
            }
        }
    }
}
