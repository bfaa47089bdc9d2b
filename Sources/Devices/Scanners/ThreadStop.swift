import Glibc
import Synchronization
import Terminal

/// Asks one thread to end while it waits in `poll`, and tells when it has ended.
final class ThreadStop: Sendable {
    private struct State {
        var ended = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    /// Becomes readable when the thread shall end. Valid until ``markEnded()``.
    let readEnd: Int32
    private let writeEnd: Int32
    private let state = Mutex(State())

    init() throws(CodeScannerError) {
        var ends: [Int32] = [-1, -1]
        // A socket pair, because it is born close-on-exec: there is no moment at which a child could inherit it.
        let type = SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
        guard socketpair(AF_UNIX, Int32(type), 0, &ends) == 0 else {
            throw CodeScannerError(.scannerUnavailable, detail: "socketpair: errno \(errno)")
        }
        readEnd = ends[0]
        writeEnd = ends[1]
    }

    /// Wakes the thread. Does nothing when it has ended.
    func request() {
        state.withLock { state in
            guard !state.ended else { return }
            // Fails only when the socket is full, and then the thread has been asked often enough.
            var byte: UInt8 = 1
            _ = write(writeEnd, &byte, 1)
        }
    }

    /// The thread's last call.
    func markEnded() {
        let waiters = state.withLock { state in
            state.ended = true
            close(readEnd)
            close(writeEnd)
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Returns when the thread has ended.
    func waitUntilEnded() async {
        await withCheckedContinuation { continuation in
            let hasEnded = state.withLock { state in
                if !state.ended { state.waiters.append(continuation) }
                return state.ended
            }
            if hasEnded { continuation.resume() }
        }
    }
}
