import HubProtocol
import Payments

/// Journals of terminals and what their records do.
package protocol JournalStore: Sendable {
    /// Registers a journal and its key, or confirms them.
    ///
    /// - Throws: ``HubRefusalError`` with ``HubRefusal/journalUnknown`` when another journal or key is registered;
    ///   ``HubRefusal/journalForked`` and ``HubRefusal/terminalCloned`` when the claim does not go on from what was
    ///   here before; the exception is stored all the same.
    func registerJournal(
        _ journal: JournalID, publicKey: [UInt8], claim: JournalClaim?, terminal: TerminalID, now: UnixTime
    ) async throws -> Acknowledgement

    /// Stores the new records of a batch with all their effects, all or nothing.
    ///
    /// - Throws: ``HubRefusalError`` when the batch cannot be taken; the exception is stored all the same.
    func store(_ batch: ReadBatch, terminal: TerminalID, now: UnixTime) async throws -> Acknowledgement
}
