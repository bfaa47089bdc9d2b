import HubProtocol
import Payments

/// A batch whose records are well formed, of the right journal and consecutive. Whether they follow from what the
/// hub has is checked against the store (``BatchVerifier``).
package struct ReadBatch: Sendable {
    /// One record with the bytes that its hash covers.
    package struct Item: Sendable {
        package let record: JournalRecord
        package let canonicalBytes: [UInt8]
    }

    package let items: [Item]
    package let checkpoint: Checkpoint
    package let session: TerminalSession?

    /// Sequence number of the first record.
    package var first: UInt64 { items.first?.record.sequence ?? 0 }
    /// Sequence number of the last record.
    package var last: UInt64 { items.last?.record.sequence ?? 0 }

    /// Reads a batch of `terminal`.
    ///
    /// - Throws: ``HubRefusalError`` that names the wrong field, never its value.
    package init(_ upload: BatchUpload, terminal: TerminalID) throws(HubRefusalError) {
        guard upload.records.count <= HubProtocolLimits.batchRecords else {
            throw HubRefusalError(.batchTooLarge, "records: at most \(HubProtocolLimits.batchRecords)")
        }
        guard let first = upload.records.first else {
            throw HubRefusalError(.malformedRequest, "records: at least one")
        }
        guard upload.checkpoint.terminal == terminal else {
            throw HubRefusalError(.terminalNotPermitted, "checkpoint.terminal: not the terminal that sends the batch")
        }
        var items: [Item] = []
        for (index, message) in upload.records.enumerated() {
            if let flaw = message.flaw {
                throw HubRefusalError(.malformedRequest, "records[\(index)].\(flaw)")
            }
            guard let record = message.record else {
                throw HubRefusalError(.malformedRequest, "records[\(index)]: breaks the rules of its outcome")
            }
            guard record.transaction.terminal == terminal, record.transaction.journal == upload.checkpoint.journal
            else {
                throw HubRefusalError(
                    .malformedRequest, "records[\(index)].transaction: not of the checkpoint's terminal and journal")
            }
            guard record.sequence == first.sequence + UInt64(index) else {
                throw HubRefusalError(.chainBroken, "records[\(index)].sequence: records are not consecutive")
            }
            items.append(Item(record: record, canonicalBytes: record.canonicalBytes))
        }
        try upload.session?.check()
        session = upload.session
        self.items = items
        checkpoint = upload.checkpoint
        guard checkpoint.sequence == last else {
            throw HubRefusalError(.chainBroken, "checkpoint.sequence: not the last record of the batch")
        }
    }
}

extension RecordMessage {
    /// Path and rule of the first value that breaks a rule of the wire; `nil` when all are fine.
    fileprivate var flaw: String? {
        guard (1...HubLimits.storableInteger).contains(sequence) else { return "sequence: from 1 to 2^63 - 1" }
        guard replicaCursor <= HubLimits.storableInteger else { return "replicaCursor: at most 2^63 - 1" }
        switch (outcome, reason) {
        case (.declined, nil): return "reason: needed when declined"
        case (.declined, let number?) where DeclineReason(rawValue: number) == nil: return "reason: not known"
        case (.declined, _): break
        case (_, _?): return "reason: only when declined"
        case (_, nil): break
        }
        guard (outcome == .resolved) == (resolution != nil) else { return "resolution: needed exactly when resolved" }
        switch (outcome, sale) {
        case (.voided, _?): return "sale: a void has none"
        case (.voided, nil): return nil
        case (_, nil): return "sale: needed unless voided"
        case (_, let sale?): return sale.flaw ?? sale.flaw(in: outcome)
        }
    }
}

extension RecordMessage.Sale {
    /// What is wrong whatever the outcome.
    fileprivate var flaw: String? {
        guard amountFen > 0, Amount(fen: amountFen) <= .saleMaximum else {
            return "sale.amountFen: from 1 to \(Amount.saleMaximum.fen)"
        }
        if movement == .accountPurchase { return "sale.movement: absent from account purchases" }
        guard isCorrection == (corrects != nil) else { return "sale.corrects: needed exactly in a refund and a void" }
        if let subsidyFen {
            guard !isCardMoney else { return "sale.subsidyFen: not where a card's purse is concerned" }
            guard (1...amountFen).contains(subsidyFen) else { return "sale.subsidyFen: from 1 to the amount" }
        }
        if let evidence {
            guard isCardMoney else { return "sale.evidence: only of a card's purse" }
            guard Hex.decode(evidence).flatMap({ EvidenceBytes($0) }) != nil else {
                return "sale.evidence: 1 to \(EvidenceBytes.lengthMaximum) bytes, hexadecimal"
            }
        }
        switch (card, proof, code) {
        case (_?, _?, nil): return nil
        case (nil, nil, let code?): return code.reference == nil ? "sale.code.serial: 16 hexadecimal digits" : nil
        case (_?, nil, nil): return "sale.proof: needed with card"
        default: return "sale.card: either card with proof, or code"
        }
    }

    private var isCorrection: Bool { movement == .refund || movement == .void }
    private var isCardMoney: Bool { movement == .pursePurchase || movement == .purseLoad }

    /// What this outcome needs of it.
    fileprivate func flaw(in outcome: RecordMessage.Outcome) -> String? {
        switch outcome {
        case .declined, .voided: return nil
        case .approved where !isCardMoney: return account == nil ? "sale.account: needed when approved" : nil
        case .approved, .unknown, .resolved: break
        }
        guard isCardMoney else { return "sale.movement: of a card's purse when \(outcome.rawValue)" }
        if evidence == nil { return "sale.evidence: needed when \(outcome.rawValue)" }
        if card == nil { return "sale.card: needed with a movement" }
        return movement == .purseLoad && account == nil ? "sale.account: needed for a load" : nil
    }
}
