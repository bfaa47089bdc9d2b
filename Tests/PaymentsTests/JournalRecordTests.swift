import Payments
import Testing

/// The parts from which the records of these tests are made.
private struct Parts {
    let transaction: TransactionID
    let subject: TransactionID
    let account: AccountID
    let merchant: MerchantID
    let lane: LaneID
    let evidence: EvidenceBytes
    let card = CardID.purse(applicationSerial: [0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70, 0x80, 0x90, 0xA0])

    init() throws {
        let terminal = try #require(TerminalID(text: "0000A1B2C3D4"))
        let journal = JournalID(number: 0xC0FF_EE01)
        transaction = TransactionID(terminal: terminal, journal: journal, trace: TraceNumber(0x0102))
        subject = TransactionID(terminal: terminal, journal: journal, trace: TraceNumber(0x0101))
        account = try #require(AccountID(number: 42))
        merchant = try #require(MerchantID(text: "canteen-1"))
        lane = try #require(LaneID(text: "lane-1"))
        evidence = try #require(EvidenceBytes([0xDE, 0xAD, 0xBE, 0xEF]))
    }

    func sale(
        _ movement: JournalRecord.Movement, payer: JournalRecord.Payer? = nil, account: AccountID? = nil,
        path: AuthorizationPath = .local
    ) -> JournalRecord.Sale {
        JournalRecord.Sale(
            movement: movement, amount: Amount(fen: 350), payer: payer ?? .card(card, .proven), account: account,
            merchant: merchant, lane: lane, path: path)
    }

    func record(_ outcome: Outcome, _ sale: JournalRecord.Sale?) -> JournalRecord {
        JournalRecord(
            sequence: 7, transaction: transaction, outcome: outcome, sale: sale,
            decidedAt: UnixTime(milliseconds: 1_788_220_800_123), replicaCursor: 77)
    }
}

@Suite("Canonical bytes of a record (promise 5)")
struct CanonicalBytesTests {
    /// From layout version to replica cursor, in a record with this version and outcome.
    private static func head(version: UInt8, outcome: UInt8, reason: [UInt8] = [0, 0]) -> [UInt8] {
        [version]  // layout version
            + [0, 0, 0, 0, 0, 0, 0, 7]  // sequence
            + [0x00, 0x00, 0xA1, 0xB2, 0xC3, 0xD4]  // transaction id: terminal
            + [0xC0, 0xFF, 0xEE, 0x01]  // journal
            + [0, 0, 0, 0, 0x01, 0x02]  // trace number
            + [outcome] + reason  // outcome and decline reason
            + [0x00, 0x00, 0x01, 0xA0, 0x5A, 0x43, 0xFC, 0x7B]  // decided at
            + [0, 0, 0, 0, 0, 0, 0, 77]  // replica cursor
    }

    /// Amount, payer, account, merchant, lane and path of a sale of ¥3.50 with the proven card.
    private static func sale(account: UInt8, path: UInt8) -> [UInt8] {
        [1]  // there is a sale
            + [0, 0, 0, 0, 0, 0, 0x01, 0x5E]  // amount
            + [1]  // proven card
            + [0, 26] + Array("purse:102030405060708090A0".utf8)
            + [0, 0, 0, 0, 0, 0, 0, account]  // account
            + [0, 9] + Array("canteen-1".utf8) + [0, 6] + Array("lane-1".utf8)
            + [path]
    }

    @Test("a record from before version 2 keeps its bytes")
    func versionOne() throws {
        let parts = try Parts()
        let sale = parts.sale(.accountPurchase, account: parts.account, path: .offline(.timedOut))
        #expect(
            parts.record(.approved, sale).canonicalBytes
                == Self.head(version: 1, outcome: 1) + Self.sale(account: 42, path: 3))
        #expect(
            parts.record(.declined(.insufficientFunds), sale).canonicalBytes
                == Self.head(version: 1, outcome: 2, reason: [0x13, 0xED]) + Self.sale(account: 42, path: 3))
        #expect(parts.record(.voided, nil).canonicalBytes == Self.head(version: 1, outcome: 3) + [0])
    }

    @Test("a resolution, written out byte by byte")
    func resolution() throws {
        let parts = try Parts()
        let outcome = Outcome.resolved(Resolution(subject: parts.subject, verdict: .undetermined))
        let sale = parts.sale(.purseLoad(parts.evidence), account: parts.account, path: .online)
        #expect(
            parts.record(outcome, sale).canonicalBytes
                == Self.head(version: 2, outcome: 5) + Self.sale(account: 42, path: 1)
                + [3]  // load of a purse
                + [0, 4, 0xDE, 0xAD, 0xBE, 0xEF]  // evidence
                + [3]  // undetermined
                + [0x00, 0x00, 0xA1, 0xB2, 0xC3, 0xD4, 0xC0, 0xFF, 0xEE, 0x01, 0, 0, 0, 0, 0x01, 0x01])
    }

    @Test("records of a purse that resolve nothing end with a zero verdict")
    func purse() throws {
        let parts = try Parts()
        let sale = parts.sale(.pursePurchase(parts.evidence))
        let tail: [UInt8] = [2, 0, 4, 0xDE, 0xAD, 0xBE, 0xEF, 0]
        for (outcome, number) in [(Outcome.approved, 1), (.unknown, 4)] as [(Outcome, UInt8)] {
            #expect(
                parts.record(outcome, sale).canonicalBytes
                    == Self.head(version: 2, outcome: number) + Self.sale(account: 0, path: 0) + tail)
        }
        #expect(
            parts.record(.declined(.cardRefusedDebit), parts.sale(.pursePurchase(nil))).canonicalBytes
                == Self.head(version: 2, outcome: 2, reason: [0x01, 0xF7]) + Self.sale(account: 0, path: 0)
                + [2, 0, 0, 0])
    }

    @Test("records that differ in one field of version 2 differ in their bytes")
    func injective() throws {
        let parts = try Parts()
        let other = try #require(EvidenceBytes([0xDE, 0xAD, 0xBE]))
        let movements: [JournalRecord.Movement] = [
            .pursePurchase(parts.evidence), .pursePurchase(other), .purseLoad(parts.evidence), .purseLoad(other),
        ]
        var outcomes: [Outcome] = [.approved, .unknown, .declined(.cardRefusedDebit)]
        for verdict in Resolution.Verdict.allCases {
            for subject in [parts.subject, parts.transaction] {
                outcomes.append(.resolved(Resolution(subject: subject, verdict: verdict)))
            }
        }
        let records = movements.flatMap { movement in
            outcomes.map { parts.record($0, parts.sale(movement, account: parts.account)) }
        }
        #expect(Set(records.map(\.canonicalBytes)).count == records.count)
    }
}

@Suite("What a record posts (promise 3)")
struct RecordPostingTests {
    @Test("a purse pays the merchant, and a load fills the purse from the account")
    func postings() throws {
        let parts = try Parts()
        let purchase = parts.sale(.pursePurchase(parts.evidence), account: parts.account)
        #expect(
            parts.record(.approved, purchase).posting?.entries == [
                Entry(account: .purse(parts.card), amount: Amount(fen: -350)),
                Entry(account: .merchant(parts.merchant), amount: Amount(fen: 350)),
            ])
        let load = parts.sale(.purseLoad(parts.evidence), account: parts.account)
        #expect(
            parts.record(.approved, load).posting?.entries == [
                Entry(account: .cardholder(parts.account), amount: Amount(fen: -350)),
                Entry(account: .purse(parts.card), amount: Amount(fen: 350)),
            ])
    }

    @Test("an unknown record posts nothing, and its resolution only when the money moved")
    func resolutions() throws {
        let parts = try Parts()
        let sale = parts.sale(.pursePurchase(parts.evidence))
        #expect(parts.record(.unknown, sale).posting == nil)
        let posted = Resolution.Verdict.allCases.map {
            parts.record(.resolved(Resolution(subject: parts.subject, verdict: $0)), sale).posting
        }
        #expect(posted == [parts.record(.approved, sale).posting, nil, nil])
        #expect(parts.record(.declined(.cardRefusedDebit), sale).posting == nil)
    }

    @Test("a record has what its outcome needs")
    func wellFormed() throws {
        let parts = try Parts()
        let code = JournalRecord.Payer.code(CodeReference(keyID: 1, serial: 1))
        let resolved = Outcome.resolved(Resolution(subject: parts.subject, verdict: .happened))
        let whole = parts.sale(.pursePurchase(parts.evidence))
        for outcome in [Outcome.approved, .unknown, resolved] {
            #expect(JournalRecord.isWellFormed(outcome, whole))
            #expect(!JournalRecord.isWellFormed(outcome, nil))
            #expect(!JournalRecord.isWellFormed(outcome, parts.sale(.pursePurchase(nil))))
            #expect(!JournalRecord.isWellFormed(outcome, parts.sale(.pursePurchase(parts.evidence), payer: code)))
            #expect(!JournalRecord.isWellFormed(outcome, parts.sale(.purseLoad(parts.evidence))), "no account")
        }
        for outcome in [Outcome.unknown, resolved] {
            #expect(!JournalRecord.isWellFormed(outcome, parts.sale(.accountPurchase, account: parts.account)))
        }
        #expect(!JournalRecord.isWellFormed(.voided, whole))
        #expect(JournalRecord.isWellFormed(.voided, nil))
        #expect(JournalRecord.isWellFormed(.declined(.cardUnknown), parts.sale(.pursePurchase(nil))))
    }

    @Test("an account of the books is read back from its text")
    func bookAccounts() throws {
        let parts = try Parts()
        for account in [
            BookAccount.purse(parts.card), .purse(.uid([1, 2, 3, 4])), .cardholder(parts.account),
            .merchant(parts.merchant), .funding, .suspense,
        ] {
            #expect(BookAccount(text: account.text) == account)
        }
        #expect(BookAccount.purse(parts.card).text == "purse:purse:102030405060708090A0")
        for text in ["purse", "purse:", "purse:102030405060708090A0", "purse:purse:1020"] {
            #expect(BookAccount(text: text) == nil, "\(text)")
        }
        #expect(!BookAccount.purse(parts.card).description.contains("102030"))
    }
}

@Suite("Evidence")
struct EvidenceBytesTests {
    @Test("evidence has 1 to 512 bytes")
    func lengths() {
        #expect(EvidenceBytes([]) == nil)
        #expect(EvidenceBytes([1])?.bytes == [1])
        #expect(EvidenceBytes([UInt8](repeating: 1, count: 512))?.bytes.count == 512)
        #expect(EvidenceBytes([UInt8](repeating: 1, count: 513)) == nil)
    }

    @Test("evidence shows nothing of its bytes (promise 13)")
    func privacy() throws {
        let evidence = try #require(EvidenceBytes([0xAB, 0xCD, 171]))
        var dumped = ""
        dump(evidence, to: &dumped)
        for text in ["\(evidence)", String(reflecting: evidence), dumped] {
            #expect(!text.contains("171") && !text.lowercased().contains("ab"), "\(text)")
        }
    }
}
