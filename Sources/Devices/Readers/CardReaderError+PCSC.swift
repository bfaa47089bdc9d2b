import PCSC
import Terminal

extension CardReaderError {
    /// The lane's view of a PC/SC error.
    init(_ error: PCSCError) {
        self.init(Self.code(for: error.code), detail: error.description)
    }

    /// The one table from the service's codes to the lane's. Codes that do not name a cause count as a failed
    /// exchange: the lane then treats the card's state as unknown, which is always safe.
    private static func code(for code: PCSCError.Code) -> Code {
        switch code {
        case .noService, .serviceStopped, .shutdown, .systemCancelled, .serviceConnectionLost, .internalError,
            .serverTooBusy, .noMemory, .securityViolation:
            .serviceUnavailable
        case .unknownReader, .readerUnavailable, .noReadersAvailable, .invalidHandle, .invalidValue:
            .readerUnavailable
        case .sharingViolation: .readerInUse
        case .noSmartCard: .noCard
        case .removedCard: .cardRemoved
        case .resetCard: .cardReset
        case .unresponsiveCard, .unpoweredCard, .unsupportedCard, .protocolMismatch: .unresponsiveCard
        case .timeout, .waitedTooLong: .timedOut
        case .notTransacted, .shortAnswer, .insufficientBuffer, .communicationDataLost, .notReady, .cancelled,
            .unsupportedFeature, .unknownError, .unrecognized:
            .communication
        }
    }
}
