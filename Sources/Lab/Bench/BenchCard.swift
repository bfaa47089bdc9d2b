import ControlProtocol
import Simulation
import Synchronization

/// A card on the reader of a campus, and how much of each tap is card and reader.
///
/// The daemon's own timing cannot tell, because secure module, journal and card take turns while it reads. So the card
/// notes how long it computes, and the bare calls in C say what the way to it and back takes on the same pcscd.
struct BenchCard {
    private static let rounds = 100
    private static let warmUp = 5

    /// How card and reader were measured.
    static let note = "only what the card computed, and the bare calls in C to it and back, is taken out"

    private let peer: VirtualCardPeer
    private let handling: CardHandling
    /// What connect and three exchanges take with a card that computes nothing.
    private let transport: Duration

    /// Measures the way to the card. No sale may be open.
    init(_ card: LabCard, on campus: LabCampus, floors: Floors) async throws {
        peer = campus.peer(card)
        let handling = CardHandling()
        self.handling = handling
        peer.withCard { $0 = TimedCard(card: $0, handling: handling) }
        let commands = campus.paths.folder + "/logs/commands"
        try BenchCommands.write(to: commands)
        try await campus.present(peer)
        let times = try await floors.exchanges(
            through: .bareCalls, reader: PcscdInstance.readerNames[0], commands: commands, rounds: Self.rounds,
            warmUp: Self.warmUp, environment: campus.pcscd.environment)
        await peer.remove()
        guard times.statusWords == BenchCommands.statusWords else {
            throw LabError("the bench card answered \(times.statusWords)")
        }
        let computing = handling.take() / (Self.rounds + Self.warmUp)
        transport = max(.zero, .milliseconds(times.readings.median) - computing)
    }

    /// A sale with this card, and what card and way to it took.
    func pay(
        _ sell: (VirtualCardPeer) async throws -> SaleMessage
    ) async throws -> (sale: SaleMessage, atCard: Duration) {
        _ = handling.take()
        let sale = try await sell(peer)
        guard peer.exchanges == BenchCommands.names.count else {
            throw LabError("a tap took \(peer.exchanges) exchanges instead of \(BenchCommands.names.count)")
        }
        return (sale, handling.take() + transport)
    }
}

/// How long a card has computed.
private final class CardHandling: Sendable {
    private let total = Mutex(Duration.zero)

    func add(_ duration: Duration) { total.withLock { $0 += duration } }

    /// The time since this was last asked.
    func take() -> Duration {
        total.withLock { total in
            defer { total = .zero }
            return total
        }
    }
}

/// A card that notes how long it computes.
private struct TimedCard: VirtualCard {
    var card: any VirtualCard
    let handling: CardHandling

    var answerToReset: [UInt8] { card.answerToReset }

    mutating func powerOn() { card.powerOn() }

    mutating func reset() { card.reset() }

    mutating func transmit(_ command: [UInt8]) -> [UInt8] {
        let start = ContinuousClock.now
        defer { handling.add(.now - start) }
        return card.transmit(command)
    }
}
