import Payments

/// The file of the key with which the hub signs for its terminals cannot be used. Numbers 3160–3169.
package struct HubSigningKeyError: StableError, Equatable {
    package enum Code: Int, Sendable, CaseIterable {
        case cannotRead = 3160
        case cannotWrite = 3161
        /// Group or others may open the file.
        case readableByOthers = 3162
        case malformed = 3163
        /// The file holds another key than the one that this hub's terminals have pinned.
        case changed = 3164
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
            case .cannotRead: "the hub's signing-key file cannot be read"
            case .cannotWrite: "the hub's signing-key file cannot be written"
            case .readableByOthers: "the hub's signing-key file must have mode 0600"
            case .malformed: "the hub's signing-key file does not hold a key; restore it from a copy"
            case .changed:
                "the hub's signing-key file does not hold the key that terminals have pinned; restore it from a copy"
            }
        return detail.isEmpty ? text : "\(text) (\(detail))"
    }

    package static func == (left: Self, right: Self) -> Bool { left.code == right.code }
}
