import Payments

/// The exceptions as a list that persons work through: open, assigned, resolved, and open again after a mistake.
package protocol WorkListStore: Sendable {
    /// One exception with its history. Refused with `notFound`.
    func exception(_ id: Int64) async throws -> ExceptionReport

    /// Gives an open exception to somebody, or to nobody.
    func assignException(
        _ id: Int64, to assignee: String?, by operator: OperatorIdentity, now: UnixTime
    ) async throws -> ExceptionSummary

    /// Writes down what somebody found; open or closed, the exception stays as it is.
    func noteException(
        _ id: Int64, note: String, by operator: OperatorIdentity, now: UnixTime
    ) async throws -> ExceptionReport

    /// Undoes a closing.
    ///
    /// - Throws: ``HubRefusalError`` when it is open, or the same finding is open again under another number.
    func reopenException(
        _ id: Int64, note: String, by operator: OperatorIdentity, now: UnixTime
    ) async throws -> ExceptionSummary

    /// Lists a posted sale as contested. While that is open the same request changes nothing.
    func contest(_ request: ContestRequest, by operator: OperatorIdentity, now: UnixTime) async throws
        -> ExceptionSummary
}
