import HubProtocol
import Payments
import Terminal
import Testing

/// What every journal promises about refunds and voids, through its ports only. `journal` is new and empty.
package func checkCorrections(
    _ journal: some PaymentJournal & SendQueue & Replica & JournalArchive & CorrectionJournal
) async throws {
    let now = UnixTime(seconds: 1_788_220_800)
    let account = try #require(AccountID(number: 2_026_010_001))
    let rules = CorrectionRules()
    let lane = try #require(LaneID(text: "lane-1"))
    let byCode = Instrument.code(
        CodeEvidence(
            reference: CodeReference(keyID: 7, serial: 1), account: account, issuedAt: now,
            expiresAt: now.advanced(by: .seconds(60)), limit: Amount(fen: 5000)))
    let genesis = JournalHash.genesis(terminal: journal.terminal, journal: journal.journal)
    try await journal.apply(
        ChangesPage(
            changes: [
                ChangeMessage(
                    cursor: 1, account: AccountMessage(id: account, status: .active, balance: Amount(fen: 10_000)))
            ], cursor: 1, more: false, acknowledged: Acknowledgement(sequence: 0, hash: genesis), hubTime: now),
        after: 0)
    func correct(_ reference: String, _ order: CorrectionOrder, at time: UnixTime = now) async throws
        -> CorrectionResult
    {
        let request = CorrectionRequest(reference: try #require(SaleReference(text: reference)), order: order)
        return try await journal.correct(try await journal.mint(), request, rules: rules, now: time)
    }
    func available() async throws -> Int64? { try await journal.view(of: byCode).account?.available.fen }

    #expect(try await correct("r-0", .void(lane, sale: nil)) == .refused(CorrectionRefusal(.noSale)))
    let sold = try await journal.conclude(
        AuthorizationRequest(
            transaction: try await journal.mint(), amount: Amount(fen: 1000), instrument: byCode,
            merchant: try #require(MerchantID(text: "canteen-1")), lane: lane),
        hub: .none(.unreachable), authorizer: Authorizer(policy: .standard), now: now)
    let sale = sold.record.transaction
    #expect(try await available() == 9000)
    let allowance = try await journal.view(of: byCode)

    guard case .stored(let first) = try await correct("r-1", .refund(sale, amount: Amount(fen: 400))) else {
        Issue.record("the refund was refused")
        return
    }
    #expect(first.record.sale?.movement == .refund(of: sale) && first.sale == sold.record && !first.isRepeated)
    #expect(first.corrected == Amount(fen: 400))
    #expect(try await available() == 9400, "the account can spend it again at once")
    let after = try await journal.view(of: byCode)
    #expect(after.cardOffline == allowance.cardOffline && after.terminalOffline == allowance.terminalOffline)
    #expect(after.undelivered == allowance.undelivered, "a refund gives no offline allowance back")
    #expect(after.codeUsed, "the payment code stays used")

    var repeated = first
    repeated.isRepeated = true
    let length = try await journal.figures().sequence
    #expect(try await correct("r-1", .refund(sale, amount: Amount(fen: 400))) == .stored(repeated))
    #expect(
        try await correct("r-1", .refund(sale, amount: Amount(fen: 1))) == .refused(CorrectionRefusal(.referenceReused))
    )
    #expect(try await correct("r-2", .void(lane, sale: sale)) == .refused(CorrectionRefusal(.correctedBefore)))
    #expect(
        try await correct("r-3", .refund(sale, amount: Amount(fen: 601))) == .refused(CorrectionRefusal(.aboveSale)))
    #expect(
        try await correct("r-4", .refund(first.record.transaction, amount: nil))
            == .refused(CorrectionRefusal(.notASale)))
    let elsewhere = TransactionID(terminal: journal.terminal, journal: JournalID(number: 0), trace: TraceNumber(1))
    #expect(try await correct("r-5", .refund(elsewhere, amount: nil)) == .refused(CorrectionRefusal(.saleUnknown)))
    let later = now.advanced(by: .seconds(3 * 86_400))
    #expect(try await correct("r-6", .refund(sale, amount: nil), at: later) == .refused(CorrectionRefusal(.tooLate)))
    #expect(
        try await journal.records(after: length, limit: 100).allSatisfy { $0.record.outcome == .voided },
        "what stores nothing leaves the void of its number")
    #expect(
        try await correct("r-7", .refund(sale, amount: nil), at: now) == .refused(CorrectionRefusal(.tooLate)),
        "a clock set back prolongs nothing")
    #expect(try await available() == 9400)
    #expect(try await journal.correction(under: try #require(SaleReference(text: "r-1"))) == repeated)
    #expect(try await journal.correction(under: try #require(SaleReference(text: "r-2"))) == nil)

    let figures = try await journal.figures()
    #expect(figures.unsentAmount == Amount(fen: 1000), "a sale is to be delivered, refunded or not")
    let verification = try await journal.verify()
    #expect(verification.findings.isEmpty && verification.approvedCount == 1, "\(verification.findings)")
    #expect(verification.approvedAmount == Amount(fen: 1000))
}
