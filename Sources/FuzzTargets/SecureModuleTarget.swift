import Payments
import Simulation
import SmartCards

/// Purchases through a secure module: a check is sent once for each purchase that was opened, "right" comes only from
/// the module's own success, a terminal serial never comes twice, and the machine always ends or says what failed.
enum SecureModuleTarget {
    /// Purchases that are begun at most.
    private static let rounds = 6

    static func run(_ input: [UInt8]) {
        var input = FuzzInput(input)
        var memory = SecureModuleCardMemory(terminal: FuzzCampus.terminal, serial: [0, 0, 0, 0, 0, 0, 0, 0, 0, 1])
        let variant = input.byte()
        memory.answersThroughGetResponse = variant & 0x01 != 0
        memory.triesLeft = Int(variant >> 4)
        let last: UInt32? = variant & 0x02 != 0 ? 1 : nil
        let card = SimulatedSecureModuleCard(memory: memory, masterKey: FuzzCampus.masterKey)
        var run = Run(
            machine: SecureModuleMachine(
                profile: SecureModuleProfile(
                    application: variant & 0x04 != 0 ? .file(0x1001) : .masterFile),
                terminal: FuzzCampus.terminal, lastTerminalSerial: last),
            air: FuzzAir(card: card, input: input), lastSerial: last)
        for _ in 0..<rounds {
            if !run.machine.isReady { run.activate() }
            guard run.machine.isReady else { continue }
            run.purchase()
        }
    }

    private struct Run {
        var machine: SecureModuleMachine
        var air: FuzzAir
        var lastSerial: UInt32?

        mutating func activate() {
            switch drive(.activated).action {
            case .ready(let identity):
                invariant(identity.terminal == FuzzCampus.terminal, "another terminal's module was taken")
                invariant(machine.isReady, "a ready module takes purchases")
            case .failed: invariant(!machine.isReady, "a module that failed is not ready")
            default: fatalError("an activation ended as something else")
            }
        }

        mutating func purchase() {
            let request = SecureModuleRequest(
                terminal: FuzzCampus.terminal, random: (0..<4).map { _ in air.choice() }, offlineSerial: 7,
                amount: 1250, transactionType: PurseTransaction.purchaseType, time: FuzzCampus.time, keyVersion: 0,
                algorithm: 0, factors: [[UInt8](repeating: air.choice(), count: 8)])
            guard case .opened(let answer) = drive(.initialize(request)).action else {
                invariant(!machine.isOpen, "a purchase that failed is not open")
                return
            }
            invariant(lastSerial.map { answer.terminalSerial > $0 } ?? true, "a terminal serial came twice")
            invariant(answer.mac1.count == 4, "MAC1 has 4 bytes")
            lastSerial = answer.terminalSerial
            let choice = air.choice()
            guard choice & 0x03 != 0 else {
                invariant(drive(.abandoned) == (.ended, []), "an abandoned purchase asks the module nothing")
                return
            }
            let (action, answers) = drive(.check(mac2: [choice, 2, 3, 4]))
            invariant(answers.count <= 1, "a check was sent twice")
            if case .checked(true, _) = action {
                invariant(answers == [[0x90, 0x00]], "right without the module's word")
            }
            invariant(!machine.isOpen, "a checked purchase is over")
        }

        /// Drives one event to its end; gives the answers that arrived as well.
        private mutating func drive(
            _ event: SecureModuleMachine.Event
        ) -> (action: SecureModuleMachine.Action, answers: [[UInt8]]) {
            var answers: [[UInt8]] = []
            var action = machine.receive(event)
            while case .transmit(let command) = action {
                if let answer = air.transmit(command) {
                    answers.append(answer)
                    action = machine.receive(.answered(answer))
                } else {
                    // Counted too: whether the module saw the command is not known.
                    answers.append([])
                    action = machine.receive(.exchangeFailed)
                }
            }
            return (action, answers)
        }
    }
}

/// Compares what a step came to.
private func == (
    left: (action: SecureModuleMachine.Action, answers: [[UInt8]]),
    right: (action: SecureModuleMachine.Action, answers: [[UInt8]])
) -> Bool { left.action == right.action && left.answers == right.answers }
