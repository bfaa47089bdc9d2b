import SmartCards
import Synchronization
import Terminal

/// A card reader in memory: cards are put on it and taken away by its owner.
package final class SimulatedCardReader: CardReader {
    private struct State {
        var isPluggedIn = true
        var isClosed = false
        var card: (any VirtualCard)?
        var isConnected = false
        var isPowered = false
        /// A connection whose card has left: its next call says so.
        var hasLostCard = false
        var exchanges = 0
        var connections = 0
        var faults: [SimulatedReaderFault] = []
        var waitingSignal: ReaderSignal?
        var signals: [ReaderSignal] = []
    }

    package let name: String
    package let valueDialect: ValueDialect?
    package let events: AsyncStream<CardReaderEvent>
    /// Every exchange passes here before the card sees it.
    package let gate: Gate
    private let tell: AsyncStream<CardReaderEvent>.Continuation
    private let state = Mutex(State())

    package init(name: String, valueDialect: ValueDialect? = nil, gate: Gate = Gate()) {
        self.name = name
        self.valueDialect = valueDialect
        self.gate = gate
        (events, tell) = AsyncStream.makeStream()
        tell.yield(.available)
    }

    deinit { tell.finish() }

    // MARK: - The owner's side

    /// Puts a card into the field. Does nothing when there is one, or no reader.
    package func insert(_ card: any VirtualCard, faults: [SimulatedReaderFault] = []) {
        state.withLock { state in
            guard state.isPluggedIn, !state.isClosed, state.card == nil else { return }
            state.card = card
            state.faults = faults
            state.exchanges = 0
            tell.yield(.inserted(answerToReset: card.answerToReset))
        }
    }

    /// Takes the card out of the field, and gives it back as it is now.
    @discardableResult
    package func remove() -> (any VirtualCard)? {
        state.withLock { remove(&$0) }
    }

    /// Pulls the reader's plug; a card on it is gone for the lane.
    package func unplug() {
        state.withLock { state in
            guard state.isPluggedIn, !state.isClosed else { return }
            state.isPluggedIn = false
            letGo(&state)
            state.card = nil
            tell.yield(.unavailable(CardReaderError(.readerUnavailable, detail: "unplugged")))
        }
    }

    /// Plugs the reader in again, empty.
    package func plug() {
        state.withLock { state in
            guard !state.isPluggedIn, !state.isClosed else { return }
            state.isPluggedIn = true
            tell.yield(.available)
        }
    }

    /// How often a card was taken for the lane.
    package var connections: Int { state.withLock { $0.connections } }

    /// Whether the lane holds a card now.
    package var isConnected: Bool { state.withLock { $0.isConnected } }

    /// What the person in front of the reader has been shown.
    package var signals: [ReaderSignal] { state.withLock { $0.signals } }

    // MARK: - The lane's side

    package func connect() async throws(CardReaderError) {
        try state.withLock { state throws(CardReaderError) in
            try checkReader(state)
            state.hasLostCard = false
            guard state.card != nil else { throw CardReaderError(.noCard, detail: "connect") }
            if !state.isPowered { state.card?.powerOn() }
            state.isPowered = true
            state.isConnected = true
            state.connections += 1
        }
    }

    package func transmit(_ command: [UInt8]) async throws(CardReaderError) -> [UInt8] {
        await gate.pass()
        return try state.withLock { state throws(CardReaderError) in
            try checkReader(state)
            guard state.isConnected, state.card != nil else {
                throw CardReaderError(state.hasLostCard ? .cardRemoved : .noCard, detail: "transmit")
            }
            state.exchanges += 1
            let answer = try exchange(command, &state)
            guard answer.count >= 2 else { throw CardReaderError(.communication, detail: "short answer") }
            return answer
        }
    }

    package func disconnect(_ disposition: CardDisposition) async {
        state.withLock { state in
            state.hasLostCard = false
            if let signal = state.waitingSignal.take() { state.signals.append(signal) }
            guard state.isConnected else { return }
            state.isConnected = false
            if disposition == .powerOff { state.isPowered = false }
        }
    }

    package func signal(_ signal: ReaderSignal) {
        state.withLock { state in
            guard state.isPluggedIn, !state.isClosed else { return }
            if state.isConnected || state.hasLostCard {
                state.waitingSignal = signal
            } else {
                state.signals.append(signal)
            }
        }
    }

    package func close() async {
        state.withLock { state in
            state.isClosed = true
            letGo(&state)
        }
        tell.finish()
    }

    private func checkReader(_ state: State) throws(CardReaderError) {
        guard state.isPluggedIn, !state.isClosed else {
            throw CardReaderError(.readerUnavailable, detail: state.isClosed ? "closed" : "unplugged")
        }
    }

    private func exchange(_ command: [UInt8], _ state: inout State) throws(CardReaderError) -> [UInt8] {
        let number = state.exchanges
        switch state.faults.first(where: { $0.exchange == number })?.effect {
        case nil: return state.card?.exchange(command) ?? []
        case .fail(let code): throw CardReaderError(code, detail: "simulated")
        case .answer(let bytes):
            _ = state.card?.exchange(command)
            return bytes
        case .leaveBeforeHandling:
            remove(&state)
        case .leaveAfterHandling:
            _ = state.card?.exchange(command)
            remove(&state)
        }
        throw CardReaderError(.cardRemoved, detail: "simulated")
    }

    @discardableResult
    private func remove(_ state: inout State) -> (any VirtualCard)? {
        guard let card = state.card else { return nil }
        letGo(&state)
        state.card = nil
        tell.yield(.removed)
        return card
    }

    private func letGo(_ state: inout State) {
        state.hasLostCard = state.isConnected
        state.isConnected = false
        state.isPowered = false
    }
}
