import Foundation
import Glibc
import Lab
import Synchronization

/// A TCP port of 127.0.0.1 that a test answers itself, connection by connection, on threads of its own.
final class LoopbackListener: Sendable {
    private let socket: Int32
    private let isOver = Mutex(false)

    /// - Parameter serve: gets each connection on a thread of its own, and closes it.
    init(port: UInt16, _ serve: @escaping @Sendable (Int32) -> Void) throws {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var on: Int32 = 1
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        let bound = Self.withAddress(port) { bind(socket, $0, $1) }
        guard socket >= 0, bound == 0, listen(socket, 64) == 0 else {
            throw LabError("port \(port): \(String(cString: strerror(errno)))")
        }
        let thread = Thread { [self] in answer(serve) }
        thread.name = "listener"
        thread.start()
    }

    /// Lets go of the port. Connections stay.
    func stop() {
        isOver.withLock { $0 = true }
        // Wakes the thread, which closes the socket.
        shutdown(socket, Int32(SHUT_RDWR))
    }

    private func answer(_ serve: @escaping @Sendable (Int32) -> Void) {
        while !isOver.withLock({ $0 }) {
            let connection = Glibc.accept(socket, nil, nil)
            guard connection >= 0 else { continue }
            let thread = Thread { serve(connection) }
            thread.name = "connection"
            thread.start()
        }
        close(socket)
    }

    /// A connection to `port` of 127.0.0.1; negative when nobody listens.
    static func connection(to port: UInt16) -> Int32 {
        let descriptor = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard withAddress(port, { connect(descriptor, $0, $1) }) != 0 else { return descriptor }
        close(descriptor)
        return -1
    }

    private static func withAddress(_ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
