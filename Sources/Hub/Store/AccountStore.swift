import Payments

/// Cardholders' accounts.
package protocol AccountStore: Sendable {
    /// Opens an account without money. Refused with `alreadyExists` when the number is taken.
    func createAccount(_ account: NewAccount, now: UnixTime) async throws -> AccountSummary
    /// A page of all accounts in order of their numbers.
    func accounts(_ page: PageRequest) async throws -> Page<AccountSummary>
    /// A page of the accounts below zero in order of their numbers.
    func debts(_ page: PageRequest) async throws -> Page<AccountSummary>
    /// One account. Refused with `notFound`.
    func account(_ id: AccountID) async throws -> AccountSummary

    /// Changes the status. ``HubRefusal/notPermittedInThisState`` unless the account is in one of `from`.
    func setStatus(
        _ status: AccountStatus, account: AccountID, from: Set<AccountStatus>
    ) async throws -> AccountSummary

    /// The account's postings, newest first.
    ///
    /// - Parameter before: only postings older than this one, when given.
    func statement(account: AccountID, before: Int64?, limit: Int) async throws -> Statement

    /// Pays money in, once per reference.
    func topUp(_ request: TopUpRequest, now: UnixTime) async throws -> TopUpReceipt
}
