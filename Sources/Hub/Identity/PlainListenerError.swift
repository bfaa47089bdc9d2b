import Payments

/// The hub was told to serve terminals without TLS beyond its own machine: secrets and accounts would go over the
/// network for everybody to read. Numbers 4351–4359.
package struct PlainListenerError: StableError, Equatable {
    package enum Code: Int, Sendable, CaseIterable {
        case notLoopback = 4351
    }

    package let code: Code

    package init(_ code: Code) { self.code = code }

    package var number: Int { code.rawValue }

    package var message: String {
        switch code {
        case .notLoopback: "without TLS the hub listens on loopback only (127.0.0.1, ::1); terminals elsewhere use TLS"
        }
    }
}
