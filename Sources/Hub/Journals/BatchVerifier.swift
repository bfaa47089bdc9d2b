import Crypto
import HubProtocol
import Payments

/// A refused batch, with what a person should know about it.
package struct BatchRejection: Error {
    package let refusal: HubRefusalError
    /// `nil` when the refusal says nothing about the terminal's honesty or the hub's completeness.
    package let exception: HubException?
    /// The journal of which nothing is to be taken from now on.
    package var contested: JournalState?
}

/// Checks a batch against the journal: signature, hash chain, position (promise 5). Pure.
package struct BatchVerifier: Sendable {
    /// One record that the hub does not have, with the hash after it.
    package struct NewRecord: Sendable {
        package let item: ReadBatch.Item
        package let hash: JournalHash
    }

    package let journal: JournalState

    package init(journal: JournalState) { self.journal = journal }

    /// The records of `batch` that are new.
    ///
    /// - Parameters:
    ///   - before: the stored hash of the record just before the batch; genesis before the first.
    ///   - stored: the stored hashes of those records of the batch that the hub has, in order.
    /// - Throws: ``BatchRejection``.
    package func newRecords(
        of batch: ReadBatch, before: JournalHash, stored: [JournalHash]
    ) throws(BatchRejection) -> [NewRecord] {
        try checkSignature(batch.checkpoint)
        var head = before
        var new: [NewRecord] = []
        for (index, item) in batch.items.enumerated() {
            head = head.following(canonicalBytes: item.canonicalBytes)
            if index >= stored.count {
                new.append(NewRecord(item: item, hash: head))
            } else if head != stored[index] {
                throw contentChanged(at: item.record.sequence)
            }
        }
        guard head == batch.checkpoint.hash else {
            throw BatchRejection(
                refusal: HubRefusalError(
                    .chainBroken, "the records do not lead to the checkpoint's hash", acknowledged: journal.acknowledged
                ), exception: nil)
        }
        return new
    }

    /// Refuses a batch that starts behind the next expected record.
    package func checkPosition(_ batch: ReadBatch) throws(BatchRejection) {
        let next = journal.acknowledged.sequence + 1
        guard batch.first > next else { return }
        throw BatchRejection(
            refusal: HubRefusalError(
                .gap, "records are missing: expected \(next), the batch starts with \(batch.first)",
                acknowledged: journal.acknowledged),
            exception: HubException(
                .gap, subject: "\(journal.terminal.text)/\(journal.journal.text)/\(next)",
                text: "terminal \(journal.terminal) sent record \(batch.first) of journal \(journal.journal), "
                    + "and the hub has it only up to \(journal.acknowledged.sequence)",
                terminal: journal.terminal))
    }

    private func checkSignature(_ checkpoint: Checkpoint) throws(BatchRejection) {
        // A stored key that is no key cannot have signed anything.
        let key = try? Curve25519.Signing.PublicKey(rawRepresentation: journal.publicKey)
        guard let key, checkpoint.isSigned(by: key) else {
            throw BatchRejection(
                refusal: HubRefusalError(
                    .signatureInvalid, "checkpoint.signature: not made with the journal's registered key"),
                exception: nil)
        }
    }

    private func contentChanged(at sequence: UInt64) -> BatchRejection {
        BatchRejection(
            refusal: HubRefusalError(
                .contentChanged, "record \(sequence) was stored with other content", acknowledged: journal.acknowledged
            ),
            exception: HubException(
                .contentChanged, subject: "\(journal.terminal.text)/\(journal.journal.text)",
                text: "terminal \(journal.terminal) sent record \(sequence) of journal \(journal.journal) again with "
                    + "other content: edited journal or restored image",
                terminal: journal.terminal))
    }
}
