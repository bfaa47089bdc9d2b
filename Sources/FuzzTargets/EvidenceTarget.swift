import Payments
import SmartCards

/// Stored evidence: what can be read has exactly these bytes, and shows nothing of the card's number.
enum EvidenceTarget {
    static func run(_ input: [UInt8]) {
        if let request = LoadRequest(canonicalBytes: input) {
            invariant(request.canonicalBytes == input, "a load request has other bytes")
        }
        if let intent = PurchaseIntent(canonicalBytes: input) {
            invariant(intent.canonicalBytes == input, "an intent has other bytes")
        }
        guard let evidence = CardTransactionEvidence(canonicalBytes: input) else { return }
        invariant(evidence.canonicalBytes == input, "evidence has other bytes")
        _ = (evidence.amount, evidence.balanceAfter, evidence.card)
        if case .mifareClassic(let debit) = evidence {
            invariant(Int64(debit.stateAfter.balance) == evidence.balanceAfter, "a debit leaves something else")
        }
    }
}
