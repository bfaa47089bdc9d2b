import Payments
import SmartCards

/// The secure module (PSAM) that holds the purchase keys: it makes MAC1 and checks MAC2, so that no key of the
/// campus is in the daemon.
package protocol SecureModule: Sendable {
    /// Whether this is the lab's soft module. Status and start-up say so loudly.
    var isSoft: Bool { get }

    /// INIT_SAM_FOR_PURCHASE (80 70): the module takes its next terminal transaction serial and computes MAC1.
    func initializeForPurchase(
        _ request: SecureModuleRequest
    ) async throws(SecureModuleError) -> SecureModuleAnswer

    /// CREDIT_SAM_FOR_PURCHASE (80 72): checks the card's MAC2 of the purchase just initialized.
    ///
    /// - Returns: whether the card proved that it holds the key.
    func credit(mac2: [UInt8]) async throws(SecureModuleError) -> Bool
}

/// The secure module could not answer. Numbers 1201–1299.
package struct SecureModuleError: StableError, Equatable {
    package enum Code: Int, Sendable, CaseIterable {
        case unavailable = 1201
        /// The module refused the command (status word in the detail).
        case refused = 1202
        /// The soft module's serial file cannot be written: without it a serial could be used twice.
        case serialNotDurable = 1203
    }

    package let code: Code
    /// Call and status word or errno; no key material.
    package let detail: String

    package init(_ code: Code, detail: String = "") {
        self.code = code
        self.detail = detail
    }

    package var number: Int { code.rawValue }

    package var message: String {
        let text =
            switch code {
            case .unavailable: "the secure module is not available"
            case .refused: "the secure module refused the command"
            case .serialNotDurable: "the secure module cannot store its serial number"
            }
        return detail.isEmpty ? text : "\(text) (\(detail))"
    }

    package static func == (left: Self, right: Self) -> Bool { left.code == right.code }
}
