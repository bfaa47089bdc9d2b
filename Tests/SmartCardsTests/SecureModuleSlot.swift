import Payments
import Simulation
import SmartCards
import Testing

/// A simulated PSAM in a slot, by reference, so that expectations can talk to it.
final class SecureModuleSlot {
    private var card: SimulatedSecureModuleCard

    init(_ card: SimulatedSecureModuleCard) {
        self.card = card
        self.card.powerOn()
    }

    var memory: SecureModuleCardMemory { card.memory }

    func powerOn() { card.powerOn() }

    func transmit(_ command: [UInt8]) -> [UInt8] { card.transmit(command) }

    /// Through a reader.
    func exchange(_ command: [UInt8]) -> [UInt8] { card.exchange(command) }

    /// What the module answers to hexadecimal digits, with GET RESPONSE fetched.
    func send(_ command: String) throws -> String {
        var answer = card.transmit(try hex(command))
        if answer.count == 2, answer[0] == 0x61 { answer = card.transmit([0x00, 0xC0, 0x00, 0x00, answer[1]]) }
        return Hex.encode(answer)
    }
}
