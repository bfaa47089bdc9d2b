import Payments
import SmartCards

/// Whether the card's proof of a transaction, its TAC, holds.
package enum PurseProof: String, Codable, Sendable, CaseIterable {
    /// The TAC is there and right.
    case genuine
    /// The TAC is there and wrong.
    case wrong
    /// The card's answer was not heard, or carried no TAC.
    case missing
    /// This hub has no key, or does not know this kind of card.
    case unchecked
}

/// What the hub reads out of a record's evidence.
struct PurseReading: Sendable, Hashable {
    var proof: PurseProof
    /// The card's own number of the transaction; `nil` when it cannot be read here.
    var serial: Int?
    /// What the card said that it held before.
    var balanceBefore: Amount?
    /// What the evidence and the record say differently, in words.
    var contradiction: String?

    static let unreadable = PurseReading(proof: .unchecked)
}

extension PurseRules {
    /// Reads the evidence of a record that moves a purse's money; `nil` for other records.
    ///
    /// The one place where a kind of evidence is checked.
    func reading(of record: JournalRecord) -> PurseReading? {
        guard let sale = record.sale, sale.movement.isCardMoney else { return nil }
        guard let bytes = sale.movement.evidence?.bytes,
            let evidence = CardTransactionEvidence(canonicalBytes: bytes)
        else { return .unreadable }
        if let contradiction = contradiction(evidence, sale) {
            return PurseReading(proof: .unchecked, contradiction: contradiction)
        }
        switch evidence {
        case .purchase(let purchase): return reading(of: purchase, sale)
        case .load(let load): return reading(of: load, sale)
        // The value of a DESFire card and the blocks of a MIFARE Classic card have no number of their own that the
        // books could be ordered by; the first proves itself to the terminal only, the second not at all.
        case .desfireDebit, .mifareClassic: return .unreadable
        }
    }

    private func reading(of load: LoadEvidence, _ sale: JournalRecord.Sale) -> PurseReading {
        guard case .purseLoad = sale.movement else {
            return PurseReading(proof: .unchecked, contradiction: "the evidence is of a load, the record of a purchase")
        }
        let proof: PurseProof =
            if load.tac == nil {
                .missing
            } else if let tacKey {
                load.isGenuine(underTACKey: tacKey.cardKey(load.information)) ? .genuine : .wrong
            } else {
                .unchecked
            }
        return PurseReading(
            proof: proof, serial: Int(load.initialization.onlineSerial),
            balanceBefore: Amount(fen: Int64(load.initialization.balanceBefore)))
    }

    private func reading(of purchase: PurchaseEvidence, _ sale: JournalRecord.Sale) -> PurseReading {
        guard case .pursePurchase = sale.movement else {
            return PurseReading(proof: .unchecked, contradiction: "the evidence is of a purchase, the record of a load")
        }
        let proof: PurseProof =
            if purchase.cryptograms == nil {
                .missing
            } else if let tacKey {
                purchase.isGenuine(underTACKey: tacKey.cardKey(purchase.information)) ? .genuine : .wrong
            } else {
                .unchecked
            }
        return PurseReading(
            proof: proof, serial: Int(purchase.initialization.offlineSerial),
            balanceBefore: Amount(fen: Int64(purchase.initialization.balanceBefore)))
    }

    /// A TAC proves what stands in the evidence, so the record must say the same.
    private func contradiction(_ evidence: CardTransactionEvidence, _ sale: JournalRecord.Sale) -> String? {
        if Int64(evidence.amount) != sale.amount.fen {
            return "the evidence is about \(Amount(fen: Int64(evidence.amount))), the record about \(sale.amount)"
        }
        return evidence.card == sale.payer.card ? nil : "the evidence is about another card than the record"
    }
}
