import Foundation
import HTTPTypes
import Hub
import HubProtocol
import Payments
import SmartCards
import TestSupport
import Testing

/// A campus whose cards hold money, with torn cards, terminals that come late, and one that never comes back.
@Suite("Purse money is conserved")
struct PurseConservationTests {
    /// What really happened, and what it was.
    private struct Truth {
        var card: Int
        var happened: Bool
    }

    private struct World {
        let hub: HubFixture
        var terminals: [TestTerminal]
        var purses: [TestPurse]
        var accounts: [AccountID]
        var truth: [TransactionID: Truth] = [:]
        /// Unknown purchases that their terminal may still resolve, by terminal and card.
        var open: [Int: [(card: Int, transaction: TransactionID, intent: PurchaseEvidence, offline: UInt16)]] = [:]
        var random: SeededGenerator

        mutating func purchase() throws {
            let card = Int.random(in: 0..<purses.count, using: &random)
            let place = Int.random(in: 0..<terminals.count, using: &random)
            let terminal = terminals[place]
            let amount = UInt32.random(in: 1...4999, using: &random)
            guard purses[card].balance > amount else { return }
            let intent = try purses[card].initialize(amount, terminal: terminal.id)
            let isTorn = Int.random(in: 0..<6, using: &random) == 0
            let happened = !isTorn || Bool.random(using: &random)
            let proven = happened ? try purses[card].debit(intent) : intent
            let record = try terminal.write(isTorn ? .unknown : .approved, isTorn ? intent : proven)
            truth[record.transaction] = Truth(card: card, happened: happened)
            if isTorn { open[place, default: []].append((card, record.transaction, intent, purses[card].offline)) }
        }

        /// The card comes back to the terminal where it was torn.
        mutating func resolve() throws {
            let place = Int.random(in: 0..<terminals.count, using: &random)
            guard let torn = open[place]?.popLast() else { return }
            let happened = truth[torn.transaction]?.happened == true
            let isUntouched = purses[torn.card].offline == torn.offline
            let verdict: Resolution.Verdict = isUntouched ? (happened ? .happened : .didNotHappen) : .undetermined
            let isProven = happened && isUntouched && Bool.random(using: &random)
            try terminals[place].write(
                .resolved(Resolution(subject: torn.transaction, verdict: verdict)),
                isProven ? purses[torn.card].proven(torn.intent) : torn.intent)
        }

        mutating func load() async throws {
            let card = Int.random(in: 0..<purses.count, using: &random)
            let terminal = terminals[Int.random(in: 0..<2, using: &random)]
            let amount = UInt32.random(in: 5000...20_000, using: &random)
            let initialization = try purses[card].initializeLoad(amount, terminal: terminal.id)
            let transaction = terminal.mint()
            let answer = try await terminal.load(
                terminal.loadRequest(
                    transaction, purses[card], fen: Int64(amount), initialization: initialization))
            guard let grant = answer.grant else {
                try terminal.write(.voided, nil, transaction: transaction)
                return
            }
            let isTorn = Int.random(in: 0..<5, using: &random) == 0
            let happened = !isTorn || Bool.random(using: &random)
            if happened {
                #expect(try purses[card].credit(initialization, amount, terminal: terminal.id, grant: grant))
            }
            try terminal.writeLoad(
                isTorn ? .unknown : .approved, card: purses[card].card, fen: Int64(amount), account: accounts[card],
                transaction: transaction)
            truth[transaction] = Truth(card: card, happened: happened)
        }

        /// Some terminal sends something: what is new, or a part again.
        mutating func deliver(_ count: Int) async throws {
            let terminal = terminals[Int.random(in: 0..<count, using: &random)]
            guard !terminal.records.isEmpty else { return }
            if Bool.random(using: &random) { return try await terminal.deliverRest() }
            let known = try await terminal.register().decoded(as: AcknowledgementMessage.self).acknowledged.sequence
            guard known > 0 else { return }
            try await terminal.deliver(UInt64.random(in: 1...known, using: &random)...known)
        }
    }

    private func world(seed: UInt64) async throws -> World {
        let hub = try await HubFixture.openWithPurses { $0.purse.balanceMaximum = Amount(fen: 100_000_000) }
        let merchant = try await hub.merchant()
        var terminals: [TestTerminal] = []
        for number in 1...4 as ClosedRange<UInt32> {
            terminals.append(try await hub.terminal([merchant], journal: number))
        }
        var purses: [TestPurse] = []
        var accounts: [AccountID] = []
        for number in 1...6 as ClosedRange<UInt64> {
            let account = try await hub.account(number, fen: 90_000_000)
            let purse = try TestPurse(number: number, balance: 50_000)
            try await hub.operate(.post, "/cards", NewCard(id: purse.card, account: account), as: CardSummary.self)
            try await hub.openPurse(purse)
            purses.append(purse)
            accounts.append(account)
        }
        return World(
            hub: hub, terminals: terminals, purses: purses, accounts: accounts, random: SeededGenerator(seed: seed))
    }

    /// Everything that the hub knows about a card's transactions.
    private func history(_ world: World, _ card: CardID) async throws -> [PurseTransactionSummary] {
        var items: [PurseTransactionSummary] = []
        for kind in PurseMoveKind.allCases {
            var after: String?
            repeat {
                let page = try await world.hub.operate(
                    .get,
                    "/purses/\(card.text)/transactions?limit=1000&kind=\(kind.rawValue)"
                        + (after.map { "&after=\($0)" } ?? ""), as: Page<PurseTransactionSummary>.self)
                items += page.items
                after = page.next
            } while after != nil
        }
        return items
    }

    /// The books are opening, loads and purchases, and whatever the hub concluded is true.
    private func check(_ world: World, corrections: [CardID: Int64] = [:]) async throws {
        for purse in world.purses {
            var expected: Int64 = 50_000 + (corrections[purse.card] ?? 0)
            for move in try await history(world, purse.card) where move.state != .unknown {
                let happened = move.state == .happened
                #expect(world.truth[move.transaction]?.happened == happened, "\(move.transaction) \(move.basis as Any)")
                if happened { expected += move.kind == .load ? move.amountFen : -move.amountFen }
            }
            #expect(try await world.hub.purse(purse.card).booksFen == expected)
        }
        try await world.hub.requireSoundBooks()
    }

    @Test(
        "promises 3 and 7: over random orders, duplicates, unknown outcomes and lost batches the books stay true",
        arguments: [1, 2, 3] as [UInt64])
    func conserved(seed: UInt64) async throws {
        var world = try await world(seed: seed)
        for step in 1...1200 {
            switch Int.random(in: 0..<10, using: &world.random) {
            case 0...5: try world.purchase()
            case 6: try await world.load()
            case 7: try world.resolve()
            default: try await world.deliver(3)
            }
            if step == 600 { try await check(world) }
        }
        // The fourth terminal never delivers.
        for terminal in world.terminals.prefix(3) { try await terminal.deliverRest() }
        try await check(world)
        world.hub.clock.advance(by: .seconds(80 * 3600))
        var corrections: [CardID: Int64] = [:]
        for purse in world.purses {
            let summary = try await world.hub.purse(purse.card)
            guard let reference = summary.driftReference, let drift = summary.driftFen else { continue }
            corrections[purse.card] = drift
            for _ in 0..<2 {
                try await world.hub.operate(
                    .post, "/purses/\(purse.card.text)/correct", PurseCorrection(reference: reference, note: "lost"),
                    as: PurseReceipt.self)
            }
            #expect(try await world.hub.purse(purse.card).status == .agrees)
        }
        try await check(world, corrections: corrections)
        var concluded: [PurseMoveState: Int] = [:]
        for purse in world.purses {
            for move in try await history(world, purse.card) where move.basis == .card {
                concluded[move.state, default: 0] += 1
            }
        }
        #expect(concluded[.happened, default: 0] > 5, "the world has unknown outcomes that cards answer")
        #expect(concluded[.didNotHappen, default: 0] > 5)
        // And back: the terminal was found again.
        try await world.terminals[3].deliverRest()
        try await check(world, corrections: corrections)
    }
}
