import Payments

/// Something that the daemon needs to start is there but cannot be used. Numbers 5101–5199.
package struct DaemonError: StableError, Equatable {
    package enum Code: Int, Sendable, CaseIterable {
        case terminalSecretMalformed = 5101
        case labKeyMalformed = 5102
        case hubWithoutTLS = 5151
    }

    package let code: Code

    package init(_ code: Code) { self.code = code }

    package var number: Int { code.rawValue }

    package var message: String {
        switch code {
        case .terminalSecretMalformed:
            "the terminal secret is not what \"till-hub terminal register\" gave out (hexadecimal digits)"
        case .hubWithoutTLS: "hub.url has no https: a terminal that reaches its hub without TLS has no certificate"
        case .labKeyMalformed: "the lab key file does not hold 32 hexadecimal digits"
        }
    }
}
