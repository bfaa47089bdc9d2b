import Payments

/// What a person has to look at.
package protocol ExceptionStore: Sendable {
    /// Newest first.
    func exceptions(_ filter: ExceptionFilter, _ page: PageRequest) async throws -> Page<ExceptionSummary>

    /// Closes an open exception with a note. Exceptions are never deleted.
    func closeException(_ id: Int64, note: String, now: UnixTime) async throws -> ExceptionSummary
}
