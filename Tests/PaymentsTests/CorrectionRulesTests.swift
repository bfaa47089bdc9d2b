import Payments
import Testing

@Suite("Rules of refunds and voids")
struct CorrectionRulesTests {
    private static let noon = UnixTime(seconds: 1_788_235_200)
    private let rules = CorrectionRules()
    private let id: TransactionID
    private let lane: LaneID
    private let merchant: MerchantID
    private let account: AccountID

    init() throws {
        id = TransactionID(
            terminal: try #require(TerminalID(number: 1)), journal: JournalID(number: 2), trace: TraceNumber(3))
        lane = try #require(LaneID(text: "lane-1"))
        merchant = try #require(MerchantID(text: "canteen-1"))
        account = try #require(AccountID(number: 7))
    }

    private func subject(
        _ fen: Int64 = 1000, subsidy: Int64 = 0, movement: JournalRecord.Movement = .accountPurchase,
        outcome: Outcome = .approved, verdict: Resolution.Verdict? = nil, knowsAccount: Bool = true,
        corrected: Int64 = 0,
        correctedSubsidy: Int64 = 0, isLast: Bool = true
    ) -> CorrectableSale {
        let record = JournalRecord(
            sequence: 3, transaction: id, outcome: outcome,
            sale: JournalRecord.Sale(
                movement: movement, amount: Amount(fen: fen), subsidy: Amount(fen: subsidy),
                payer: .card(.uid([1, 2, 3, 4]), .proven), account: account, merchant: merchant, lane: lane,
                path: .offline(.unreachable)),
            decidedAt: Self.noon, replicaCursor: 9)
        return CorrectableSale(
            record: record, verdict: verdict ?? Self.verdict(outcome), account: knowsAccount ? account : nil,
            corrected: Amount(fen: corrected), correctedSubsidy: Amount(fen: correctedSubsidy),
            isLastOfLane: isLast)
    }

    private static func verdict(_ outcome: Outcome) -> Resolution.Verdict {
        switch outcome {
        case .approved: .happened
        case .unknown: .undetermined
        case .declined, .voided, .resolved: .didNotHappen
        }
    }

    private func refund(_ fen: Int64? = nil) -> CorrectionOrder {
        .refund(id, amount: fen.map { Amount(fen: $0) })
    }

    private func code(
        _ order: CorrectionOrder, _ subject: CorrectableSale?, after: Duration = .seconds(60)
    ) -> CorrectionRefusal.Code? {
        switch rules.sale(for: order, of: subject, now: Self.noon.advanced(by: after)) {
        case .success: nil
        case .failure(let refusal): refusal.code
        }
    }

    @Test("a refund is about the sale's payer, account, merchant and lane, and is the terminal's own word")
    func refunds() throws {
        let sale = try rules.sale(for: refund(400), of: subject(), now: Self.noon).get()
        #expect(sale.movement == .refund(of: id))
        #expect(sale.amount == Amount(fen: 400) && sale.account == account && sale.merchant == merchant)
        #expect(sale.lane == lane && sale.path == .local && sale.payer.card == .uid([1, 2, 3, 4]))
        #expect(try rules.sale(for: refund(), of: subject(corrected: 999), now: Self.noon).get().amount.fen == 1)
        let void = try rules.sale(for: .void(lane, sale: nil), of: subject(), now: Self.noon).get()
        #expect(void.movement == .void(of: id) && void.amount == Amount(fen: 1000))
    }

    @Test(
        "what was subsidy goes back first, and never more of it than was spent",
        arguments: [
            (100, 0, 0, 100), (300, 0, 0, 300), (301, 0, 0, 300), (1000, 0, 0, 300), (100, 250, 250, 50),
            (100, 300, 300, 0), (700, 300, 300, 0),
        ])
    func subsidyFirst(fen: Int64, corrected: Int64, correctedSubsidy: Int64, subsidy: Int64) throws {
        let sold = subject(subsidy: 300, corrected: corrected, correctedSubsidy: correctedSubsidy)
        let sale = try rules.sale(for: refund(fen), of: sold, now: Self.noon).get()
        #expect(sale.subsidy == Amount(fen: subsidy))
        #expect(JournalRecord.isWellFormed(.approved, sale))
    }

    @Test("any way to give a sale back in parts gives back each purse exactly what it paid")
    func parts() throws {
        for subsidy in [0, 1, 5, 9, 10] as [Int64] {
            for first in 1...10 as ClosedRange<Int64> {
                for second in 1...10 as ClosedRange<Int64> where first + second < 10 {
                    var (total, back) = (Int64(0), Int64(0))
                    for part in [first, second, 10 - first - second] {
                        let sold = subject(10, subsidy: subsidy, corrected: total, correctedSubsidy: back)
                        let sale = try rules.sale(for: refund(part), of: sold, now: Self.noon).get()
                        total += sale.amount.fen
                        back += sale.subsidy.fen
                    }
                    #expect(total == 10 && back == subsidy)
                }
            }
        }
    }

    @Test("never above the sale over all its corrections")
    func limits() {
        #expect(code(refund(1001), subject()) == .aboveSale)
        #expect(code(refund(501), subject(corrected: 500)) == .aboveSale)
        #expect(code(refund(500), subject(corrected: 500)) == nil)
        #expect(code(refund(1), subject(corrected: 1000)) == .correctedBefore)
        #expect(code(refund(), subject(corrected: 1000)) == .correctedBefore)
        #expect(code(refund(0), subject()) == .amountInvalid)
        #expect(code(refund(-5), subject()) == .amountInvalid)
        #expect(code(.void(lane, sale: id), subject(corrected: 1)) == .correctedBefore)
    }

    @Test("only an approved sale of an account can be corrected")
    func onlySales() throws {
        let evidence = try #require(EvidenceBytes([1]))
        #expect(code(refund(), nil) == .saleUnknown)
        #expect(code(.void(lane, sale: nil), nil) == .noSale)
        #expect(code(.void(lane, sale: id), nil) == .saleUnknown)
        #expect(code(refund(), subject(outcome: .declined(.cardUnknown))) == .notASale)
        #expect(code(refund(), subject(movement: .refund(of: id))) == .notASale)
        #expect(code(refund(), subject(movement: .void(of: id))) == .notASale)
        #expect(code(refund(), subject(movement: .purseLoad(evidence))) == .notASale)
        #expect(code(refund(), subject(movement: .pursePurchase(evidence), outcome: .unknown)) == .outcomeUnknown)
    }

    @Test("what a card's own purse paid goes back to the card's account, whether at once or as found out later")
    func purse() throws {
        let evidence = try #require(EvidenceBytes([1]))
        let paid = JournalRecord.Movement.pursePurchase(evidence)
        for subject in [
            subject(movement: paid), subject(movement: paid, outcome: .unknown, verdict: .happened),
        ] {
            let sale = try rules.sale(for: refund(400), of: subject, now: Self.noon).get()
            #expect(sale.movement == .refund(of: id) && sale.account == account && sale.subsidy == .zero)
            #expect(JournalRecord.isWellFormed(.approved, sale))
            let void = try rules.sale(for: .void(lane, sale: nil), of: subject, now: Self.noon).get()
            #expect(void.movement == .void(of: id) && void.amount == Amount(fen: 1000) && void.account == account)
        }
        #expect(code(refund(), subject(movement: paid, knowsAccount: false)) == .accountUnknown)
        #expect(code(refund(1001), subject(movement: paid)) == .aboveSale)
        #expect(code(refund(), subject(movement: paid, outcome: .unknown, verdict: .didNotHappen)) == .notASale)
    }

    @Test("a void is of the lane's last sale, within five minutes")
    func voids() throws {
        let void = CorrectionOrder.void(lane, sale: id)
        #expect(code(void, subject(), after: .seconds(300)) == nil)
        #expect(code(void, subject(), after: .seconds(301)) == .tooLate)
        #expect(code(void, subject(isLast: false)) == .notLastSale)
        #expect(code(.void(try #require(LaneID(text: "lane-2")), sale: id), subject()) == .notLastSale)
    }

    @Test("a refund is on the day of the sale or the next one, in the campus's time")
    func days() {
        // The sale is at 12:00 in Beijing.
        #expect(code(refund(), subject(), after: .seconds(36 * 3600 - 1)) == nil)
        #expect(code(refund(), subject(), after: .seconds(36 * 3600)) == .tooLate)
        var never = CorrectionRules(refundDays: 0)
        never.timeZoneOffset = 0
        let result = never.sale(for: refund(), of: subject(), now: Self.noon.advanced(by: .seconds(86_400)))
        #expect(throws: CorrectionRefusal(.tooLate)) { try result.get() }
    }

    @Test("a repetition is recognised, and another order under the same reference is not")
    func repetition() throws {
        let sold = subject()
        let record = JournalRecord(
            sequence: 4, transaction: id, outcome: .approved,
            sale: try rules.sale(for: refund(400), of: sold, now: Self.noon).get(), decidedAt: Self.noon,
            replicaCursor: 9)
        #expect(refund(400).isFulfilled(by: record) && refund().isFulfilled(by: record))
        #expect(!refund(401).isFulfilled(by: record))
        #expect(!CorrectionOrder.void(lane, sale: nil).isFulfilled(by: record))
    }

    @Test("every refusal has a number of its own and says itself in two languages")
    func texts() {
        let refusals = CorrectionRefusal.Code.allCases.map(CorrectionRefusal.init)
        #expect(refusals.allSatisfy { (6040...6050).contains($0.number) })
        #expect(Set(refusals.map(\.message)).count == refusals.count)
        #expect(Set(refusals.map(\.chineseText)).count == refusals.count)
    }
}
