import AsyncHTTPClient
import NIOCore
import Synchronization

/// The connections under one identity. When the terminal gets another, those of the old one serve the requests that are
/// under way and are closed after them.
final class HubConnection: Sendable {
    private struct State {
        var inFlight = 0
        var isRetired = false
    }

    let client: HTTPClient
    private let state = Mutex(State())

    init(_ configuration: HTTPClient.Configuration) {
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// A request begins. Every one ends with ``leave()``.
    func enter() { state.withLock { $0.inFlight += 1 } }

    /// A request is over.
    func leave() {
        let isLast = state.withLock { state in
            state.inFlight -= 1
            return state.isRetired && state.inFlight == 0
        }
        if isLast { closeLater() }
    }

    /// No request will begin any more.
    func retire() {
        let isIdle = state.withLock { state in
            state.isRetired = true
            return state.inFlight == 0
        }
        if isIdle { closeLater() }
    }

    /// Closes the connections. Requests under way end as unreachable, and so does every later one.
    func shutdown() async {
        do {
            try await client.shutdown()
        } catch {
            // Thrown when it is shut down already, or a connection did not close in order: it is gone either way.
        }
    }

    private func closeLater() { Task { await shutdown() } }
}
