import Simulation
import Synchronization

/// A purse card that its holder keeps, wherever it was taken from the reader.
struct KeptCard: VirtualCard {
    private final class Memory: Sendable {
        let card: Mutex<SimulatedPurseCard>

        init(_ card: SimulatedPurseCard) { self.card = Mutex(card) }
    }

    private let memory: Memory

    init(_ card: SimulatedPurseCard) { memory = Memory(card) }

    /// What the card's own purse holds, in fen.
    var balance: UInt32 { memory.card.withLock { $0.memory.balance } }

    var pinTriesLeft: Int { memory.card.withLock { $0.memory.behavior.pinTriesLeft } }

    var answerToReset: [UInt8] { memory.card.withLock { $0.answerToReset } }

    mutating func powerOn() { memory.card.withLock { $0.powerOn() } }

    mutating func reset() { memory.card.withLock { $0.reset() } }

    mutating func transmit(_ command: [UInt8]) -> [UInt8] { memory.card.withLock { $0.transmit(command) } }
}
