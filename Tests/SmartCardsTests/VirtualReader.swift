import Foundation
import Glibc
import Testing

/// The reader's end of the vpcd protocol, for tests of the card's end: listens on loopback, takes one card at a time.
final class VirtualReader: Sendable {
    let port: UInt16
    private let listener: Int32

    init() throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        try #require(listener >= 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let isListening = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 4) == 0 && getsockname(listener, $0, &length) == 0
            }
        }
        try #require(isListening)
        port = UInt16(bigEndian: address.sin_port)
    }

    deinit { close(listener) }

    /// Takes the next card and does `body` with it on a thread of its own; the card is then let go.
    func withNextCard<Value: Sendable>(_ body: @escaping @Sendable (Slot) -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            Thread { [self] in
                let slot = Slot(descriptor: accept(listener, nil, nil))
                let value = body(slot)
                close(slot.descriptor)
                continuation.resume(returning: value)
            }.start()
        }
    }

    /// The connection to one card.
    struct Slot: Sendable {
        let descriptor: Int32

        func powerOn() { send([0x01]) }
        func powerOff() { send([0x00]) }
        func reset() { send([0x02]) }

        /// `nil` when the card is gone.
        func answerToReset() -> [UInt8]? { exchange([0x04]) }

        /// One command in two packets, as vpcd 3.3 sends it; `nil` when the card is gone.
        func exchange(_ message: [UInt8]) -> [UInt8]? {
            send(message)
            guard let length = receive(2) else { return nil }
            return receive(Int(length[0]) << 8 | Int(length[1]))
        }

        /// Returns when the card has left.
        func waitForRemoval() { _ = receive(1) }

        private func send(_ message: [UInt8]) {
            let length = [UInt8(message.count >> 8), UInt8(message.count & 0xFF)]
            _ = Glibc.send(descriptor, length, 2, Int32(MSG_NOSIGNAL))
            _ = Glibc.send(descriptor, message, message.count, Int32(MSG_NOSIGNAL))
        }

        private func receive(_ count: Int) -> [UInt8]? {
            var bytes = [UInt8](repeating: 0, count: count)
            guard count > 0 else { return [] }
            return recv(descriptor, &bytes, count, Int32(MSG_WAITALL)) == count ? bytes : nil
        }
    }
}
