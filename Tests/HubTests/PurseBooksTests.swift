import Foundation
import HTTPTypes
import Hub
import HubProtocol
import Payments
import SmartCards
import TestSupport
import Testing

@Suite("Shadow books of purses")
struct PurseBooksTests {
    let hub: HubFixture
    let first: TestTerminal
    let second: TestTerminal
    var purse: TestPurse

    init() async throws {
        hub = try await HubFixture.openWithPurses()
        let merchant = try await hub.merchant()
        first = try await hub.terminal([merchant])
        second = try await hub.terminal([merchant], journal: 0xB0B0_0002)
        purse = try TestPurse(balance: 10_000)
        try await hub.openPurse(purse)
    }

    private func kinds() async throws -> [ExceptionKind] {
        try await hub.exceptions().map(\.kind).sorted { $0.rawValue < $1.rawValue }
    }

    private func correct(_ reference: String, note: String = "seen") async throws -> HubReply {
        try await hub.operate(
            .post, "/purses/\(purse.card.text)/correct",
            body: JSONEncoder().encode(PurseCorrection(reference: reference, note: note)))
    }

    @Test("a later transaction with the same serial proves that the unknown one did not happen")
    mutating func sameSerial() async throws {
        let unknown = try first.write(.unknown, purse.initialize(300, terminal: first.id))
        try await first.deliverAll()
        let witness = try second.write(.approved, purse.pay(500, terminal: second.id))
        try await second.deliverAll()
        let move = try await hub.move(unknown.transaction)
        #expect(move.state == .didNotHappen)
        #expect(move.basis == .card)
        #expect(move.witness == witness.transaction)
        #expect(try await hub.purse(purse.card).status == .agrees)
        try await hub.requireSoundBooks()
    }

    @Test("the next serial with the balance that it would leave proves that it happened, in any order of arrival")
    mutating func nextSerial() async throws {
        let intent = try purse.initialize(300, terminal: first.id)
        _ = try purse.debit(intent)
        try second.write(.approved, purse.pay(500, terminal: second.id))
        try await second.deliverAll()
        #expect(try await hub.purse(purse.card).status == .waits)
        let unknown = try first.write(.unknown, intent)
        try await first.deliverAll()
        let move = try await hub.move(unknown.transaction)
        #expect(move.state == .happened)
        #expect(move.basis == .card)
        let summary = try await hub.purse(purse.card)
        #expect(summary.status == .agrees)
        #expect(summary.booksFen == 9200)
        #expect(try await kinds().isEmpty)
        try await hub.requireSoundBooks()
    }

    @Test("a chain of unknown purchases is settled by what comes after them")
    mutating func chain() async throws {
        var unknowns: [TransactionID] = []
        for amount in [300, 400, 500] as [UInt32] {
            let intent = try purse.initialize(amount, terminal: first.id)
            unknowns.append(try first.write(.unknown, intent).transaction)
            if amount != 400 { _ = try purse.debit(intent) }
        }
        try first.write(.approved, purse.pay(10, terminal: first.id))
        try await first.deliverAll()
        #expect(try await hub.move(unknowns[0]).state == .happened)
        #expect(try await hub.move(unknowns[1]).state == .didNotHappen)
        #expect(try await hub.move(unknowns[2]).state == .happened)
        #expect(try await hub.purse(purse.card).status == .agrees)
        try await hub.requireSoundBooks()
    }

    @Test(
        "a purchase of nothing, which leaves no record, uses up a serial and proves that the unknown one did not happen"
    )
    mutating func identification() async throws {
        let unknown = try first.write(.unknown, purse.initialize(300, terminal: first.id))
        _ = try purse.pay(0, terminal: second.id)
        try second.write(.approved, purse.pay(20, terminal: second.id))
        try await first.deliverAll()
        try await second.deliverAll()
        #expect(try await hub.move(unknown.transaction).state == .didNotHappen)
        #expect(try await hub.purse(purse.card).status == .agrees)
        try await hub.requireSoundBooks()
    }

    @Test("a balance that fits neither outcome is listed and nothing is guessed; a late record answers it")
    mutating func contradiction() async throws {
        let unknown = try first.write(.unknown, purse.initialize(300, terminal: first.id))
        try await first.deliverAll()
        let third = try await hub.terminal([first.merchant], journal: 0xC0C0_0003)
        try third.write(.approved, purse.pay(777, terminal: third.id))
        try second.write(.approved, purse.pay(20, terminal: second.id))
        try await second.deliverAll()
        #expect(try await hub.move(unknown.transaction).state == .unknown)
        #expect(try await kinds() == [.purseContradicted])
        try await third.deliverAll()
        #expect(try await hub.move(unknown.transaction).state == .didNotHappen)
        #expect(try await kinds().isEmpty)
        #expect(try await hub.purse(purse.card).status == .agrees)
        try await hub.requireSoundBooks()
    }

    @Test("two unknown purchases of one price and one serial are not told apart by a guess")
    mutating func ambiguous() async throws {
        let one = try first.write(.unknown, purse.initialize(300, terminal: first.id))
        let intent = try purse.initialize(300, terminal: second.id)
        let other = try second.write(.unknown, intent)
        _ = try purse.debit(intent)
        try second.write(.approved, purse.pay(20, terminal: second.id))
        try await first.deliverAll()
        try await second.deliverAll()
        #expect(try await hub.move(one.transaction).state == .unknown)
        #expect(try await hub.move(other.transaction).state == .unknown)
        #expect(Set(try await kinds()) == [.purseContradicted])
        try await hub.requireSoundBooks()
    }

    @Test("what was concluded is taken back when a late record proves that another purchase used the serial")
    mutating func overturned() async throws {
        let unknown = try first.write(.unknown, purse.initialize(300, terminal: first.id))
        try await first.deliverAll()
        // The same meal at another counter, which is offline.
        try second.write(.approved, purse.pay(300, terminal: second.id))
        let third = try await hub.terminal([first.merchant], journal: 0xC0C0_0003)
        try third.write(.approved, purse.pay(20, terminal: third.id))
        try await third.deliverAll()
        #expect(try await hub.move(unknown.transaction).state == .happened)
        try await second.deliverAll()
        #expect(try await hub.move(unknown.transaction).state == .didNotHappen)
        #expect(try await kinds() == [.resolutionOverturned])
        let summary = try await hub.purse(purse.card)
        #expect(summary.status == .agrees)
        #expect(summary.booksFen == 9680)
        try await hub.requireSoundBooks()
    }

    @Test("two purchases under one serial are a cloned card")
    mutating func forked() async throws {
        var clone = purse
        try first.write(.approved, purse.pay(300, terminal: first.id))
        try second.write(.approved, clone.pay(400, terminal: second.id))
        try await first.deliverAll()
        try await second.deliverAll()
        #expect(try await kinds() == [.purseForked])
        #expect(try await hub.purse(purse.card).status == .forked)
        try await hub.requireSoundBooks()
    }

    @Test("missing records are waited for, then listed as lost, and the drift is offered and corrected once")
    mutating func lostRecord() async throws {
        try first.write(.approved, purse.pay(100, terminal: first.id))
        _ = try purse.pay(700, terminal: second.id)
        try first.write(.approved, purse.pay(100, terminal: first.id))
        try await first.deliverAll()
        var summary = try await hub.purse(purse.card)
        #expect(summary.status == .waits)
        #expect(summary.driftFen == nil)
        #expect(try await kinds().isEmpty)
        #expect(try await correct("drift/x").refusal().refusal == .notPermittedInThisState)
        hub.clock.advance(by: .seconds(73 * 3600))
        summary = try await hub.purse(purse.card)
        #expect(summary.status == .drifts)
        #expect(summary.driftFen == -700)
        #expect(summary.cause?.contains("never came") == true)
        let drifting = try await hub.operate(.get, "/purses?state=drift", as: Page<PurseSummary>.self).items
        #expect(drifting.map(\.card) == [purse.card])
        try first.write(.approved, purse.pay(1, terminal: first.id))
        try await first.deliverAll()
        #expect(try await kinds() == [.purseDrift, .purseRecordMissing])

        let reference = try #require(try await hub.purse(purse.card).driftReference)
        #expect(try await correct("\(reference)0").refusal().refusal == .notPermittedInThisState)
        let receipt = try await correct(reference).decoded(as: PurseReceipt.self)
        #expect(receipt.beforeFen == 9799)
        #expect(receipt.afterFen == 9099)
        #expect(!receipt.repeated)
        let again = try await correct(reference).decoded(as: PurseReceipt.self)
        #expect(again.repeated)
        #expect(again.posting == receipt.posting)
        summary = try await hub.purse(purse.card)
        #expect(summary.status == .agrees)
        #expect(summary.booksFen == 9099)
        #expect(try await kinds().isEmpty)
        let report = try await hub.operate(.get, "/books/check", as: BooksReport.self)
        #expect(report.trialBalance.first { $0.group == "suspense" }?.balanceFen == 700)
        try await hub.requireSoundBooks()
        #expect(try await correct("drift/y").refusal().refusal == .notPermittedInThisState)
    }

    @Test("a record that comes after its correction drifts the other way, and is corrected back")
    mutating func lateAfterCorrection() async throws {
        try second.write(.approved, purse.pay(700, terminal: second.id))
        try first.write(.approved, purse.pay(100, terminal: first.id))
        try await first.deliverAll()
        hub.clock.advance(by: .seconds(73 * 3600))
        _ = try await correct(try #require(try await hub.purse(purse.card).driftReference)).decoded(
            as: PurseReceipt.self)
        try await second.deliverAll()
        let summary = try await hub.purse(purse.card)
        #expect(summary.driftFen == 700)
        _ = try await correct(try #require(summary.driftReference)).decoded(as: PurseReceipt.self)
        let report = try await hub.operate(.get, "/books/check", as: BooksReport.self)
        #expect(report.trialBalance.first { $0.group == "suspense" }?.balanceFen == 0)
        #expect(try await hub.purse(purse.card).status == .agrees)
        try await hub.requireSoundBooks()
    }

    @Test("no correction is taken while outcomes are unknown")
    mutating func unknownBarsCorrection() async throws {
        _ = try purse.pay(700, terminal: second.id)
        try first.write(.approved, purse.pay(100, terminal: first.id))
        try await first.deliverAll()
        hub.clock.advance(by: .seconds(73 * 3600))
        let reference = try #require(try await hub.purse(purse.card).driftReference)
        let unknown = try first.write(.unknown, purse.initialize(5, terminal: first.id))
        try await first.deliverAll()
        #expect(try await correct(reference).refusal().refusal == .notPermittedInThisState)
        let resolved = try await hub.operate(
            .post, "/purse-transactions/\(unknown.transaction)/resolve",
            PurseResolution(verdict: .didNotHappen, note: "card seen"), as: PurseTransactionSummary.self)
        #expect(resolved.basis == .person)
        #expect(resolved.note == "card seen")
        #expect(try await correct(reference).decoded(as: PurseReceipt.self).afterFen == 9200)
        try await hub.requireSoundBooks()
    }

    @Test("a card that came with money drifts until it is opened, once")
    func opening() async throws {
        var migrated = try TestPurse(number: 9, balance: 5000, offline: 77)
        try first.write(.approved, migrated.pay(100, terminal: first.id))
        try await first.deliverAll()
        #expect(try await hub.purse(migrated.card).status == .waits)
        hub.clock.advance(by: .seconds(73 * 3600))
        let summary = try await hub.purse(migrated.card)
        #expect(summary.driftFen == 5000)
        #expect(summary.advice?.contains("till-hub purse open") == true)
        for repeated in [false, true] {
            let receipt = try await hub.operate(
                .post, "/purses/\(migrated.card.text)/open", PurseOpening(balanceFen: 5000), as: PurseReceipt.self)
            #expect(receipt.repeated == repeated)
        }
        #expect(try await hub.purse(migrated.card).status == .agrees)
        let other = try await hub.operate(
            .post, "/purses/\(migrated.card.text)/open", body: JSONEncoder().encode(PurseOpening(balanceFen: 1)))
        #expect(try other.refusal().refusal == .alreadyExists)
        try await hub.requireSoundBooks()
    }

    @Test("a person's word posts once; the same word again changes nothing, another is refused")
    mutating func person() async throws {
        let unknown = try first.write(.unknown, purse.initialize(300, terminal: first.id))
        try await first.deliverAll()
        func resolve(_ verdict: PurseResolution.Verdict, _ transaction: TransactionID) async throws -> HubReply {
            try await hub.operate(
                .post, "/purse-transactions/\(transaction)/resolve",
                body: JSONEncoder().encode(PurseResolution(verdict: verdict, note: "receipt")))
        }
        for _ in 0..<2 { #expect(try await resolve(.happened, unknown.transaction).status == 200) }
        #expect(try await resolve(.didNotHappen, unknown.transaction).refusal().refusal == .notPermittedInThisState)
        #expect(try await resolve(.happened, first.mint()).refusal().refusal == .notFound)
        #expect(try await hub.purse(purse.card).booksFen == 9700)
        try await hub.requireSoundBooks()
    }

    @Test("the history is in the card's own order, in pages")
    mutating func history() async throws {
        for amount in 1...5 as ClosedRange<UInt32> {
            let terminal = amount.isMultiple(of: 2) ? first : second
            try terminal.write(.approved, purse.pay(amount, terminal: terminal.id))
        }
        try await first.deliverAll()
        try await second.deliverAll()
        var serials: [Int?] = []
        var after: String?
        repeat {
            let page = try await hub.operate(
                .get, "/purses/\(purse.card.text)/transactions?limit=2\(after.map { "&after=\($0)" } ?? "")",
                as: Page<PurseTransactionSummary>.self)
            serials += page.items.map(\.serial)
            after = page.next
        } while after != nil
        #expect(serials == [4, 3, 2, 1, 0])
    }
}
