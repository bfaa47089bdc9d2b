import Payments

/// The payment-code key file cannot be used. Numbers 3121–3139.
package struct IssuerKeyError: StableError, Equatable {
    package enum Code: Int, Sendable, CaseIterable {
        case cannotRead = 3121
        case cannotWrite = 3122
        /// Group or others may open the file.
        case readableByOthers = 3123
        case malformed = 3124
    }

    package let code: Code
    /// The path and errno; no key material.
    package let detail: String

    package init(_ code: Code, detail: String = "") {
        self.code = code
        self.detail = detail
    }

    package var number: Int { code.rawValue }

    package var message: String {
        let text =
            switch code {
            case .cannotRead: "the payment-code key file cannot be read"
            case .cannotWrite: "the payment-code key file cannot be written"
            case .readableByOthers: "the payment-code key file must have mode 0600"
            case .malformed: "the payment-code key file does not hold a key; restore it from a copy"
            }
        return detail.isEmpty ? text : "\(text) (\(detail))"
    }

    package static func == (left: Self, right: Self) -> Bool { left.code == right.code }
}
