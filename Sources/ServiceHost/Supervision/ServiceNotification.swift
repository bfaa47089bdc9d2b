import FoundationEssentials
import Glibc
import Payments

/// Tells systemd how the service is doing: the datagram protocol of sd_notify(3), without its library.
///
/// Without `NOTIFY_SOCKET`, that is outside of systemd, every message goes nowhere.
package struct ServiceNotification: Sendable {
    /// What became of a message. systemd never answers, so sent is all that can be known.
    package enum Outcome: Sendable, Equatable {
        case sent
        /// Nobody asked to be told.
        case notSupervised
        case failed(errno: Int32)
    }

    /// Longest status text sent, in bytes; it is one line of `systemctl status`.
    static let statusMaximum = 200

    private let socketName: String?

    /// - Parameter environment: the process's environment.
    package init(environment: [String: String] = ProcessInfo.processInfo.environment) {
        socketName = environment["NOTIFY_SOCKET"].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The service works; also ends a reload.
    @discardableResult
    package func ready() -> Outcome { send(["READY=1"]) }

    /// One line for `systemctl status`. Personal data does not belong here.
    @discardableResult
    package func status(_ text: String) -> Outcome {
        var line = ""
        for scalar in text.unicodeScalars {
            line.unicodeScalars.append(scalar.isPrintable ? scalar : " ")
            if line.utf8.count >= Self.statusMaximum { break }
        }
        return send(["STATUS=\(line)"])
    }

    /// The service reads its configuration again; ``ready()`` follows. Both lines must be in one datagram, or
    /// systemd 253 and later fail the reload.
    @discardableResult
    package func reloading() -> Outcome {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        let microseconds = Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
        return send(["RELOADING=1", "MONOTONIC_USEC=\(microseconds)"])
    }

    /// The service has begun to stop.
    @discardableResult
    package func stopping() -> Outcome { send(["STOPPING=1"]) }

    /// The work goes on. Sent from the loop that does the work, never from a timer of its own: a frozen loop must be
    /// noticed.
    @discardableResult
    package func watchdog() -> Outcome { send(["WATCHDOG=1"]) }

    private func send(_ assignments: [String]) -> Outcome {
        guard let socketName else { return .notSupervised }
        guard let (address, length) = Self.address(socketName) else { return .failed(errno: EAFNOSUPPORT) }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return .failed(errno: errno) }
        defer { close(descriptor) }
        // A full queue at the other end must not stop the service for longer than this.
        var patience = timeval(tv_sec: 1, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        let message = Array(assignments.joined(separator: "\n").utf8)
        let sent = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(descriptor, message, message.count, Int32(MSG_NOSIGNAL), $0, length)
            }
        }
        return sent == message.count ? .sent : .failed(errno: errno)
    }

    /// The socket's address: a path, or after `@` a name in the abstract namespace, which starts with a zero byte and
    /// is not ended by one. `nil` for another kind, or a name that does not fit.
    static func address(_ name: String) -> (sockaddr_un, socklen_t)? {
        var bytes = Array(name.utf8)
        switch bytes.first {
        case UInt8(ascii: "/"): bytes.append(0)
        case UInt8(ascii: "@"): bytes[0] = 0
        default: return nil
        }
        var address = sockaddr_un()
        guard bytes.count <= MemoryLayout.size(ofValue: address.sun_path),
            let offset = MemoryLayout<sockaddr_un>.offset(of: \.sun_path)
        else { return nil }
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        return (address, socklen_t(offset + bytes.count))
    }
}
