import Glibc

/// The card's end of a connection to vpcd: messages behind a 2-byte big-endian length, over TCP on loopback.
///
/// Owned by one thread, which closes it.
struct VirtualReaderConnection {
    let descriptor: Int32

    /// Connects to a virtual reader.
    ///
    /// - Parameters:
    ///   - host: an IPv4 address 127.x.x.x.
    ///   - patience: how long the first message may take, in seconds.
    init(host: String, port: UInt16, patience: Int) throws(VirtualCardPeerError) {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        guard inet_pton(AF_INET, host, &address.sin_addr) == 1,
            UInt32(bigEndian: address.sin_addr.s_addr) >> 24 == 127
        else { throw VirtualCardPeerError(.notLoopback) }
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw .failed("socket", errno: errno) }
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else {
            let error = errno
            close(descriptor)
            throw .failed("connect", errno: error)
        }
        setOption(IPPROTO_TCP, TCP_NODELAY, 1)
        wait(atMost: patience)
    }

    /// Limits how long a receive may take, in seconds; 0 for no limit.
    func wait(atMost seconds: Int) {
        var time = timeval(tv_sec: seconds, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    }

    /// The next message; `nil` when the reader is gone or too slow.
    func receive() -> [UInt8]? {
        guard let length = receive(count: 2) else { return nil }
        return receive(count: Int(length[0]) << 8 | Int(length[1]))
    }

    /// Sends one message in one piece; `false` when the reader is gone.
    func send(_ message: [UInt8]) -> Bool {
        let bytes = [UInt8(message.count >> 8 & 0xFF), UInt8(message.count & 0xFF)] + message
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(
                    descriptor, $0.baseAddress?.advanced(by: sent), $0.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    /// The far end sees the card leave; a receive under way ends.
    func shutDown() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    private func receive(count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        var received = 0
        while received < count {
            // vpcd 3.3 sends length and body in two packets with Nagle on: without an immediate acknowledgement each
            // command waits 40 ms. The kernel takes the option back after use, so it is set every time.
            setOption(IPPROTO_TCP, TCP_QUICKACK, 1)
            let result = bytes.withUnsafeMutableBytes {
                recv(descriptor, $0.baseAddress?.advanced(by: received), $0.count - received, 0)
            }
            if result < 0 && errno == EINTR { continue }
            guard result > 0 else { return nil }
            received += result
        }
        return bytes
    }

    private func setOption(_ level: Int, _ option: Int32, _ value: Int32) {
        var value = value
        setsockopt(descriptor, Int32(level), option, &value, socklen_t(MemoryLayout<Int32>.size))
    }
}
