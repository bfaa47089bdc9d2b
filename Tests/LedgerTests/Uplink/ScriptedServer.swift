import Foundation
import Synchronization

/// A server on the loopback interface that does exactly what a test says, byte by byte, wrong things included. Every
/// connection gets a thread of its own.
final class ScriptedServer: Sendable {
    /// A request as it came over the wire.
    struct Request: Sendable {
        let head: String
        let body: String

        var line: String { String(head.prefix(while: { $0 != "\r\n" })) }
    }

    /// The server's end of one connection.
    struct Connection: Sendable {
        let descriptor: Int32

        /// The next request; `nil` when the client has gone.
        func receive() -> Request? {
            var bytes: [UInt8] = []
            let end = Array("\r\n\r\n".utf8)
            while true {
                if let start = bytes.firstRange(of: end) {
                    let head = String(decoding: bytes[..<start.lowerBound], as: UTF8.self)
                    let length = head.lowercased().split(separator: "\r\n")
                        .first { $0.hasPrefix("content-length:") }
                        .flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) }
                    if bytes.count - start.upperBound >= length ?? 0 {
                        return Request(head: head, body: String(decoding: bytes[start.upperBound...], as: UTF8.self))
                    }
                }
                var chunk = [UInt8](repeating: 0, count: 65_536)
                let count = recv(descriptor, &chunk, chunk.count, 0)
                guard count > 0 else { return nil }
                bytes += chunk.prefix(count)
            }
        }

        /// Whether the client still took it.
        @discardableResult
        func send(_ text: String) -> Bool {
            var rest = Array(text.utf8)[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes {
                    Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                guard count > 0 else { return false }
                rest = rest.dropFirst(count)
            }
            return true
        }

        func answer(_ body: String, status: String = "200 OK") {
            let head = "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n"
            send("HTTP/1.1 \(status)\r\n\(head)\r\n\(body)")
        }

        /// Makes the close that follows a reset (RST) instead of an orderly end.
        func resetOnClose() {
            var option = linger(l_onoff: 1, l_linger: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        }

        /// Waits until the client has gone.
        func waitForEnd() {
            while receive() != nil {}
        }
    }

    let port: UInt16
    private let listener: Int32
    private let state = Mutex<(requests: [Request], connections: Int)>(([], 0))

    /// - Parameter script: what happens on a connection, which is closed afterwards.
    init(_ script: @escaping @Sendable (Connection, ScriptedServer) -> Void) throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(listener, generic, length) == 0 && listen(listener, 16) == 0
                    && getsockname(listener, generic, &length) == 0
            }
        }
        guard bound else { throw CocoaError(.fileNoSuchFile) }
        port = UInt16(bigEndian: address.sin_port)
        Thread { [weak self] in
            while true {
                let descriptor = accept(listener, nil, nil)
                guard descriptor >= 0, let self else {
                    // Only here: another test's socket could get the number while this thread still accepts on it.
                    close(listener)
                    return
                }
                self.state.withLock { $0.connections += 1 }
                Thread {
                    script(Connection(descriptor: descriptor), self)
                    close(descriptor)
                }.start()
            }
        }.start()
    }

    var address: String { "http://127.0.0.1:\(port)" }
    var requests: [Request] { state.withLock { $0.requests } }
    var connections: Int { state.withLock { $0.connections } }

    func note(_ request: Request) { state.withLock { $0.requests.append(request) } }

    /// Stops listening: later connections are refused.
    func stop() { shutdown(listener, Int32(SHUT_RDWR)) }
}
