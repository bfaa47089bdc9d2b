import Payments
import Testing

/// A sale of ¥3.50 and what may correct it.
private struct Parts {
    let transaction: TransactionID
    let sale: TransactionID
    let account: AccountID
    let merchant: MerchantID
    let lane: LaneID

    init() throws {
        let terminal = try #require(TerminalID(text: "0000A1B2C3D4"))
        let journal = JournalID(number: 0xC0FF_EE01)
        transaction = TransactionID(terminal: terminal, journal: journal, trace: TraceNumber(0x0102))
        sale = TransactionID(terminal: terminal, journal: journal, trace: TraceNumber(0x0101))
        account = try #require(AccountID(number: 42))
        merchant = try #require(MerchantID(text: "canteen-1"))
        lane = try #require(LaneID(text: "lane-1"))
    }

    func money(
        _ movement: JournalRecord.Movement, subsidy: Int64 = 0, fen: Int64 = 350, account: AccountID?
    ) -> JournalRecord.Sale {
        JournalRecord.Sale(
            movement: movement, amount: Amount(fen: fen), subsidy: Amount(fen: subsidy),
            payer: .code(CodeReference(keyID: 7, serial: 9)), account: account, merchant: merchant, lane: lane,
            path: .local)
    }

    func record(_ outcome: Outcome, _ sale: JournalRecord.Sale?) -> JournalRecord {
        JournalRecord(
            sequence: 7, transaction: transaction, outcome: outcome, sale: sale,
            decidedAt: UnixTime(milliseconds: 1_788_220_800_123), replicaCursor: 77)
    }
}

@Suite("Records of subsidy, refunds and voids (promises 2, 3 and 5)")
struct CorrectionRecordTests {
    /// Everything from layout version to path, of an approved record of ¥3.50 that a code paid.
    private static func start(version: UInt8) -> [UInt8] {
        [version, 0, 0, 0, 0, 0, 0, 0, 7]  // layout version and sequence
            + [0x00, 0x00, 0xA1, 0xB2, 0xC3, 0xD4, 0xC0, 0xFF, 0xEE, 0x01, 0, 0, 0, 0, 0x01, 0x02]  // transaction
            + [1, 0, 0, 0x00, 0x00, 0x01, 0xA0, 0x5A, 0x43, 0xFC, 0x7B]  // approved, no reason, decided at
            + [0, 0, 0, 0, 0, 0, 0, 77, 1, 0, 0, 0, 0, 0, 0, 0x01, 0x5E]  // replica cursor, sale, amount
            + [3, 7, 0, 0, 0, 0, 0, 0, 0, 9]  // code, its key and serial
            + [0, 0, 0, 0, 0, 0, 0, 42, 0, 9] + Array("canteen-1".utf8)  // account, merchant
            + [0, 6] + Array("lane-1".utf8) + [0]  // lane, path
    }

    @Test("a sale without subsidy keeps the bytes of version 1, and one with subsidy names it")
    func subsidyBytes() throws {
        let parts = try Parts()
        let plain = parts.record(.approved, parts.money(.accountPurchase, account: parts.account))
        #expect(plain.canonicalBytes == Self.start(version: 1))
        let mixed = parts.record(.approved, parts.money(.accountPurchase, subsidy: 300, account: parts.account))
        #expect(mixed.canonicalBytes == Self.start(version: 3) + [1, 0, 0, 0, 0, 0, 0, 0x01, 0x2C])
    }

    @Test("a refund and a void, written out byte by byte")
    func correctionBytes() throws {
        let parts = try Parts()
        let subject: [UInt8] = [
            0x00, 0x00, 0xA1, 0xB2, 0xC3, 0xD4, 0xC0, 0xFF, 0xEE, 0x01, 0, 0, 0, 0, 0x01, 0x01,
        ]
        let refund = parts.record(.approved, parts.money(.refund(of: parts.sale), subsidy: 1, account: parts.account))
        #expect(refund.canonicalBytes == Self.start(version: 3) + [4, 0, 0, 0, 0, 0, 0, 0, 1] + subject)
        let void = parts.record(.approved, parts.money(.void(of: parts.sale), account: parts.account))
        #expect(void.canonicalBytes == Self.start(version: 3) + [5, 0, 0, 0, 0, 0, 0, 0, 0] + subject)
    }

    @Test("records that differ in one field of version 3 differ in their bytes")
    func injective() throws {
        let parts = try Parts()
        let movements: [JournalRecord.Movement] = [
            .accountPurchase, .refund(of: parts.sale), .refund(of: parts.transaction), .void(of: parts.sale),
        ]
        let records = movements.flatMap { movement in
            [0, 1, 350].map { parts.record(.approved, parts.money(movement, subsidy: $0, account: parts.account)) }
        }
        #expect(Set(records.map(\.canonicalBytes)).count == records.count)
    }

    @Test("subsidy pays first and cash the rest, and a purse that pays nothing has no entry")
    func purchases() throws {
        let parts = try Parts()
        func entries(_ subsidy: Int64) -> [Entry]? {
            parts.record(.approved, parts.money(.accountPurchase, subsidy: subsidy, account: parts.account))
                .posting?.entries
        }
        let merchant = Entry(account: .merchant(parts.merchant), amount: Amount(fen: 350))
        #expect(entries(0) == [Entry(account: .cardholder(parts.account), amount: Amount(fen: -350)), merchant])
        #expect(
            entries(300) == [
                Entry(account: .subsidy(parts.account), amount: Amount(fen: -300)),
                Entry(account: .cardholder(parts.account), amount: Amount(fen: -50)), merchant,
            ])
        #expect(entries(350) == [Entry(account: .subsidy(parts.account), amount: Amount(fen: -350)), merchant])
    }

    @Test("a refund and a void take from the merchant what they give to the purses, and are not sales")
    func corrections() throws {
        let parts = try Parts()
        for movement in [JournalRecord.Movement.refund(of: parts.sale), .void(of: parts.sale)] {
            let record = parts.record(.approved, parts.money(movement, subsidy: 300, account: parts.account))
            #expect(
                record.posting?.entries == [
                    Entry(account: .merchant(parts.merchant), amount: Amount(fen: -350)),
                    Entry(account: .subsidy(parts.account), amount: Amount(fen: 300)),
                    Entry(account: .cardholder(parts.account), amount: Amount(fen: 50)),
                ])
            #expect(record.soldAmount == nil)
            let refused = parts.record(.declined(.accountClosed), parts.money(movement, account: nil))
            #expect(refused.posting == nil)
        }
        let sale = parts.record(.approved, parts.money(.accountPurchase, account: parts.account))
        #expect(sale.soldAmount == Amount(fen: 350))
    }

    @Test("subsidy is a part of the amount, and a correction has an account and is never unknown")
    func wellFormed() throws {
        let parts = try Parts()
        let correction = parts.money(.refund(of: parts.sale), account: parts.account)
        #expect(JournalRecord.isWellFormed(.approved, correction))
        #expect(!JournalRecord.isWellFormed(.unknown, correction))
        #expect(
            !JournalRecord.isWellFormed(
                .resolved(Resolution(subject: parts.sale, verdict: .happened)), correction))
        #expect(!JournalRecord.isWellFormed(.approved, parts.money(.void(of: parts.sale), account: nil)))
        for movement in [JournalRecord.Movement.accountPurchase, .refund(of: parts.sale), .void(of: parts.sale)] {
            for (subsidy, fen) in [(-1, 350), (351, 350), (0, 0), (0, -1)] as [(Int64, Int64)] {
                let sale = parts.money(movement, subsidy: subsidy, fen: fen, account: parts.account)
                #expect(!JournalRecord.isWellFormed(.approved, sale), "\(subsidy) of \(fen)")
                #expect(!JournalRecord.isWellFormed(.declined(.cardUnknown), sale), "\(subsidy) of \(fen)")
            }
        }
        let evidence = try #require(EvidenceBytes([1]))
        var load = parts.money(.purseLoad(evidence), subsidy: 1, account: parts.account)
        load.payer = .card(.uid([1, 2, 3, 4]), .proven)
        #expect(!JournalRecord.isWellFormed(.approved, load))
        load.subsidy = .zero
        #expect(JournalRecord.isWellFormed(.approved, load))
    }

    @Test("the subsidy purse is an account of the books")
    func bookAccount() throws {
        let account = try #require(AccountID(number: 2_026_010_001))
        #expect(BookAccount.subsidy(account).text == "subsidy:2026010001")
        #expect(BookAccount(text: "subsidy:2026010001") == .subsidy(account))
        for text in ["subsidy", "subsidy:", "subsidy:0", "subsidy:01"] { #expect(BookAccount(text: text) == nil) }
        #expect(!BookAccount.subsidy(account).description.contains("2026010001"))
    }
}
