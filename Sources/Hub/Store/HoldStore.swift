import Payments

/// Holds: money set aside for a transaction that a terminal has not concluded.
package protocol HoldStore: Sendable {
    /// Decides a hold and stores the answer, or gives the stored answer again.
    ///
    /// - Throws: ``HubRefusalError`` when the request as such cannot be taken.
    func placeHold(
        _ request: HoldTerms, _ said: HoldCircumstances, terminal: TerminalID, rules: HoldRules, now: UnixTime
    ) async throws -> HoldVerdict

    /// Holds, newest first.
    ///
    /// - Parameters:
    ///   - account: only this account's, when given.
    ///   - activeOnly: only those in state `held`.
    func holds(account: AccountID?, activeOnly: Bool, _ page: PageRequest) async throws -> Page<HoldSummary>
}
