import Crypto
import HubProtocol
import Payments
import Terminal

/// One terminal's journal as the hub has it.
package struct SimulatedHubJournal: Sendable {
    package private(set) var id: JournalID?
    package private(set) var records: [JournalRecord] = []
    private var hashes: [JournalHash] = []
    private var publicKey = ""

    package init() {}

    /// How far the hub has it. Before a registration there is no journal, and no hash that could match one.
    package func acknowledged(_ terminal: TerminalID) -> Acknowledgement {
        Acknowledgement(sequence: UInt64(records.count), hash: hash(at: records.count, terminal))
    }

    /// Takes the first registration; the same again changes nothing, another one is refused.
    mutating func register(
        _ registration: JournalRegistration, terminal: TerminalID
    ) throws(HubError) -> Acknowledgement {
        if let id {
            guard id == registration.journal, publicKey == registration.publicKey else {
                throw refused(.journalUnknown)
            }
        }
        id = registration.journal
        publicKey = registration.publicKey
        return acknowledged(terminal)
    }

    /// Checks a batch and appends what is new in it.
    ///
    /// - Returns: the new records.
    mutating func append(_ batch: BatchUpload, terminal: TerminalID) throws(HubError) -> [JournalRecord] {
        let checkpoint = batch.checkpoint
        guard checkpoint.terminal == terminal, checkpoint.journal == id else { throw refused(.journalUnknown) }
        guard let bytes = Hex.decode(publicKey), isSigned(checkpoint, by: bytes) else {
            throw refused(.signatureInvalid)
        }
        guard batch.records.count <= HubProtocolLimits.batchRecords else { throw refused(.batchTooLarge) }
        let incoming = batch.records.compactMap(\.record)
        guard let first = incoming.first, incoming.count == batch.records.count, first.sequence > 0 else {
            throw refused(.malformedRequest)
        }
        guard first.sequence <= UInt64(records.count) + 1 else {
            throw HubError(.refused(.gap, acknowledged: acknowledged(terminal)))
        }
        let start = Int(first.sequence) - 1
        var hash = hash(at: start, terminal)
        var fresh: [(JournalRecord, JournalHash)] = []
        for (offset, record) in incoming.enumerated() {
            guard record.sequence == first.sequence + UInt64(offset) else { throw refused(.chainBroken) }
            hash = hash.following(record)
            if start + offset >= records.count {
                fresh.append((record, hash))
            } else if records[start + offset] != record {
                throw HubError(.refused(.contentChanged, acknowledged: acknowledged(terminal)))
            }
        }
        guard checkpoint.sequence == incoming.last?.sequence, checkpoint.hash == hash else {
            throw refused(.chainBroken)
        }
        let known = Set(records.map(\.transaction))
        guard !fresh.contains(where: { known.contains($0.0.transaction) }) else { throw refused(.transactionReused) }
        records += fresh.map(\.0)
        hashes += fresh.map(\.1)
        return fresh.map(\.0)
    }

    private func hash(at count: Int, _ terminal: TerminalID) -> JournalHash {
        count == 0 ? .genesis(terminal: terminal, journal: id ?? JournalID(number: 0)) : hashes[count - 1]
    }

    private func isSigned(_ checkpoint: Checkpoint, by bytes: [UInt8]) -> Bool {
        do {
            return checkpoint.isSigned(by: try Curve25519.Signing.PublicKey(rawRepresentation: bytes))
        } catch {
            return false
        }
    }

    private func refused(_ refusal: HubRefusal) -> HubError { HubError(.refused(refusal, acknowledged: nil)) }
}
