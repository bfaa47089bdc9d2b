import Foundation
import HTTPTypes
import Hub
import HubProtocol
import Payments
import TestSupport
import Testing

@Suite("Exports")
struct ExportTests {
    private func day(_ text: String) throws -> BusinessDay { try #require(BusinessDay(text: text)) }

    @Test(
        "a cell that a spreadsheet would take for a formula is text",
        arguments: [
            ("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"), ("@a", "'@a"), ("\t=1", "'\t=1"), ("＝1", "'＝1"),
            ("\r=1", "\"'\r=1\""), ("a=1", "a=1"), ("", ""), ("a,b", "\"a,b\""), ("a\"b", "\"a\"\"b\""),
            ("a\nb", "\"a\nb\""), ("第一食堂", "第一食堂"),
        ])
    func formulas(text: String, cell: String) { #expect(CSVLine.text([.text(text)]) == cell + "\r\n") }

    @Test("amounts stay numbers, negative ones too")
    func amounts() {
        #expect(CSVLine.text([.amount(-1250), .amount(5), .amount(nil), .integer(-3)]) == "-12.50,0.05,,-3\r\n")
    }

    @Test("a journal asserts each day's balances, with the sign of plain-text accounting")
    func hledger() throws {
        var journal = PlainTextJournal(format: .hledger, eachAccount: false)
        var text = journal.header(campus: "X", snapshot: 2)
        let merchant = BookAccount.merchant(try #require(MerchantID(text: "a")))
        let holder = BookAccount.cardholder(try #require(AccountID(number: 1)))
        for (number, date) in [(1, "2026-09-01"), (2, "2026-09-02")] as [(Int64, String)] {
            text += try journal.posting(
                ExportedPosting(
                    posting: number, day: day(date), kind: .purchase, occurredAtMilliseconds: 0,
                    postedAtMilliseconds: 0,
                    entries: [
                        ExportedEntry(account: holder, amountFen: -150),
                        ExportedEntry(account: merchant, amountFen: 150),
                    ]))
        }
        text += journal.end()
        #expect(text.contains("2026-09-01 * (1) purchase\n    liabilities:cardholders  1.50 CNY\n"))
        #expect(text.contains("    liabilities:merchants:a  0.00 CNY = -1.50 CNY\n"))
        #expect(text.contains("    liabilities:merchants:a  0.00 CNY = -3.00 CNY\n"))
        #expect(!text.contains("cardholders:1"))
    }

    @Test("a merchant's name in Beancount is its own")
    func beancountNames() throws {
        var seen: Set<String> = []
        for id in ["a-b", "a_b", "a.b", "a-ub", "a--b", "ab", "A-b", "a-u", "a_"] {
            var journal = PlainTextJournal(format: .beancount, eachAccount: false)
            let merchant = BookAccount.merchant(try #require(MerchantID(text: id)))
            let text = try journal.posting(
                ExportedPosting(
                    posting: 1, day: day("2026-09-01"), kind: .purchase, occurredAtMilliseconds: 0,
                    postedAtMilliseconds: 0,
                    entries: [
                        ExportedEntry(account: .funding, amountFen: -1), ExportedEntry(account: merchant, amountFen: 1),
                    ]))
            let name = try #require(text.split(whereSeparator: \.isWhitespace).first { $0.contains(":M-") })
            #expect(name.wholeMatch(of: /Liabilities:Merchants:[A-Z0-9][A-Za-z0-9-]*/) != nil)
            #expect(seen.insert(String(name)).inserted, "\(id)")
        }
    }

    @Test("what does not balance is not written, nor days that go back")
    func refused() throws {
        var journal = PlainTextJournal(format: .hledger, eachAccount: true)
        func posting(_ date: String, _ amounts: [Int64]) throws -> ExportedPosting {
            ExportedPosting(
                posting: 1, day: try day(date), kind: .topUp, occurredAtMilliseconds: 0, postedAtMilliseconds: 0,
                entries: amounts.map { ExportedEntry(account: .funding, amountFen: $0) })
        }
        #expect(throws: ExportError(.unbalanced)) { try journal.posting(try posting("2026-09-01", [1, 1])) }
        #expect(throws: ExportError(.unbalanced)) { try journal.posting(try posting("2026-09-01", [])) }
        _ = try journal.posting(try posting("2026-09-02", [1, -1]))
        #expect(throws: ExportError(.outOfOrder)) { try journal.posting(try posting("2026-09-01", [1, -1])) }
        #expect(throws: ExportError(.unknownAccount)) {
            try journal.opening([OpeningBalance(account: "x", balanceFen: 0)], on: try day("2026-09-03"))
        }
    }

    @Test("an export is of one moment: what is posted meanwhile is not part of it")
    func snapshot() async throws {
        let hub = try await HubFixture.open()
        for number in 1...5 as ClosedRange<UInt64> { try await hub.account(number, fen: 10) }
        let first = try await hub.operate(
            .get, "/exports/postings?limit=2", as: ExportPage<ExportedPosting>.self)
        #expect(first.total == 5)
        try await hub.account(6, fen: 10)
        var items = first.items
        var next = first.next
        while let after = next {
            let page = try await hub.operate(
                .get, "/exports/postings?limit=2&after=\(after)&snapshot=\(first.snapshot)",
                as: ExportPage<ExportedPosting>.self)
            items += page.items
            next = page.next
        }
        #expect(items.map(\.posting) == [1, 2, 3, 4, 5])
        let reply = try await hub.operate(.get, "/exports/postings?after=x")
        #expect(try reply.refusal().refusal == .malformedRequest)
        #expect(try await hub.operate(.get, "/exports/postings?from=2026-02-30").refusal().refusal == .malformedRequest)
    }
}
