import HubProtocol
import Payments
import Terminal
import Testing

/// What every journal promises about refunds and voids of what a card's own purse paid, through its ports only: the
/// money goes to the card's account. `journal` is new and empty.
package func checkPurseCorrections(
    _ journal: some PaymentJournal & SendQueue & Replica & JournalArchive & CorrectionJournal
) async throws {
    let campus = try CardTransactionCampus()
    try await campus.fill(journal)
    func correct(_ reference: String, _ order: CorrectionOrder) async throws -> CorrectionResult {
        let request = CorrectionRequest(reference: try #require(SaleReference(text: reference)), order: order)
        return try await journal.correct(
            try await journal.mint(), request, rules: CorrectionRules(), now: campus.now)
    }
    func pay(_ outcome: Outcome, card: UInt8 = 1) async throws -> TransactionID {
        let (transaction, sale) = (try await journal.mint(), try campus.purchase(card: card))
        try await journal.intend(transaction, sale, reference: campus.reference, now: campus.now)
        _ = try await journal.record(transaction, outcome, sale, now: campus.now)
        return transaction
    }
    func available() async throws -> Int64? { try await campus.view(journal).account?.available.fen }

    let paid = try await pay(.approved)
    #expect(try await available() == 10_000, "the purse paid, not the account")
    guard case .stored(let refund) = try await correct("r-1", .refund(paid, amount: Amount(fen: 100))) else {
        Issue.record("the refund was refused")
        return
    }
    #expect(refund.record.sale?.movement == .refund(of: paid) && refund.record.sale?.account == campus.account)
    #expect(try await available() == 10_100)

    let torn = try await pay(.unknown)
    #expect(try await correct("r-2", .refund(torn, amount: nil)) == .refused(CorrectionRefusal(.outcomeUnknown)))
    #expect(
        try await correct("r-3", .void(campus.lane, sale: nil)) == .refused(CorrectionRefusal(.outcomeUnknown)))
    _ = try await journal.record(
        try await journal.mint(), .resolved(Resolution(subject: torn, verdict: .happened)), try campus.purchase(),
        now: campus.now)
    guard case .stored(let void) = try await correct("r-4", .void(campus.lane, sale: nil)) else {
        Issue.record("the card said that it had paid, and the void was refused")
        return
    }
    #expect(void.record.sale?.movement == .void(of: torn) && void.record.sale?.account == campus.account)
    #expect(void.record.sale?.amount == Amount(fen: 350))
    #expect(try await available() == 10_450)

    let stranger = try await pay(.approved, card: 9)
    #expect(
        try await correct("r-5", .refund(stranger, amount: nil)) == .refused(CorrectionRefusal(.accountUnknown)),
        "nobody knows whose account it would be")
    let verification = try await journal.verify()
    #expect(verification.findings.isEmpty, "\(verification.findings)")
}
