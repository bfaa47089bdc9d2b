import HubProtocol
import Payments

/// Everything that the hub keeps. Each call is one transaction; when a call that writes returns, its effect is on
/// disk (promise 12). Times come from the caller.
package protocol HubStore: TerminalStore, JournalStore, HoldStore, FeedStore, AccountStore, CardStore, CodeStore,
    MerchantStore, ExceptionStore, BooksStore, PurseStore, DayStore, AdjustmentStore, SettlementStore, WorkListStore,
    ReconciliationStore, ExportStore, IdentityStore, SigningStore, PolicyStore
{
    /// Reads something, so that a hub that cannot reach its disk does not call itself healthy.
    func probe() async throws

    /// Figures for the operator's overview: accounts, terminals, open exceptions.
    func figures() async throws -> HubFigures

    /// Finishes what is under way and closes the files. No other call may follow.
    func close() async throws
}

/// The store in numbers.
package struct HubFigures: Sendable, Hashable {
    package var accounts: Int64
    package var terminals: Int64
    package var openExceptions: Int64
}
