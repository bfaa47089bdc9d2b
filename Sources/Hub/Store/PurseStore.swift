import HubProtocol
import Payments

/// Electronic purses: their loads, their shadow books, and what a person does about them.
package protocol PurseStore: Sendable {
    /// Decides a load and stores the answer, or gives the stored answer again.
    ///
    /// - Throws: ``HubRefusalError`` when the request as such cannot be taken, or the hub has no load key.
    func placeLoad(
        _ terms: LoadTerms, undelivered: Amount, terminal: TerminalID, holds: HoldRules, now: UnixTime
    ) async throws -> LoadVerdict

    /// A page of purses in order of their cards.
    func purses(_ filter: PurseFilter, _ page: PageRequest, now: UnixTime) async throws -> Page<PurseSummary>
    /// One purse. Refused with `notFound`.
    func purse(_ card: CardID, now: UnixTime) async throws -> PurseSummary

    /// A card's transactions of one kind, in order of the card's own serials, newest first.
    func purseTransactions(
        _ card: CardID, _ kind: PurseMoveKind, _ page: PageRequest
    ) async throws -> Page<PurseTransactionSummary>

    /// One transaction. Refused with `notFound`.
    func purseTransaction(_ transaction: TransactionID) async throws -> PurseTransactionSummary

    /// Posts what a card held before the books knew it, once per card.
    func openPurse(_ card: CardID, balance: Amount, now: UnixTime) async throws -> PurseReceipt

    /// Brings the books to what the card shows, once per drift.
    ///
    /// - Throws: ``HubRefusalError`` with ``HubRefusal/notPermittedInThisState`` when there is no such drift.
    func correctPurse(_ card: CardID, _ correction: PurseCorrection, now: UnixTime) async throws -> PurseReceipt

    /// A person's word about an unknown outcome. The same word again changes nothing.
    func resolvePurseTransaction(
        _ transaction: TransactionID, _ resolution: PurseResolution, now: UnixTime
    ) async throws -> PurseTransactionSummary
}
