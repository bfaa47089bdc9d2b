import Foundation
import HubProtocol
import Payments
import Testing

@Suite("Record messages of subsidy, refunds and voids")
struct CorrectionMessageTests {
    private static func records() throws -> [JournalRecord] {
        let terminal = try #require(TerminalID(number: 0xA1))
        let journal = JournalID(number: 9)
        let sale = TransactionID(terminal: terminal, journal: journal, trace: TraceNumber(1))
        var records: [JournalRecord] = []
        for movement in [JournalRecord.Movement.refund(of: sale), .void(of: sale), .accountPurchase] {
            for subsidy in [0, 1, 350] as [Int64] {
                for outcome in [Outcome.approved, .declined(.accountClosed)] {
                    let number = UInt64(records.count + 1)
                    records.append(
                        JournalRecord(
                            sequence: number,
                            transaction: TransactionID(
                                terminal: terminal, journal: journal, trace: TraceNumber(number + 1)),
                            outcome: outcome,
                            sale: JournalRecord.Sale(
                                movement: movement, amount: Amount(fen: 350), subsidy: Amount(fen: subsidy),
                                payer: .code(CodeReference(keyID: 1, serial: 77)), account: AccountID(number: 42),
                                merchant: try #require(MerchantID(text: "canteen-1")),
                                lane: try #require(LaneID(text: "lane-1")), path: .local),
                            decidedAt: UnixTime(milliseconds: 1_790_000_000_123), replicaCursor: 77))
                }
            }
        }
        return records
    }

    @Test("they survive JSON with their canonical bytes unchanged")
    func roundTrip() throws {
        for record in try Self.records() {
            let data = try JSONEncoder().encode(RecordMessage(record))
            let back = try #require(try JSONDecoder().decode(RecordMessage.self, from: data).record)
            #expect(back == record)
            #expect(back.canonicalBytes == record.canonicalBytes)
        }
    }

    @Test("a sale without subsidy looks on the wire as it did before there was subsidy")
    func olderForm() throws {
        let plain = try #require(try Self.records().first { $0.sale?.movement == .accountPurchase })
        let text = String(decoding: try JSONEncoder().encode(RecordMessage(plain)), as: UTF8.self)
        for key in ["movement", "subsidyFen", "corrects"] { #expect(!text.contains(key)) }
    }

    @Test("a message whose movement, corrected sale and subsidy do not fit is no record")
    func rules() throws {
        let records = try Self.records()
        let refund = RecordMessage(try #require(records.first))
        let purchase = RecordMessage(try #require(records.first { $0.sale?.movement == .accountPurchase }))
        typealias Change = (inout RecordMessage) -> Void
        let both: [Change] = [
            { $0.sale?.subsidyFen = 0 }, { $0.sale?.subsidyFen = -1 }, { $0.sale?.subsidyFen = 351 },
            { $0.sale?.subsidyFen = Int64.min }, { $0.sale?.evidence = "00" }, { $0.sale?.account = nil },
            { $0.outcome = .unknown }, { $0.sale?.movement = .pursePurchase },
        ]
        for change in both + [{ $0.sale?.corrects = nil }, { $0.sale?.movement = nil }] {
            var message = refund
            change(&message)
            #expect(message.record == nil)
        }
        let added: Change = { $0.sale?.corrects = refund.transaction }
        for change in both + [added, { $0.sale?.movement = .void }, { $0.sale?.movement = .accountPurchase }] {
            var message = purchase
            change(&message)
            #expect(message.record == nil)
        }
    }

    @Test("an account without subsidy looks as it did, and one with subsidy says until when")
    func accounts() throws {
        let id = try #require(AccountID(number: 42))
        let plain = AccountMessage(id: id, status: .active, balance: Amount(fen: 5))
        let text = String(decoding: try JSONEncoder().encode(plain), as: UTF8.self)
        #expect(!text.contains("subsidy"))
        let older = #"{"id":"42","status":"active","balanceFen":5}"#
        let read = try? JSONDecoder().decode(AccountMessage.self, from: Data(older.utf8))
        #expect(read == nil || read == plain)
        let rich = AccountMessage(
            id: id, status: .active, balance: Amount(fen: 5), subsidy: Amount(fen: 7),
            subsidyExpires: UnixTime(seconds: 99))
        let back = try JSONDecoder().decode(AccountMessage.self, from: try JSONEncoder().encode(rich))
        #expect(back == rich)
        #expect(back.subsidyFen == 7 && back.subsidyExpiresSeconds == 99)
    }
}
