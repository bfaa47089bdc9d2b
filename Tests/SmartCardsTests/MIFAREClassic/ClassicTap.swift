import Payments
import Simulation
import SmartCards
import Testing

/// Card, reader and the air between them, for one tap.
struct ClassicTap {
    var card: SimulatedClassicCard
    /// What happens at an exchange, counted from 1.
    var interferences: [Int: Interference]
    var isAdmitted = true
    var intentFails = false
    /// What the reader says of a card that left: nothing when `nil`.
    var lossAnswer: [UInt8]?
    var random: SeededGenerator
    var commands: [CommandAPDU] = []
    var admissions: [CardEvidence] = []
    var intents: [MIFAREClassicEvidence] = []
    /// Memory writes of the chip when the intent was stored.
    var writesAtIntent: Int?

    init(_ card: SimulatedClassicCard, _ interferences: [Int: Interference] = [:], seed: UInt64 = 1) {
        self.card = card
        self.interferences = interferences
        random = SeededGenerator(seed: seed)
        self.card.powerOn()
    }

    mutating func run<Machine: CardMachine>(_ machine: Machine) -> Machine.Result? {
        var machine = machine
        var action = machine.receive(.started)
        while true {
            let event: CardEvent
            switch action {
            case .finish(let result): return result
            case .transmit(let command): event = transmit(command).map { .cardAnswered($0) } ?? .cardFailed
            case .admit(let card):
                admissions.append(card)
                event = isAdmitted ? .admitted : .notAdmitted
            case .drawRandom(let count):
                event = .random((0..<count).map { _ in UInt8.random(in: .min ... .max, using: &random) })
            case .persistIntent(.mifareClassic(let evidence)):
                if !intentFails { intents.append(evidence) }
                writesAtIntent = card.chip.writes
                event = intentFails ? .intentFailed : .intentPersisted
            default:
                Issue.record("a MIFARE Classic machine asked for \(action)")
                return nil
            }
            action = machine.receive(event)
        }
    }

    private mutating func transmit(_ command: CommandAPDU) -> [UInt8]? {
        commands.append(command)
        let interference = interferences[commands.count]
        if interference == .lostBefore {
            leave()
            return lossAnswer
        }
        if case .refused(let bytes) = interference { return bytes }
        let answer = card.transmit(command.bytes)
        guard card.chip.isPresent else { return lossAnswer }
        switch interference {
        case .lostAfter:
            leave()
            return lossAnswer
        case .replaced(let bytes): return bytes
        case .corrupted:
            var bytes = answer
            if bytes.count > 2 { bytes[bytes.count - 3] ^= 0x01 }
            return bytes
        case nil, .lostBefore, .refused: return answer
        }
    }

    /// The chip loses power: what follows in this tap finds it without an open sector.
    private mutating func leave() { card.powerOn() }

    /// The same card on the reader again.
    func again(_ interferences: [Int: Interference] = [:], seed: UInt64 = 2) -> ClassicTap {
        var card = card
        card.chip.tear = nil
        return ClassicTap(card, interferences, seed: seed)
    }

    /// The commands as words, for example `UPDATE 9`.
    var words: [String] { commands.map(Self.word) }

    static func word(_ command: CommandAPDU) -> String {
        switch command.instruction {
        case 0xCA: "GET UID"
        case 0x82: "LOAD KEY"
        case 0x86: "AUTHENTICATE \(command.data[2])"
        case 0xB0: "READ \(command.parameter2)"
        case 0xD6: "UPDATE \(command.parameter2)"
        default: "\(command)"
        }
    }
}
