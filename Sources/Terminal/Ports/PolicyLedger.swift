import HubProtocol
import Payments

/// The ledger as the policy's explanation and the PIN's check use it.
package protocol PolicyLedger: Sendable {
    /// The newest delivered policy in force at that time; `nil` before the first.
    func policy(at now: UnixTime) async throws(LedgerError) -> CampusPolicy?

    /// The newest delivered policy, where this version of the program does not understand it; the one before it stays
    /// in force. `nil` when all is well.
    func policyNotUnderstood() async throws(LedgerError) -> UInt64?

    /// How an account's PIN is checked; `nil` when it has none.
    func pinVerifier(of account: AccountID) async throws(LedgerError) -> AccountTermsMessage.PIN?

    /// The account of a card in the replica.
    func account(of card: CardID) async throws(LedgerError) -> AccountID?

    /// What is known of the terminal, and of an account where one is given, for a decision at that time.
    func view(of account: AccountID?, at now: UnixTime) async throws(LedgerError) -> LedgerView
}
