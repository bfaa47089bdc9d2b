import Payments

/// A journal record on the wire. The chain hash runs over the record's canonical bytes, not over this JSON.
package struct RecordMessage: Codable, Sendable, Hashable {
    /// How the transaction ended.
    package enum Outcome: String, Codable, Sendable {
        case approved, declined, voided
    }

    /// Who decided: the terminal by itself, the hub, or the terminal because the hub could not be had.
    package enum Path: String, Codable, Sendable {
        case local, online, unreachable, timedOut, faulty
    }

    /// The sale; absent from a void.
    package struct Sale: Codable, Sendable, Hashable {
        package var amountFen: Int64
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
        }
        sale = record.sale.map(Sale.init)
        decidedAtMilliseconds = record.decidedAt.milliseconds
        replicaCursor = record.replicaCursor
    }

    /// The record, or `nil` when the message breaks one of its rules.
    package var record: JournalRecord? {
        let recordOutcome: Payments.Outcome
        switch (outcome, reason) {
        case (.approved, nil): recordOutcome = .approved
        case (.voided, nil): recordOutcome = .voided
        case (.declined, let number?):
            guard let declined = DeclineReason(rawValue: number) else { return nil }
            recordOutcome = .declined(declined)
        default: return nil
        }
        var recordSale: JournalRecord.Sale?
        if let sale {
            guard let value = sale.value else { return nil }
            recordSale = value
        }
        switch outcome {
        case .voided: guard recordSale == nil else { return nil }
        case .declined: guard recordSale != nil else { return nil }
        case .approved: guard recordSale?.account != nil else { return nil }
        }
        return JournalRecord(
            sequence: sequence, transaction: transaction, outcome: recordOutcome, sale: recordSale,
            decidedAt: UnixTime(milliseconds: decidedAtMilliseconds), replicaCursor: replicaCursor)
    }
}

extension RecordMessage.Sale {
    init(_ sale: JournalRecord.Sale) {
        amountFen = sale.amount.fen
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
        return JournalRecord.Sale(
            amount: Amount(fen: amountFen), payer: payer, account: account, merchant: merchant, lane: lane,
            path: path.value)
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
