import Payments

/// A journal record on the wire. The chain hash runs over the record's canonical bytes, not over this JSON.
package struct RecordMessage: Codable, Sendable, Hashable {
    /// How the transaction ended.
    package enum Outcome: String, Codable, Sendable {
        case approved, declined, voided, unknown, resolved
    }

    /// Who decided: the terminal by itself, the hub, or the terminal because the hub could not be had.
    package enum Path: String, Codable, Sendable {
        case local, online, unreachable, timedOut, faulty
    }

    /// Which money moves.
    package enum Movement: String, Codable, Sendable {
        case accountPurchase, pursePurchase, purseLoad, refund, void
    }

    /// What became of an earlier transaction; present exactly in a record that resolves one.
    package struct Resolution: Codable, Sendable, Hashable {
        /// The card's word.
        package enum Verdict: String, Codable, Sendable {
            case happened, didNotHappen, undetermined
        }

        package var subject: TransactionID
        package var verdict: Verdict
    }

    /// The sale; absent from a void.
    package struct Sale: Codable, Sendable, Hashable {
        /// Absent from account purchases.
        package var movement: Movement?
        /// What the card gave and was given, hexadecimal; only with a movement.
        package var evidence: String?
        /// The sale that is corrected; present exactly in a refund and a void.
        package var corrects: TransactionID?
        package var amountFen: Int64
        /// The part of the amount that is the subsidy purse's; absent when that is nothing.
        package var subsidyFen: Int64?
        /// Exactly one of `card` and `code` is present.
        package var card: CardID?
        /// Present with `card`.
        package var proof: IdentityProof?
        package var code: CodeMessage?
        package var account: AccountID?
        package var merchant: MerchantID
        package var lane: LaneID
        package var path: Path
    }

    package var sequence: UInt64
    package var transaction: TransactionID
    package var outcome: Outcome
    /// The decline reason's number; present exactly when declined.
    package var reason: Int?
    package var sale: Sale?
    package var resolution: Resolution?
    package var decidedAtMilliseconds: Int64
    package var replicaCursor: UInt64
}

/// The reference of a payment code on the wire; the serial is 16 hexadecimal digits, because JSON numbers are not
/// safe beyond 53 bits.
package struct CodeMessage: Codable, Sendable, Hashable {
    package var keyID: UInt8
    package var serial: String

    package init(_ reference: CodeReference) {
        keyID = reference.keyID
        serial = Hex.encode(reference.serial.bigEndianBytes(count: 8))
    }

    /// `nil` when the serial is not 16 hexadecimal digits.
    package var reference: CodeReference? {
        guard serial.utf8.count == 16, let bytes = Hex.decode(serial) else { return nil }
        return CodeReference(keyID: keyID, serial: bytes.reduce(0) { $0 << 8 | UInt64($1) })
    }
}

extension RecordMessage {
    package init(_ record: JournalRecord) {
        sequence = record.sequence
        transaction = record.transaction
        switch record.outcome {
        case .approved: (outcome, reason) = (.approved, nil)
        case .declined(let declined): (outcome, reason) = (.declined, declined.rawValue)
        case .voided: (outcome, reason) = (.voided, nil)
        case .unknown: (outcome, reason) = (.unknown, nil)
        case .resolved(let value): (outcome, reason, resolution) = (.resolved, nil, Resolution(value))
        }
        sale = record.sale.map(Sale.init)
        decidedAtMilliseconds = record.decidedAt.milliseconds
        replicaCursor = record.replicaCursor
    }

    /// The record, or `nil` when the message breaks one of its rules.
    package var record: JournalRecord? {
        let recordOutcome: Payments.Outcome
        switch (outcome, reason, resolution) {
        case (.approved, nil, nil): recordOutcome = .approved
        case (.voided, nil, nil): recordOutcome = .voided
        case (.unknown, nil, nil): recordOutcome = .unknown
        case (.resolved, nil, let resolution?): recordOutcome = .resolved(resolution.value)
        case (.declined, let number?, nil):
            guard let declined = DeclineReason(rawValue: number) else { return nil }
            recordOutcome = .declined(declined)
        default: return nil
        }
        var recordSale: JournalRecord.Sale?
        if let sale {
            guard let value = sale.value else { return nil }
            recordSale = value
        }
        guard JournalRecord.isWellFormed(recordOutcome, recordSale) else { return nil }
        return JournalRecord(
            sequence: sequence, transaction: transaction, outcome: recordOutcome, sale: recordSale,
            decidedAt: UnixTime(milliseconds: decidedAtMilliseconds), replicaCursor: replicaCursor)
    }
}

extension RecordMessage.Sale {
    init(_ sale: JournalRecord.Sale) {
        switch sale.movement {
        case .accountPurchase: movement = nil
        case .pursePurchase: movement = .pursePurchase
        case .purseLoad: movement = .purseLoad
        case .refund: movement = .refund
        case .void: movement = .void
        }
        evidence = sale.movement.evidence.map { Hex.encode($0.bytes) }
        corrects = sale.movement.corrects
        amountFen = sale.amount.fen
        subsidyFen = sale.subsidy == .zero ? nil : sale.subsidy.fen
        switch sale.payer {
        case .card(let identifier, let identityProof): (card, proof, code) = (identifier, identityProof, nil)
        case .code(let reference): (card, proof, code) = (nil, nil, CodeMessage(reference))
        }
        account = sale.account
        merchant = sale.merchant
        lane = sale.lane
        path = RecordMessage.Path(sale.path)
    }

    var value: JournalRecord.Sale? {
        guard amountFen > 0, Amount(fen: amountFen) <= .saleMaximum else { return nil }
        let payer: JournalRecord.Payer
        switch (card, proof, code) {
        case (let card?, let proof?, nil): payer = .card(card, proof)
        case (nil, nil, let code?):
            guard let reference = code.reference else { return nil }
            payer = .code(reference)
        default: return nil
        }
        guard let movement = movementValue, subsidyFen != 0 else { return nil }
        return JournalRecord.Sale(
            movement: movement, amount: Amount(fen: amountFen), subsidy: Amount(fen: subsidyFen ?? 0), payer: payer,
            account: account, merchant: merchant, lane: lane, path: path.value)
    }
}

extension RecordMessage.Sale {
    /// `nil` when movement, evidence and corrected sale do not fit each other.
    private var movementValue: JournalRecord.Movement? {
        var bytes: EvidenceBytes?
        if let evidence {
            guard let decoded = Hex.decode(evidence).flatMap({ EvidenceBytes($0) }) else { return nil }
            bytes = decoded
        }
        return switch (movement, corrects) {
        case (nil, nil): bytes == nil ? .accountPurchase : nil
        case (.pursePurchase, nil): .pursePurchase(bytes)
        case (.purseLoad, nil): .purseLoad(bytes)
        case (.refund, let sale?): bytes == nil ? .refund(of: sale) : nil
        case (.void, let sale?): bytes == nil ? .void(of: sale) : nil
        default: nil
        }
    }
}

extension RecordMessage.Resolution {
    init(_ resolution: Payments.Resolution) {
        subject = resolution.subject
        switch resolution.verdict {
        case .happened: verdict = .happened
        case .didNotHappen: verdict = .didNotHappen
        case .undetermined: verdict = .undetermined
        }
    }

    var value: Payments.Resolution {
        let verdict: Payments.Resolution.Verdict =
            switch verdict {
            case .happened: .happened
            case .didNotHappen: .didNotHappen
            case .undetermined: .undetermined
            }
        return Payments.Resolution(subject: subject, verdict: verdict)
    }
}

extension RecordMessage.Path {
    init(_ path: AuthorizationPath) {
        switch path {
        case .local: self = .local
        case .online: self = .online
        case .offline(.unreachable): self = .unreachable
        case .offline(.timedOut): self = .timedOut
        case .offline(.faulty): self = .faulty
        }
    }

    var value: AuthorizationPath {
        switch self {
        case .local: .local
        case .online: .online
        case .unreachable: .offline(.unreachable)
        case .timedOut: .offline(.timedOut)
        case .faulty: .offline(.faulty)
        }
    }
}
