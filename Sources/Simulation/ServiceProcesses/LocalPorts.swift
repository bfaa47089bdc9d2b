import Foundation
import Glibc
import Synchronization

/// TCP ports of this machine, for programs that must be told one.
package enum LocalPorts {
    /// Below the range from which Linux takes the ports of outgoing connections (32768 up), so that a port stays
    /// free while the program that listens on it is restarted.
    private static let range: ClosedRange<UInt16> = 20_000...31_999

    /// Where to look next. Each process begins somewhere else, and goes round: a port that was given out is not free
    /// only because its program does not listen yet.
    private static let next = Mutex(UInt16.random(in: range))

    /// The first of `count` neighbouring ports on which nobody listens, and that were not given out here lately.
    package static func free(count: UInt16 = 1) throws -> UInt16 {
        for _ in 0..<1000 {
            let first = next.withLock { next in
                let first = next + count - 1 > range.upperBound ? range.lowerBound : next
                next = first + count
                return first
            }
            if (first..<(first + count)).allSatisfy(isFree) { return first }
        }
        throw ServiceProcessError("no \(count) neighbouring free TCP ports in \(range)")
    }

    /// Whether somebody listens on `port`, found without connecting: for vpcd a connection is a card.
    package static func isListening(_ port: UInt16) -> Bool {
        // Columns of /proc/net/tcp: number, local address:port in hexadecimal, remote address, state; 0A is LISTEN.
        let wanted = ":" + String(format: "%04X", Int(port))
        return ["/proc/net/tcp", "/proc/net/tcp6"].contains { file in
            let table = FileManager.default.contents(atPath: file) ?? Data()
            return String(decoding: table, as: UTF8.self).split(separator: "\n").dropFirst().contains { line in
                let columns = line.split(separator: " ", maxSplits: 4)
                return columns.count > 3 && columns[1].hasSuffix(wanted) && columns[3] == "0A"
            }
        }
    }

    private static func isFree(_ port: UInt16) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
