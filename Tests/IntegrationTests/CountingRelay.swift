import Foundation
import Glibc
import Lab
import Synchronization

/// A wire between terminal and hub that counts the connections, each of which is one handshake, and can cut them.
final class CountingRelay: Sendable {
    private struct State {
        var count = 0
        var open: Set<Int32> = []
    }

    private let state: Line
    private let listener: LoopbackListener

    /// What its connections share.
    private final class Line: Sendable {
        let state = Mutex(State())
    }

    init(port: UInt16, to hub: UInt16) throws {
        let line = Line()
        state = line
        listener = try LoopbackListener(port: port) { Self.carry($0, to: hub, line) }
    }

    /// Connections that reached the hub so far.
    var count: Int { state.state.withLock { $0.count } }

    /// Ends all connections, as a hub does that loses its power.
    func cut() { state.state.withLock { $0.open.forEach { shutdown($0, Int32(SHUT_RDWR)) } } }

    func stop() {
        listener.stop()
        cut()
    }

    private static func carry(_ terminal: Int32, to port: UInt16, _ line: Line) {
        let hub = LoopbackListener.connection(to: port)
        guard hub >= 0 else {
            close(terminal)
            return
        }
        line.state.withLock { state in
            state.count += 1
            state.open.formUnion([terminal, hub])
        }
        let back = DispatchSemaphore(value: 0)
        let thread = Thread {
            pump(from: hub, to: terminal)
            back.signal()
        }
        thread.start()
        pump(from: terminal, to: hub)
        back.wait()
        // Under the lock: a number that is closed may at once be another connection's.
        line.state.withLock { state in
            for descriptor in [terminal, hub] {
                state.open.remove(descriptor)
                close(descriptor)
            }
        }
    }

    /// Until either end closes; then the other learns it.
    private static func pump(from source: Int32, to target: Int32) {
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = recv(source, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            var sent = 0
            while sent < count {
                let step = buffer.withUnsafeBytes {
                    send(target, $0.baseAddress?.advanced(by: sent), count - sent, Int32(MSG_NOSIGNAL))
                }
                guard step > 0 else { break }
                sent += step
            }
            if sent < count { break }
        }
        shutdown(target, Int32(SHUT_RDWR))
        shutdown(source, Int32(SHUT_RDWR))
    }
}
