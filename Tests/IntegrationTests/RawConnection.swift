import Foundation
import Glibc
import Lab

/// Sends bytes as they are, which no HTTP library does, and takes what comes back.
enum RawConnection {
    enum Target: Sendable {
        /// 127.0.0.1.
        case port(UInt16)
        case unix(String)
    }

    /// Sends `bytes`, closes the sending side when `ending`, and reads until the other side closes or is silent for
    /// a second.
    static func exchange(_ target: Target, _ bytes: [UInt8], ending: Bool = true) async throws -> String {
        try await withCheckedThrowingContinuation { continuation in
            let thread = Thread {
                continuation.resume(with: Result { try exchangeBlocking(target, bytes, ending: ending) })
            }
            thread.name = "raw connection"
            thread.start()
        }
    }

    private static func exchangeBlocking(_ target: Target, _ bytes: [UInt8], ending: Bool) throws -> String {
        let descriptor = try connected(target)
        defer { close(descriptor) }
        var limit = timeval(tv_sec: 1, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            // The other side may rightly refuse before it has taken everything.
            guard count > 0 else { break }
            rest = rest.dropFirst(count)
        }
        if ending { shutdown(descriptor, Int32(SHUT_WR)) }
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while answer.count < 1 << 16 {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            answer += buffer[..<count]
        }
        return String(decoding: answer, as: UTF8.self)
    }

    private static func connected(_ target: Target) throws -> Int32 {
        switch target {
        case .port(let port):
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            return try connected(AF_INET, &address)
        case .unix(let path):
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
            return try connected(AF_UNIX, &address)
        }
    }

    private static func connected<Address>(_ family: Int32, _ address: inout Address) throws -> Int32 {
        let descriptor = socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        let size = socklen_t(MemoryLayout<Address>.size)
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, size) }
        }
        guard descriptor >= 0, result == 0 else { throw LabError("connect: \(String(cString: strerror(errno)))") }
        return descriptor
    }
}
