import Payments

/// What a person has to look at.
package protocol ExceptionStore: Sendable {
    /// Newest first.
    func exceptions(_ search: ExceptionSearch, _ page: PageRequest) async throws -> Page<ExceptionSummary>

    /// Closes an open exception with a note. Exceptions are never deleted.
    func closeException(
        _ id: Int64, _ closing: ExceptionClosing, by operator: OperatorIdentity?, now: UnixTime
    ) async throws -> ExceptionSummary
}
