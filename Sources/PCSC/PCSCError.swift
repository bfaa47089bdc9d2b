/// A PC/SC call failed for a reason outside this program.
///
/// Calls that are wrong in themselves (a null pointer, a handle that the library never gave out) stop the process
/// instead: see ``Operation/check(_:context:)``.
package struct PCSCError: Error, Equatable, Sendable {
    /// What the service said, by the names of PC/SC Part 5 in this project's spelling.
    package enum Code: UInt32, Sendable, CaseIterable {
        case internalError = 0x8010_0001
        case cancelled = 0x8010_0002
        /// The service no longer knows the handle: the reader behind it went away.
        case invalidHandle = 0x8010_0003
        case noMemory = 0x8010_0006
        case waitedTooLong = 0x8010_0007
        case insufficientBuffer = 0x8010_0008
        case unknownReader = 0x8010_0009
        case timeout = 0x8010_000A
        case sharingViolation = 0x8010_000B
        case noSmartCard = 0x8010_000C
        case protocolMismatch = 0x8010_000F
        case notReady = 0x8010_0010
        /// Also what pcscd 1.9.9 answers to a card handle whose reader was unplugged.
        case invalidValue = 0x8010_0011
        case systemCancelled = 0x8010_0012
        /// The connection to the service broke: pcscd died during the call.
        case serviceConnectionLost = 0x8010_0013
        case unknownError = 0x8010_0014
        case notTransacted = 0x8010_0016
        case readerUnavailable = 0x8010_0017
        case shutdown = 0x8010_0018
        case noService = 0x8010_001D
        case serviceStopped = 0x8010_001E
        case unsupportedFeature = 0x8010_001F
        case noReadersAvailable = 0x8010_002E
        case communicationDataLost = 0x8010_002F
        case serverTooBusy = 0x8010_0031
        case unsupportedCard = 0x8010_0065
        case unresponsiveCard = 0x8010_0066
        case unpoweredCard = 0x8010_0067
        case resetCard = 0x8010_0068
        case removedCard = 0x8010_0069
        /// Polkit refused (Debian 13 and later; Debian 12's pcscd is built without it).
        case securityViolation = 0x8010_006A

        /// Success with fewer than two bytes of answer. Not a code of the service: pcscd 1.9.9 reports a card that
        /// was pulled inside an exchange as success with no bytes, and every answer ends in two status bytes.
        case shortAnswer = 0x0000_0001
        /// A code that is not in this list; ``PCSCError/rawValue`` has it.
        case unrecognized = 0xFFFF_FFFF

        /// Whether the context is of no more use and a new one must be established. pcscd never takes up the
        /// contexts of its predecessor, although SCardIsValidContext goes on to call them valid.
        package var endsContext: Bool {
            switch self {
            case .serviceConnectionLost, .noService, .serviceStopped, .shutdown, .systemCancelled, .internalError: true
            default: false
            }
        }
    }

    package let code: Code
    package let operation: Operation
    /// The service's own number; 0 for ``Code/shortAnswer``.
    package let rawValue: UInt32

    init(_ code: Code, _ operation: Operation, rawValue: UInt32) {
        self.code = code
        self.operation = operation
        self.rawValue = rawValue
    }
}

extension PCSCError: CustomStringConvertible {
    /// `SCardConnect 0x8010000C noSmartCard`. Never holds bytes of a card.
    package var description: String {
        let digits = String(rawValue, radix: 16, uppercase: true)
        let padding = String(repeating: "0", count: 8 - digits.count)
        return "\(operation.rawValue) 0x\(padding)\(digits) \(code)"
    }
}
