import Foundation
import Glibc
import Payments
import Synchronization

/// Puts a ``VirtualCard`` on a virtual reader of vpcd (a pcscd driver that listens on TCP; the card connects to it).
///
/// Each insertion has a thread of its own. Loopback only.
package final class VirtualCardPeer: Sendable {
    private struct State {
        var card: any VirtualCard
        var faults: [VirtualCardFault]
        var connection: VirtualReaderConnection?
        /// A thread serves the reader, or is about to connect to it.
        var isInserted = false
        var isPowered = false
        var exchanges = 0
        /// Waits for power; resumed exactly once.
        var insertion: CheckedContinuation<Result<Void, VirtualCardPeerError>, Never>?
        var removals: [CheckedContinuation<Void, Never>] = []
    }

    private let host: String
    /// How long an insertion may take until the reader powers the card; whole seconds.
    private let patience: Duration
    private let port: UInt16
    private let state: Mutex<State>

    /// - Parameters:
    ///   - host: an IPv4 address 127.x.x.x.
    ///   - port: where the slot listens: 35963 (0x8C7B) for slot 0 of Debian's default configuration.
    package init(
        card: any VirtualCard, host: String = "127.0.0.1", port: UInt16, faults: [VirtualCardFault] = [],
        patience: Duration = .seconds(10)
    ) {
        self.patience = patience
        self.host = host
        self.port = port
        state = Mutex(State(card: card, faults: faults))
    }

    /// Whether the card was powered since it was inserted.
    private var wasPowered: Bool { state.withLock { $0.insertion == nil } }

    /// Whether the card lies on the reader.
    package var isInserted: Bool { state.withLock { $0.isInserted } }

    /// Whether the reader powers the card just now. pcscd powers a card off again when nobody connects to it.
    package var isPowered: Bool { state.withLock { $0.isPowered } }

    /// Commands seen since the card was inserted.
    package var exchanges: Int { state.withLock { $0.exchanges } }

    /// Replaces the faults to come.
    package func plan(_ faults: [VirtualCardFault]) { state.withLock { $0.faults = faults } }

    /// Looks at the card, or changes it, between two commands.
    package func withCard<Value: Sendable>(_ body: (inout any VirtualCard) -> sending Value) -> Value {
        state.withLock { body(&$0.card) }
    }

    /// Lays the card on the reader and returns when the reader has powered it.
    package func insert() async throws(VirtualCardPeerError) {
        let result = await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                guard !state.isInserted else { return false }
                state.isInserted = true
                state.exchanges = 0
                state.insertion = continuation
                return true
            }
            guard isFree else {
                continuation.resume(returning: Result<Void, VirtualCardPeerError>.failure(.init(.alreadyInserted)))
                return
            }
            let thread = Thread { [self] in serve() }
            thread.name = "virtual card"
            thread.start()
        }
        try result.get()
    }

    /// Takes the card off the reader and returns when its thread has ended. Does nothing without a card.
    package func remove() async {
        await withCheckedContinuation { continuation in
            let isGone = state.withLock { state in
                guard state.isInserted else { return true }
                state.removals.append(continuation)
                state.connection?.shutDown()
                return false
            }
            if isGone { continuation.resume() }
        }
    }

    private func serve() {
        do throws(VirtualCardPeerError) {
            let connection = try VirtualReaderConnection(
                host: host, port: port, patience: Int(patience.components.seconds))
            let isWanted = state.withLock { state in
                state.connection = connection
                return state.removals.isEmpty
            }
            // A reader that asks for the card's presence and never powers it has missed the insertion: polling alone
            // would keep the connection alive for ever, so the limit runs over all messages until power-on.
            let deadline = ContinuousClock.now + patience
            while isWanted, let message = connection.receive(), take(message, connection),
                wasPowered || ContinuousClock.now < deadline
            {}
            finish(VirtualCardPeerError(.notPoweredOn))
        } catch {
            finish(error)
        }
    }

    /// The descriptor is closed under the lock, so that no `remove` can hit a descriptor that is used anew.
    private func finish(_ error: VirtualCardPeerError) {
        let (insertion, removals) = state.withLock { state in
            if let connection = state.connection { close(connection.descriptor) }
            let waiting = (state.insertion, state.removals)
            state.connection = nil
            state.isInserted = false
            state.isPowered = false
            state.insertion = nil
            state.removals = []
            return waiting
        }
        insertion?.resume(returning: .failure(error))
        for removal in removals { removal.resume() }
    }

    /// `false` when the card leaves.
    private func take(_ message: [UInt8], _ connection: VirtualReaderConnection) -> Bool {
        guard message.count == 1 else { return answer(message, connection) }
        switch message[0] {
        case 0x00: state.withLock { $0.isPowered = false }
        case 0x01: powerOn(connection)
        case 0x02: state.withLock { $0.card.reset() }
        case 0x04: return connection.send(state.withLock { $0.card.answerToReset })
        default: return false
        }
        return true
    }

    private func powerOn(_ connection: VirtualReaderConnection) {
        let insertion = state.withLock { state in
            state.card.powerOn()
            state.isPowered = true
            defer { state.insertion = nil }
            return state.insertion
        }
        connection.wait(atMost: 0)
        insertion?.resume(returning: .success(()))
    }

    private func answer(_ command: [UInt8], _ connection: VirtualReaderConnection) -> Bool {
        let effects = state.withLock { state in
            state.exchanges += 1
            return state.faults.filter { $0.exchange == state.exchanges }.map(\.effect)
        }
        if effects.contains(.leaveBeforeHandling) { return false }
        var answer = state.withLock { $0.card.transmit(command) }
        for effect in effects {
            switch effect {
            case .leaveBeforeHandling, .leaveAfterHandling: return false
            case .answer(let bytes): answer = bytes
            case .truncate(let count): answer = Array(answer.prefix(count))
            case .delay(let duration):
                // A slow card. The wait ends early when the reader hangs up.
                var hangUp = pollfd(fd: connection.descriptor, events: 0, revents: 0)
                poll(&hangUp, 1, Int32(clamping: duration.wholeMilliseconds))
            }
        }
        return connection.send(answer)
    }
}
