import Simulation
import Synchronization

/// Tells the moment at which a trigger goes off: around one command to the card.
struct TriggerMoment: Sendable, Hashable, CustomStringConvertible {
    /// Counted from 1, since the card was laid down.
    var exchange: Int
    /// Whether the card carries the command out first.
    var isAfter: Bool

    var description: String { "\(isAfter ? "after" : "before") exchange \(exchange)" }
}

/// A card that does something else at one exact moment of a tap, for example kills the daemon that talks to it.
struct TriggerCard: VirtualCard {
    private(set) var card: any VirtualCard
    private let moment: TriggerMoment
    private let action: @Sendable () -> Void
    private var exchanges = 0

    init(_ card: any VirtualCard, at moment: TriggerMoment, _ action: @escaping @Sendable () -> Void) {
        self.card = card
        self.moment = moment
        self.action = action
    }

    var answerToReset: [UInt8] { card.answerToReset }

    mutating func powerOn() {
        exchanges = 0
        card.powerOn()
    }

    mutating func reset() { card.reset() }

    mutating func transmit(_ command: [UInt8]) -> [UInt8] {
        exchanges += 1
        let isNow = exchanges == moment.exchange
        if isNow && !moment.isAfter { action() }
        let answer = card.transmit(command)
        if isNow && moment.isAfter { action() }
        return answer
    }
}
