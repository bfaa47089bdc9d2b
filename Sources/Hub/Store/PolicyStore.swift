import HubProtocol
import Payments

/// The campus policy and what it asks about accounts' holders.
package protocol PolicyStore: Sendable {
    /// Notes what a terminal has of the hub's documents, and lists one that cannot read the newest policy.
    func noteStanding(_ standing: TerminalStanding, of terminal: TerminalID, now: UnixTime) async throws

    /// Signs and stores a new version; terminals get it with their next changes.
    ///
    /// - Throws: ``HubRefusalError`` with ``HubRefusal/policyInvalid`` that names every bad value, or
    ///   ``HubRefusal/policyNotNewer``.
    func setPolicy(_ policy: NewPolicy, now: UnixTime) async throws -> PolicySummary

    /// The newest version. Refused with `notFound` before the first.
    func policy() async throws -> PolicySummary

    /// All versions, newest first.
    func policies(_ page: PageRequest) async throws -> Page<PolicySummary>

    /// Class, limits and PIN of an account. Refused with `notFound` when there is no such account.
    func terms(of account: AccountID, now: UnixTime) async throws -> AccountTermsSummary

    /// Replaces class and limits.
    func setTerms(_ terms: AccountTermsChange, of account: AccountID, now: UnixTime) async throws
        -> AccountTermsSummary

    /// Sets a PIN, or clears the wrong tries when none is given.
    func setPIN(_ pin: PINHash?, of account: AccountID, now: UnixTime) async throws -> AccountTermsSummary

    /// Gives subsidy to an account. All subsidy of an account ends at the same time: what is left of an earlier one
    /// must have expired first.
    func grantSubsidy(_ grant: SubsidyGrant, to account: AccountID, now: UnixTime) async throws -> SubsidyReceipt

    /// Takes back what is left of a subsidy that has ended; what was overspent of it becomes the account's cash debt.
    ///
    /// - Throws: ``HubRefusalError`` with ``HubRefusal/notPermittedInThisState`` before the end, and while a terminal
    ///   may still hold sales from before it: one that has not been heard for ``HubLimits/subsidyGrace`` after it.
    func expireSubsidy(_ expiry: SubsidyExpiry, of account: AccountID, now: UnixTime) async throws -> SubsidyReceipt
}
