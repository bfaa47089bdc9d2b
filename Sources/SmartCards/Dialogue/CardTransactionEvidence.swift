import Payments

/// Every byte of a transaction with a card's own money that the card, or the issuer, can be asked with afterwards.
///
/// Stored before the command that may change the money, without the card's proof; and again with it in the journal.
/// Canonical bytes: one byte for the kind, then that kind's own layout.
package enum CardTransactionEvidence: Sendable, Hashable {
    /// Kind 01, or 05 for a compound purchase: a purchase from an electronic purse. ``PurchaseIntent`` (72 or 139),
    /// then TAC 4 and MAC2 4 when they are known.
    case purchase(PurchaseEvidence)
    /// Kind 02: a load of an electronic purse. See ``LoadEvidence``.
    case load(LoadEvidence)
    /// Kind 03: a debit of a DESFire value file. ``DESFireDebitEvidence``.
    case desfireDebit(DESFireDebitEvidence)
    /// Kind 04: a debit from a MIFARE Classic purse. ``MIFAREClassicEvidence`` (52); such a card gives no proof.
    case mifareClassic(MIFAREClassicEvidence)

    /// Reads the canonical bytes; `nil` when they are not exactly one of the kinds.
    package init?(canonicalBytes bytes: [UInt8]) {
        if let evidence = PurchaseEvidence(canonicalBytes: bytes) {
            self = .purchase(evidence)
        } else if let evidence = LoadEvidence(canonicalBytes: bytes) {
            self = .load(evidence)
        } else if let evidence = DESFireDebitEvidence(canonicalBytes: bytes) {
            self = .desfireDebit(evidence)
        } else if let evidence = MIFAREClassicEvidence(canonicalBytes: bytes) {
            self = .mifareClassic(evidence)
        } else {
            return nil
        }
    }

    /// See the type's description.
    package var canonicalBytes: [UInt8] {
        switch self {
        case .purchase(let evidence): evidence.canonicalBytes
        case .load(let evidence): evidence.canonicalBytes
        case .desfireDebit(let evidence): evidence.canonicalBytes
        case .mifareClassic(let evidence): evidence.canonicalBytes
        }
    }

    /// In fen.
    package var amount: UInt32 {
        switch self {
        case .purchase(let evidence): evidence.transaction.amount
        case .load(let evidence): evidence.transaction.amount
        case .desfireDebit(let evidence): evidence.record.amount
        case .mifareClassic(let evidence): evidence.amount
        }
    }

    /// What the card holds in fen if the transaction took place.
    package var balanceAfter: Int64 {
        switch self {
        case .purchase(let evidence):
            Int64(evidence.initialization.balanceBefore) - Int64(evidence.transaction.amount)
        case .load(let evidence): Int64(evidence.balanceAfter)
        case .desfireDebit(let evidence): Int64(evidence.valueBefore) - Int64(evidence.record.amount)
        case .mifareClassic(let evidence): Int64(evidence.balanceBefore) - Int64(evidence.amount)
        }
    }

    /// The card, as the books name it.
    package var card: CardID {
        switch self {
        case .purchase(let evidence): evidence.information.card
        case .load(let evidence): evidence.information.card
        case .desfireDebit(let evidence): evidence.card
        case .mifareClassic(let evidence): evidence.identity.card
        }
    }
}

extension PurchaseEvidence {
    /// Reads the intent's bytes, alone or with TAC 4 and MAC2 4 behind them.
    init?(canonicalBytes bytes: [UInt8]) {
        let length = PurchaseIntent.length(of: bytes)
        guard let intent = PurchaseIntent(canonicalBytes: Array(bytes.prefix(length))) else { return nil }
        let proof = Array(bytes.dropFirst(length))
        switch proof.count {
        case 0: self = intent.evidence()
        case 8: self = intent.evidence(PurchaseCryptograms(tac: Array(proof[0..<4]), mac2: Array(proof[4..<8])))
        default: return nil
        }
    }

    /// The intent's bytes, then TAC 4 and MAC2 4 when they are known.
    var canonicalBytes: [UInt8] {
        PurchaseIntent(self).canonicalBytes + (cryptograms.map { $0.tac + $0.mac2 } ?? [])
    }
}
