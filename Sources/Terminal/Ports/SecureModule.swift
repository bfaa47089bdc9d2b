import Payments
import SmartCards

/// The secure module (PSAM) that holds the purchase keys: it makes MAC1 and checks MAC2, so that no key of the
/// campus is in the daemon.
///
/// A module remembers one purchase at a time. A session therefore lasts from the initialization to the check, and the
/// next lane's initialization waits until it is over; every session ends with exactly one ``credit(mac2:session:)`` or
/// ``abandon(_:)``.
package protocol SecureModule: Sendable {
    /// Whether this is the lab's soft module. Status and start-up say so loudly.
    var isSoft: Bool { get }

    /// INIT_SAM_FOR_PURCHASE (80 70): the module takes its next terminal transaction serial and computes MAC1.
    func initializeForPurchase(
        _ request: SecureModuleRequest
    ) async throws(SecureModuleError) -> SecureModuleSession

    /// CREDIT_SAM_FOR_PURCHASE (80 72): checks the card's MAC2 and ends the session.
    ///
    /// - Returns: whether the card proved that it holds the key.
    func credit(mac2: [UInt8], session: SecureModuleSession) async throws(SecureModuleError) -> Bool

    /// Ends a session without a check: the card left, or refused. A wrong MAC2 is never made up for this, because the
    /// module counts them.
    func abandon(_ session: SecureModuleSession) async
}

/// An initialized purchase in the secure module.
package struct SecureModuleSession: Sendable, Hashable {
    /// Tells this session from an earlier one.
    package let number: UInt64
    package let answer: SecureModuleAnswer

    package init(number: UInt64, answer: SecureModuleAnswer) {
        self.number = number
        self.answer = answer
    }
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
