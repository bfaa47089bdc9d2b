import Foundation
import HTTPTypes
import Hub
import HubProtocol
import Payments
import TestSupport
import Testing

/// Random sales, outages, closings, corrections and settlements from a seed; after each run the money adds up in every
/// way that the office looks at it.
@Suite("Books under random days")
struct BooksPropertyTests {
    struct Generator: RandomNumberGenerator {
        var state: UInt64

        /// SplitMix64.
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var value = state
            value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
            value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
            return value ^ (value >> 31)
        }
    }

    @Test("every sale is settled once, sums are conserved, and asking again changes nothing", arguments: 1...6)
    func days(seed: UInt64) async throws {
        var random = Generator(state: seed)
        let hub = try await HubFixture.open()
        var accounts: [AccountID] = []
        for number in 1...3 as ClosedRange<UInt64> { accounts.append(try await hub.account(number, fen: 1_000_000)) }
        let merchants = [try await hub.merchant("a"), try await hub.merchant("b")]
        var terminals: [TestTerminal] = []
        for merchant in merchants { terminals.append(try await hub.terminal([merchant])) }
        var delivered = [0, 0]
        var frozen: [DayReport] = []

        func deliver(_ index: Int) async throws {
            let count = terminals[index].records.count
            guard count > delivered[index] else { return }
            try await terminals[index].deliver(UInt64(delivered[index] + 1)...UInt64(count))
            // The same batch again, as after a lost answer.
            try await terminals[index].deliver(UInt64(delivered[index] + 1)...UInt64(count))
            delivered[index] = count
        }

        for _ in 0..<60 {
            let index = Int.random(in: 0...1, using: &random)
            switch Int.random(in: 0..<10, using: &random) {
            case 0...4:
                for _ in 0..<Int.random(in: 1...4, using: &random) {
                    hub.clock.advance(by: .seconds(Int64.random(in: 1...2000, using: &random)))
                    let account = try #require(accounts.randomElement(using: &random))
                    try terminals[index].write(
                        .approved, account, fen: Int64.random(in: 1...3000, using: &random))
                }
            case 5, 6: try await deliver(index)
            case 7:
                hub.nextDay(hours: Int64.random(in: 0...20, using: &random))
                for closed in try await hub.closeDays().closed { frozen.append(try await hub.day(closed.day)) }
            case 8:
                if let sale = terminals[index].records.prefix(delivered[index]).randomElement(using: &random) {
                    let refund = NewAdjustment(
                        kind: .refund, amountFen: 1, account: sale.sale?.account, merchant: merchants[index],
                        transaction: sale.transaction, note: "x")
                    let reply = try await hub.operate(.post, "/adjustments", body: JSONEncoder().encode(refund))
                    if reply.status == 200 { _ = try await hub.approve(reply.decoded()) }
                }
            default:
                let drafts = try await hub.operate(
                    .post, "/settlements", body: JSONEncoder().encode(NewSettlements(merchant: merchants[index])))
                if drafts.status == 200 {
                    let draft = try #require(try drafts.decoded(as: SettlementDrafts.self).drafts.first)
                    _ = try await hub.asWang(
                        "/settlements/\(draft.id)/decide",
                        SettlementDecision(verdict: Bool.random(using: &random) ? .confirm : .cancel),
                        as: SettlementSummary.self)
                }
            }
        }
        for index in 0...1 { try await deliver(index) }
        for day in frozen { #expect(try await hub.day(day.summary.day) == day) }
        hub.nextDay()
        try await hub.closeDays()
        for merchant in merchants {
            let drafts = try await hub.operate(
                .post, "/settlements", body: JSONEncoder().encode(NewSettlements(merchant: merchant)))
            if drafts.status == 200 {
                let draft = try #require(try drafts.decoded(as: SettlementDrafts.self).drafts.first)
                _ = try await hub.asWang(
                    "/settlements/\(draft.id)/decide", SettlementDecision(verdict: .confirm),
                    as: SettlementSummary.self)
            }
        }
        try await hub.requireSoundBooks()
        try await expectEverythingSettledOnce(hub, merchants, terminals)
    }

    private func expectEverythingSettledOnce(
        _ hub: HubFixture, _ merchants: [MerchantID], _ terminals: [TestTerminal]
    ) async throws {
        let settlements = try await hub.operate(
            .get, "/settlements?limit=1000", as: Page<SettlementSummary>.self
        ).items.filter { $0.state == .confirmed }
        for (merchant, terminal) in zip(merchants, terminals) {
            let own = settlements.filter { $0.merchant == merchant }.sorted { $0.from < $1.from }
            for (one, next) in zip(own, own.dropFirst()) {
                #expect(one.through < next.from)
                #expect(next.carriedFen == min(0, one.netFen))
            }
            var postings: Set<Int64> = []
            var transactions: [TransactionID] = []
            for settlement in own {
                let lines = try await hub.settlementLines(settlement.id)
                #expect(lines.reduce(0) { $0 + $1.amountFen } == settlement.figures.netFen)
                for line in lines { #expect(postings.insert(line.posting).inserted) }
                transactions += lines.filter { $0.column == .sales }.compactMap(\.transaction)
            }
            #expect(Set(transactions) == Set(terminal.records.map(\.transaction)))
            #expect(transactions.count == terminal.records.count)
            // What is left on the merchant's book is what the last settlement carries over.
            let statement = try await hub.operate(
                .get, "/merchants/\(merchant.text)/statement?limit=1", as: Statement.self)
            #expect(statement.balanceFen == min(0, own.last?.netFen ?? 0))
        }
    }
}
