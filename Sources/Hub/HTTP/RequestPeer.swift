import Payments
import Synchronization

/// Which terminal sent a request, as soon as that is known: what the log says of a request that is refused.
package final class RequestPeer: Sendable {
    private let known = Mutex<TerminalID?>(nil)

    var terminal: TerminalID? { known.withLock { $0 } }

    func note(_ terminal: TerminalID) { known.withLock { $0 = terminal } }
}
