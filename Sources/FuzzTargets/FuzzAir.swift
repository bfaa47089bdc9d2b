import Simulation
import SmartCards

/// Card and air of one fuzzing run: for each command the input decides whether the card's own answer arrives, a changed
/// one, none, or bytes of the input's own.
struct FuzzAir {
    var card: any VirtualCard
    private var input: FuzzInput
    /// Whether anything arrived that the card did not say.
    private(set) var hasLied = false
    private var exchanges = 0

    /// More commands than any tap or examination sends: a machine that needs more does not end.
    private static let exchangeMaximum = 400

    init(card: any VirtualCard, input: FuzzInput) {
        self.card = card
        self.input = input
        self.card.powerOn()
    }

    /// The next byte of the input, for choices of the target's own.
    mutating func choice() -> UInt8 { input.byte() }

    /// The answer that arrives; `nil` when none does.
    mutating func transmit(_ command: CommandAPDU) -> [UInt8]? {
        exchanges += 1
        guard exchanges <= Self.exchangeMaximum else { fatalError("the machine does not end") }
        let action = input.byte()
        switch action {
        case 0..<0x80: return card.exchange(command.bytes)
        case 0x80..<0x90:
            var answer = card.exchange(command.bytes)
            let (position, mask) = (Int(input.byte()), input.byte())
            answer[position % answer.count] ^= mask
            if mask != 0 { hasLied = true }
            return answer
        case 0x90..<0xA0:
            hasLied = true
            return Array(card.exchange(command.bytes).prefix(Int(input.byte())))
        case 0xA0..<0xA8: return nil
        case 0xA8..<0xB0:
            _ = card.exchange(command.bytes)
            return nil
        case 0xB0..<0xC0:
            hasLied = true
            _ = card.exchange(command.bytes)
            return input.chunk()
        case 0xC0..<0xE0:
            hasLied = true
            return input.chunk() + [0x90, 0x00]
        default:
            hasLied = true
            return input.chunk()
        }
    }
}
