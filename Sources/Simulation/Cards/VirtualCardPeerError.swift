import Glibc
import Payments

/// The virtual card could not be put on its virtual reader. Numbers 1461–1469, lab only.
package struct VirtualCardPeerError: StableError, Equatable {
    package enum Code: Int, Sendable, CaseIterable {
        /// The host is not an IPv4 loopback address: a simulated card must not reach another machine's reader.
        case notLoopback = 1461
        /// The virtual reader does not listen.
        case notConnected = 1462
        /// The virtual reader took the card but did not power it in time, or let go of it.
        case notPoweredOn = 1463
        case alreadyInserted = 1464
    }

    package let code: Code
    /// The system call and its error text.
    package let detail: String

    init(_ code: Code, detail: String = "") {
        self.code = code
        self.detail = detail
    }

    static func failed(_ call: String, errno: Int32) -> Self {
        Self(.notConnected, detail: "\(call): \(String(cString: strerror(errno)))")
    }

    package var number: Int { code.rawValue }

    package var message: String {
        let text =
            switch code {
            case .notLoopback: "a virtual card connects to 127.x.x.x only"
            case .notConnected: "the virtual reader cannot be reached"
            case .notPoweredOn: "the virtual reader did not power the card"
            case .alreadyInserted: "the virtual card is inserted already"
            }
        return detail.isEmpty ? text : "\(text) (\(detail))"
    }

    package static func == (left: Self, right: Self) -> Bool { left.code == right.code }
}
