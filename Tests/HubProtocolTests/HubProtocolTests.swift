import Crypto
import Foundation
import HubProtocol
import Payments
import Testing

/// Records of every shape, built from numbers so that a failing one can be named.
private func sampleRecords() throws -> [JournalRecord] {
    let terminal = try #require(TerminalID(number: 0xA1))
    let merchant = try #require(MerchantID(text: "canteen-1"))
    let lane = try #require(LaneID(text: "lane-1"))
    let account = try #require(AccountID(number: 42))
    let payers: [JournalRecord.Payer] = [
        .card(.purse(applicationSerial: Array(0..<10)), .proven), .card(.uid([4, 5, 6, 7]), .unproven),
        .code(CodeReference(keyID: 3, serial: .max)),
    ]
    let paths: [AuthorizationPath] = [
        .local, .online, .offline(.unreachable), .offline(.timedOut), .offline(.faulty),
    ]
    var records: [JournalRecord] = []
    for payer in payers {
        for path in paths {
            for outcome in [Outcome.approved, .declined(.codeReplayed), .voided] {
                let number = UInt64(records.count + 1)
                let sale =
                    outcome == .voided
                    ? nil
                    : JournalRecord.Sale(
                        amount: Amount(fen: Int64(number) * 7), payer: payer, account: account, merchant: merchant,
                        lane: lane, path: path)
                records.append(
                    JournalRecord(
                        sequence: number,
                        transaction: TransactionID(
                            terminal: terminal, journal: JournalID(number: 9), trace: TraceNumber(number)),
                        outcome: outcome, sale: sale, decidedAt: UnixTime(milliseconds: 1_790_000_000_123),
                        replicaCursor: 77))
            }
        }
    }
    return records
}

/// Records of transactions with a card's own money, in every shape.
private func cardMoneyRecords() throws -> [JournalRecord] {
    let terminal = try #require(TerminalID(number: 0xA1))
    let merchant = try #require(MerchantID(text: "canteen-1"))
    let lane = try #require(LaneID(text: "lane-1"))
    let account = try #require(AccountID(number: 42))
    let journal = JournalID(number: 9)
    let subject = TransactionID(terminal: terminal, journal: journal, trace: TraceNumber(1000))
    var outcomes: [Outcome] = [.approved, .declined(.cardRefusedDebit), .unknown]
    outcomes += Resolution.Verdict.allCases.map { .resolved(Resolution(subject: subject, verdict: $0)) }
    var records: [JournalRecord] = []
    for length in [1, 96, EvidenceBytes.lengthMaximum] {
        let evidence = try #require(EvidenceBytes((0..<length).map { UInt8(truncatingIfNeeded: $0) }))
        for movement in [JournalRecord.Movement.pursePurchase(evidence), .purseLoad(evidence)] {
            for outcome in outcomes {
                let number = UInt64(records.count + 1)
                records.append(
                    JournalRecord(
                        sequence: number,
                        transaction: TransactionID(terminal: terminal, journal: journal, trace: TraceNumber(number)),
                        outcome: outcome,
                        sale: JournalRecord.Sale(
                            movement: movement, amount: Amount(fen: 350),
                            payer: .card(.purse(applicationSerial: Array(0..<10)), .proven), account: account,
                            merchant: merchant, lane: lane, path: .local),
                        decidedAt: UnixTime(milliseconds: 1_790_000_000_123), replicaCursor: 77))
            }
        }
    }
    return records
}

@Suite("Record messages of a card's own money (promise 7)")
struct CardMoneyRecordMessageTests {
    @Test("every kind of record survives JSON with its canonical bytes unchanged")
    func roundTrip() throws {
        var records = try cardMoneyRecords()
        var refused = try #require(records.first { $0.outcome == .declined(.cardRefusedDebit) })
        refused.sale?.movement = .purseLoad(nil)
        refused.sale?.account = nil
        records.append(refused)
        for record in records {
            let data = try JSONEncoder().encode(RecordMessage(record))
            let back = try #require(try JSONDecoder().decode(RecordMessage.self, from: data).record)
            #expect(back == record)
            #expect(back.canonicalBytes == record.canonicalBytes)
        }
    }

    @Test("a record of an account purchase looks on the wire as it did before there were purses")
    func olderForm() throws {
        let record = try #require(try sampleRecords().first)
        let data = try JSONEncoder().encode(RecordMessage(record))
        let text = String(decoding: data, as: UTF8.self)
        for key in ["movement", "evidence", "resolution"] { #expect(!text.contains(key)) }
    }

    @Test("a message with evidence, movement or resolution that do not fit is no record")
    func rules() throws {
        let records = try cardMoneyRecords()
        let approved = RecordMessage(try #require(records.first))
        let unknown = RecordMessage(try #require(records.first { $0.outcome == .unknown }))
        let resolved = RecordMessage(try #require(records.first { RecordMessage($0).outcome == .resolved }))
        let load = RecordMessage(
            try #require(records.first { RecordMessage($0).sale?.movement == .purseLoad && $0.outcome == .approved }))
        let tooLong = String(repeating: "00", count: EvidenceBytes.lengthMaximum + 1)
        typealias Change = (inout RecordMessage) -> Void
        let sale: [Change] = [
            { $0.sale = nil }, { $0.sale?.movement = nil }, { $0.sale?.evidence = nil }, { $0.sale?.evidence = "" },
            { $0.sale?.evidence = "0" }, { $0.sale?.evidence = "ZZ" }, { $0.sale?.evidence = tooLong },
            { $0.sale?.movement = .accountPurchase },
            {
                $0.sale?.movement = .accountPurchase
                $0.sale?.evidence = nil
            },
            {
                $0.sale?.card = nil
                $0.sale?.proof = nil
                $0.sale?.code = CodeMessage(CodeReference(keyID: 1, serial: 1))
            }, { $0.reason = 503 }, { $0.outcome = .voided }, { $0.outcome = .declined },
        ]
        let accountUnknown: Change = { $0.sale?.account = nil }
        let cases: [(RecordMessage, [Change])] = [
            (approved, sale + [{ $0.resolution = resolved.resolution }, { $0.outcome = .resolved }]),
            (unknown, sale + [{ $0.resolution = resolved.resolution }, { $0.outcome = .resolved }]),
            (resolved, sale + [{ $0.resolution = nil }, { $0.outcome = .unknown }, { $0.outcome = .approved }]),
            (load, sale + [accountUnknown]),
        ]
        for (number, (good, changes)) in cases.enumerated() {
            #expect(good.record != nil)
            for (rule, change) in changes.enumerated() {
                var message = good
                change(&message)
                #expect(message.record == nil, "message \(number), rule \(rule)")
            }
        }
    }

    @Test("an unknown outcome, movement or verdict cannot be decoded")
    func laterVersions() throws {
        let resolved = try #require(try cardMoneyRecords().first { RecordMessage($0).outcome == .resolved })
        let data = try JSONEncoder().encode(RecordMessage(resolved))
        let text = String(decoding: data, as: UTF8.self)
        for (known, later) in [
            ("\"resolved\"", "\"revised\""), ("\"pursePurchase\"", "\"purseUnload\""), ("\"happened\"", "\"maybe\""),
        ] {
            #expect(text.contains(known))
            let changed = text.replacingOccurrences(of: known, with: later)
            #expect(throws: DecodingError.self) {
                try JSONDecoder().decode(RecordMessage.self, from: Data(changed.utf8))
            }
        }
    }
}

@Suite("Record messages")
struct RecordMessageTests {
    @Test("every kind of record survives JSON with its canonical bytes unchanged")
    func roundTrip() throws {
        for record in try sampleRecords() {
            let data = try JSONEncoder().encode(RecordMessage(record))
            let back = try #require(try JSONDecoder().decode(RecordMessage.self, from: data).record)
            #expect(back == record)
            #expect(back.canonicalBytes == record.canonicalBytes)
        }
    }

    @Test("no two different records have the same canonical bytes")
    func injective() throws {
        let records = try sampleRecords()
        #expect(Set(records.map(\.canonicalBytes)).count == Set(records).count)
    }

    @Test("a message that breaks a rule is no record")
    func rules() throws {
        let approved = RecordMessage(try #require(try sampleRecords().first))
        let breaks: [(inout RecordMessage) -> Void] = [
            { $0.reason = 5101 }, { $0.outcome = .declined }, { $0.sale = nil }, { $0.sale?.account = nil },
            { $0.sale?.amountFen = 0 }, { $0.sale?.amountFen = -1 }, { $0.sale?.amountFen = 100_000_001 },
            { $0.sale?.card = nil }, { $0.sale?.proof = nil },
            { $0.sale?.code = CodeMessage(CodeReference(keyID: 1, serial: 1)) },
            {
                $0.outcome = .declined
                $0.reason = 1
            }, { $0.outcome = .voided },
        ]
        #expect(approved.record != nil)
        for (number, change) in breaks.enumerated() {
            var message = approved
            change(&message)
            #expect(message.record == nil, "rule \(number)")
        }
    }
}

@Suite("Journal chain (promise 5)")
struct JournalChainTests {
    @Test("every single-bit change of a record changes the chain")
    func bits() throws {
        let terminal = try #require(TerminalID(number: 0xA1))
        let start = JournalHash.genesis(terminal: terminal, journal: JournalID(number: 9))
        let bytes = try #require(try sampleRecords().first).canonicalBytes
        let good = start.following(canonicalBytes: bytes)
        for bit in 0..<bytes.count * 8 {
            var changed = bytes
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(start.following(canonicalBytes: changed) != good)
        }
    }

    @Test("order and journal matter")
    func order() throws {
        let records = try sampleRecords()
        let terminal = try #require(TerminalID(number: 0xA1))
        let start = JournalHash.genesis(terminal: terminal, journal: JournalID(number: 9))
        #expect(
            start.following(records[0]).following(records[1]) != start.following(records[1]).following(records[0]))
        #expect(start != JournalHash.genesis(terminal: terminal, journal: JournalID(number: 10)))
    }

    @Test("a checkpoint is good under its key and for its journal, sequence and hash only")
    func checkpoint() throws {
        let key = Curve25519.Signing.PrivateKey()
        let terminal = try #require(TerminalID(number: 0xA1))
        let hash = JournalHash.genesis(terminal: terminal, journal: JournalID(number: 9))
        let checkpoint = try Checkpoint(
            terminal: terminal, journal: JournalID(number: 9), sequence: 5, hash: hash, key: key)
        #expect(checkpoint.isSigned(by: key.publicKey))
        #expect(!checkpoint.isSigned(by: Curve25519.Signing.PrivateKey().publicKey))
        var other = checkpoint
        other.sequence = 6
        #expect(!other.isSigned(by: key.publicKey))
        other = checkpoint
        other.journal = JournalID(number: 8)
        #expect(!other.isSigned(by: key.publicKey))
        other = checkpoint
        other.signature = "xyz"
        #expect(!other.isSigned(by: key.publicKey))
        let back = try JSONDecoder().decode(Checkpoint.self, from: JSONEncoder().encode(checkpoint))
        #expect(back.isSigned(by: key.publicKey))
    }
}

@Suite("Hold messages")
struct HoldMessageTests {
    @Test("an answer that breaks its own rules counts as a faulty hub")
    func malformed() throws {
        let account = try #require(AccountID(number: 1))
        var held = HoldAnswer(held: account, available: Amount(fen: 5), hubTime: UnixTime(seconds: 0))
        #expect(held.hubAnswer(to: Amount(fen: 9)) == .held(account: account, available: Amount(fen: 5)))
        for (subsidy, isTaken) in [(0, true), (9, true), (10, false), (-1, false)] as [(Int64, Bool)] {
            held.subsidyFen = subsidy
            #expect(
                held.hubAnswer(to: Amount(fen: 9))
                    == (isTaken
                        ? .held(account: account, available: Amount(fen: 5), subsidy: Amount(fen: subsidy))
                        : .none(.faulty)))
        }
        held.subsidyFen = nil
        held.account = nil
        #expect(held.hubAnswer(to: Amount(fen: 9)) == .none(.faulty))
        var declined = HoldAnswer(declined: .accountFrozen, hubTime: UnixTime(seconds: 0))
        #expect(declined.hubAnswer(to: Amount(fen: 9)) == .declined(.accountFrozen))
        declined.reason = 3
        #expect(declined.hubAnswer(to: Amount(fen: 9)) == .none(.faulty))
    }
}
