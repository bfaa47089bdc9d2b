import Payments
import SmartCards

/// The secure module (PSAM) that holds the purchase keys: it makes MAC1 and checks MAC2, so that no key of the
/// campus is in the daemon.
///
/// A module remembers one purchase at a time. A session therefore lasts from the initialization to the check, and the
/// next lane's initialization waits until it is over, in the order of arrival; every session ends with exactly one
/// ``credit(mac2:session:)`` or ``abandon(_:)``. A lane that never ends its session loses it to the next one after a
/// while.
///
/// A module counts wrong MAC2 values and locks its key in the end. So only a value that a card gave in answer to the
/// DEBIT of this very session is ever handed to ``credit(mac2:session:)``: no value made up, none from a transaction
/// proof (GET TRANSACTION PROVE), none of zeros only.
package protocol SecureModule: Sendable {
    /// Whether this is the lab's soft module. Status and start-up say so loudly.
    var isSoft: Bool { get }

    /// How the module is now, as far as is known without asking it.
    func status() async -> SecureModuleStatus

    /// INIT_SAM_FOR_PURCHASE (80 70): the module takes its next terminal transaction serial and computes MAC1.
    func initializeForPurchase(
        _ request: SecureModuleRequest
    ) async throws(SecureModuleError) -> SecureModuleSession

    /// CREDIT_SAM_FOR_PURCHASE (80 72): checks the card's MAC2 and ends the session, whatever comes of it. It is never
    /// repeated, because a repetition would count.
    ///
    /// - Returns: whether the card proved that it holds the key.
    /// - Throws: when nobody knows: the card is then neither genuine nor refused.
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

/// What is known about the secure module without asking it.
package struct SecureModuleStatus: Sendable, Equatable {
    /// The module in one word.
    package enum Condition: String, Sendable, CaseIterable {
        case ready
        /// Nothing in the slot, no reader, or no smart-card service.
        case absent
        case wrongTerminal = "wrong_terminal"
        /// Refused by us after wrong MAC2 values, before the module locks its key.
        case guarded
        /// There, but not usable; the fault says why.
        case faulty
    }

    /// Why no purchase is possible; `nil` for a module that is ready.
    package var fault: SecureModuleError?
    /// The terminal number that the module gave; `nil` before it was read.
    package var terminal: TerminalID?
    /// The last four digits of the module's own serial number; `nil` before it was read.
    package var serialEnding: String?
    /// Wrong, or possibly wrong, MAC2 values since the last right one.
    package var wrongMAC2Count: Int

    package init(
        fault: SecureModuleError? = nil, terminal: TerminalID? = nil, serialEnding: String? = nil,
        wrongMAC2Count: Int = 0
    ) {
        self.fault = fault
        self.terminal = terminal
        self.serialEnding = serialEnding
        self.wrongMAC2Count = wrongMAC2Count
    }

    package var condition: Condition {
        switch fault?.code {
        case nil: .ready
        case .unavailable: .absent
        case .wrongTerminal: .wrongTerminal
        case .guarded: .guarded
        default: .faulty
        }
    }
}

/// The secure module could not answer. Numbers 1201–1249.
package struct SecureModuleError: StableError, Equatable {
    package enum Code: Int, Sendable, CaseIterable {
        case unavailable = 1201
        /// The module refused the command (status word in the detail).
        case refused = 1202
        /// The soft module's serial file cannot be written: without it a serial could be used twice.
        case serialNotDurable = 1203
        /// The module's terminal number is not the configured one (both in the detail).
        case wrongTerminal = 1204
        /// Too many wrong MAC2 values in a row; an operator must look.
        case guarded = 1205
        /// The module gave a terminal serial that is not above its last one.
        case serialNotAdvancing = 1206
        case locked = 1207
        /// The card in the slot has not the files or the application of a secure module.
        case notASecureModule = 1208
        case malformedAnswer = 1209
        /// The module was pulled out, reset, or its service restarted while the session was open.
        case sessionLost = 1210
        /// The session was not ended in time while another lane waited.
        case sessionExpired = 1211
        /// Another lane has the module, for longer than this one waits.
        case busy = 1212
        /// MAC2 has a wrong length or is all zeros: the module was not asked.
        case checkNotPossible = 1213
        /// The module was asked, and its answer is lost or says nothing.
        case notChecked = 1214
        case recordNotDurable = 1215
        case recordDamaged = 1216
        /// There, but an exchange with it failed (step and cause in the detail).
        case noAnswer = 1217
    }

    package let code: Code
    /// Call and status word or errno, or terminal numbers; no key material.
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
            case .wrongTerminal: "the secure module belongs to another terminal"
            case .guarded: "the secure module is guarded after wrong MAC2 values; an operator must release it"
            case .serialNotAdvancing: "the secure module's serial did not advance: it was swapped or copied"
            case .locked: "the secure module or its key is locked"
            case .notASecureModule: "the card in the slot is not a secure module of this campus"
            case .malformedAnswer: "the secure module's answer breaks its format"
            case .sessionLost: "the secure module lost the purchase: it was pulled out or reset"
            case .sessionExpired: "the purchase took too long and lost the secure module to another lane"
            case .busy: "the secure module is busy with another lane"
            case .checkNotPossible: "there is no MAC2 that the secure module could check"
            case .notChecked: "the secure module did not say whether MAC2 is right"
            case .recordNotDurable: "what must be kept about the secure module cannot be stored"
            case .recordDamaged: "the record about the secure module is damaged or cannot be read"
            case .noAnswer: "the secure module did not answer"
            }
        return detail.isEmpty ? text : "\(text) (\(detail))"
    }

    package static func == (left: Self, right: Self) -> Bool { left.code == right.code }
}
