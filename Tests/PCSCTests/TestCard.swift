import Foundation
import Glibc
import Synchronization

/// A minimal card on vpcd's socket, with faults. A connection is a card in the field.
///
/// vpcd's messages are a 16-bit length, most significant byte first, and as many bytes. One byte is a control:
/// 0 off, 1 on, 2 reset, 4 asks for the answer to reset; anything longer is a command APDU.
final class TestCard: Sendable {
    enum Reply {
        case answer([UInt8])
        /// The card leaves the field instead of answering.
        case leave
        /// The card stays and says nothing.
        case silence
    }

    /// T=1, no historical bytes.
    static let answerToReset: [UInt8] = [0x3B, 0x80, 0x80, 0x01, 0x01]
    static let success: [UInt8] = [0x90, 0x00]

    private let socket: Int32
    private let answerToReset: [UInt8]
    private let reply: @Sendable ([UInt8]) -> Reply
    private let isOpen = Mutex(true)

    /// Puts a card into the field of the reader on `port`. `reply` runs on the card's own thread and may block it.
    init(
        port: UInt16, answerToReset: [UInt8] = TestCard.answerToReset,
        reply: @escaping @Sendable ([UInt8]) -> Reply = { _ in .answer(success) }
    ) throws {
        self.answerToReset = answerToReset
        self.reply = reply
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let socket = socket
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0 else {
            let reason = String(cString: strerror(errno))
            close(socket)
            throw Failure(description: "no reader on port \(port): \(reason)")
        }
        let thread = Thread { [self] in serve() }
        thread.name = "card"
        thread.start()
    }

    struct Failure: Error, CustomStringConvertible { let description: String }

    /// Takes the card out of the field.
    func leave() {
        isOpen.withLock { if $0 { shutdown(socket, Int32(SHUT_RDWR)) } }
    }

    private func serve() {
        while let message = receive() {
            if message.count == 1 {
                if message[0] == 4 { send(answerToReset) }
                continue
            }
            switch reply(message) {
            case .answer(let bytes): send(bytes)
            case .silence: continue
            case .leave: leave()
            }
        }
        isOpen.withLock { isOpen in
            isOpen = false
            close(socket)
        }
    }

    private func receive() -> [UInt8]? {
        guard let header = receive(count: 2) else { return nil }
        return receive(count: Int(header[0]) << 8 | Int(header[1]))
    }

    private func receive(count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            // vpcd 3.3 sends length and body apart; a delayed acknowledgement would hold the body back for 40 ms.
            var quick: Int32 = 1
            setsockopt(socket, Int32(IPPROTO_TCP), TCP_QUICKACK, &quick, socklen_t(MemoryLayout<Int32>.size))
            let received = bytes[done...].withUnsafeMutableBytes { recv(socket, $0.baseAddress, $0.count, 0) }
            if received <= 0 { return nil }
            done += received
        }
        return bytes
    }

    private func send(_ bytes: [UInt8]) {
        let message = [UInt8(bytes.count >> 8), UInt8(bytes.count & 0xFF)] + bytes
        _ = Glibc.send(socket, message, message.count, Int32(MSG_NOSIGNAL))
    }
}
