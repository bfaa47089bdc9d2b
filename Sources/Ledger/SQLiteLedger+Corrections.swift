import Payments
import Terminal

extension SQLiteLedger: CorrectionJournal {
    package func preview(
        _ request: CorrectionRequest, rules: CorrectionRules, now: UnixTime
    ) throws(LedgerError) -> CorrectionResult? {
        try read { try Correction(request, rules: rules, now: now, standing: standing, name: name, $0).result }
    }

    package nonisolated func correct(
        _ transaction: TransactionID, _ request: CorrectionRequest, rules: CorrectionRules, now: UnixTime
    ) async throws(LedgerError) -> CorrectionResult {
        let settled = try await settle(.correction(transaction, request, rules), now: now)
        guard let result = settled.correction else {
            throw LedgerError(.writeFailed, detail: "no correction in the result")
        }
        return result
    }

    package func correction(under reference: SaleReference) throws(LedgerError) -> StoredCorrection? {
        try read { try CorrectionTable.find($0, reference, in: name) }
    }
}
