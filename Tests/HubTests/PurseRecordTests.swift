import Foundation
import HTTPTypes
import Hub
import HubProtocol
import Payments
import SmartCards
import TestSupport
import Testing

@Suite("Purse records")
struct PurseRecordTests {
    let hub: HubFixture
    let terminal: TestTerminal

    init() async throws {
        hub = try await HubFixture.openWithPurses()
        terminal = try await hub.terminal([try await hub.merchant()])
    }

    private func kinds() async throws -> [ExceptionKind] {
        try await hub.exceptions().map(\.kind).sorted { $0.rawValue < $1.rawValue }
    }

    private func purse(_ number: UInt64 = 1, balance: UInt32 = 10_000) async throws -> TestPurse {
        let purse = try TestPurse(number: number, balance: balance)
        try await hub.openPurse(purse)
        return purse
    }

    private func merchantBalance() async throws -> Int64 {
        try await hub.operate(.get, "/merchants/\(terminal.merchant)/statement", as: Statement.self).balanceFen
    }

    @Test("a purchase with the card's proof posts from purse to merchant, and card and books agree")
    func genuine() async throws {
        var purse = try await purse()
        let record = try terminal.write(.approved, purse.pay(850, terminal: terminal.id))
        try await terminal.deliverAll()
        #expect(try await merchantBalance() == 850)
        let summary = try await hub.purse(purse.card)
        #expect(summary.status == .agrees)
        #expect(summary.booksFen == 9150)
        #expect(summary.shownFen == 9150)
        #expect(try await hub.move(record.transaction).proof == .genuine)
        #expect(try await kinds().isEmpty)
        try await hub.requireSoundBooks()
    }

    @Test("a wrong or missing proof is listed and the posting stands: the merchant sold")
    func proofs() async throws {
        var purse = try await purse()
        var forged = try purse.pay(100, terminal: terminal.id)
        forged.cryptograms = try PurchaseCryptograms(
            decoding: ResponseAPDU(data: [0, 0, 0, 0, 9, 9, 9, 9], status: .success))
        try terminal.write(.approved, forged)
        var silent = try purse.pay(200, terminal: terminal.id)
        silent.cryptograms = nil
        try terminal.write(.approved, silent)
        try await terminal.deliverAll()
        #expect(try await kinds() == [.tacMissing, .tacWrong])
        #expect(try await merchantBalance() == 300)
        try await hub.requireSoundBooks()
    }

    @Test(
        "without a key, or for a kind of card that is not known here, a proof is booked unchecked and nothing is listed"
    )
    func unchecked() async throws {
        let keyless = try await HubFixture.open()
        let terminal = try await keyless.terminal([try await keyless.merchant()])
        var purse = try TestPurse(balance: 1000)
        let first = try terminal.write(.approved, purse.pay(100, terminal: terminal.id))
        let other = CardID.uid([1, 2, 3, 4, 5, 6, 7])
        let evidence = try #require(EvidenceBytes([0xFE, 1, 2]))
        let second = try terminal.write(.approved, .pursePurchase(evidence), card: other, fen: 50)
        try await terminal.deliverAll()
        #expect(try await keyless.move(first.transaction).proof == .unchecked)
        #expect(try await keyless.move(second.transaction).serial == nil)
        #expect(try await keyless.purse(other).status == .unchecked)
        #expect(try await keyless.exceptions().isEmpty)
        try await keyless.requireSoundBooks()
    }

    @Test("evidence about another amount or card than the record is listed and proves nothing")
    func evidenceContradicts() async throws {
        var purse = try await purse()
        let evidence = try purse.pay(100, terminal: terminal.id)
        let bytes = try #require(EvidenceBytes(CardTransactionEvidence.purchase(evidence).canonicalBytes))
        try terminal.write(.approved, .pursePurchase(bytes), card: purse.card, fen: 101)
        try terminal.write(.approved, .pursePurchase(bytes), card: .uid([1, 2, 3, 4]), fen: 100)
        try await terminal.deliverAll()
        #expect(try await kinds() == [.evidenceContradicted, .evidenceContradicted])
        try await hub.requireSoundBooks()
    }

    @Test(
        "promise 7: an unknown outcome posts nothing and stays open; the terminal's yes posts it once, also when resent"
    )
    func unknownThenHappened() async throws {
        var purse = try await purse()
        let intent = try purse.initialize(300, terminal: terminal.id)
        let unknown = try terminal.write(.unknown, intent)
        try await terminal.deliverAll()
        #expect(try await merchantBalance() == 0)
        #expect(try await hub.purse(purse.card).status == .unresolved)
        try await hub.requireSoundBooks()
        let proven = try purse.debit(intent)
        try terminal.write(.resolved(Resolution(subject: unknown.transaction, verdict: .happened)), proven)
        for _ in 0..<3 { try await terminal.deliverAll() }
        #expect(try await merchantBalance() == 300)
        let move = try await hub.move(unknown.transaction)
        #expect(move.state == .happened)
        #expect(move.basis == .proof)
        #expect(try await hub.purse(purse.card).status == .agrees)
        #expect(try await kinds().isEmpty)
        try await hub.requireSoundBooks()
    }

    @Test("the terminal's yes without the card's proof posts, and is listed for a person")
    func happenedWithoutProof() async throws {
        var purse = try await purse()
        let intent = try purse.initialize(300, terminal: terminal.id)
        let unknown = try terminal.write(.unknown, intent)
        try terminal.write(.resolved(Resolution(subject: unknown.transaction, verdict: .happened)), intent)
        try await terminal.deliverAll()
        #expect(try await merchantBalance() == 300)
        #expect(try await kinds() == [.tacMissing])
        try await hub.requireSoundBooks()
    }

    @Test("the terminal's no posts nothing; its don't-know is listed and stays open")
    func otherVerdicts() async throws {
        var purse = try await purse()
        let first = try terminal.write(.unknown, purse.initialize(300, terminal: terminal.id))
        try terminal.write(
            .resolved(Resolution(subject: first.transaction, verdict: .didNotHappen)),
            purse.initialize(300, terminal: terminal.id))
        let second = try terminal.write(.unknown, purse.initialize(400, terminal: terminal.id))
        try terminal.write(
            .resolved(Resolution(subject: second.transaction, verdict: .undetermined)),
            purse.initialize(400, terminal: terminal.id))
        try await terminal.deliverAll()
        #expect(try await merchantBalance() == 0)
        #expect(try await hub.move(first.transaction).state == .didNotHappen)
        #expect(try await hub.move(second.transaction).state == .unknown)
        #expect(try await kinds() == [.outcomeUndetermined])
        try terminal.write(.approved, purse.pay(500, terminal: terminal.id))
        try await terminal.deliverAll()
        #expect(try await hub.move(second.transaction).state == .didNotHappen)
        #expect(try await kinds().isEmpty, "the card's next transaction answered")
        try await hub.requireSoundBooks()
    }

    @Test("an unknown record that carries the card's proof happened")
    func unknownWithProof() async throws {
        var purse = try await purse()
        let unknown = try terminal.write(.unknown, purse.pay(300, terminal: terminal.id))
        try await terminal.deliverAll()
        #expect(try await hub.move(unknown.transaction).basis == .proof)
        #expect(try await merchantBalance() == 300)
        try await hub.requireSoundBooks()
    }

    @Test("a no with the card's proof is a yes, and is listed")
    func proofAgainstNo() async throws {
        var purse = try await purse()
        let intent = try purse.initialize(300, terminal: terminal.id)
        let unknown = try terminal.write(.unknown, intent)
        try terminal.write(
            .resolved(Resolution(subject: unknown.transaction, verdict: .didNotHappen)), purse.debit(intent))
        try await terminal.deliverAll()
        #expect(try await merchantBalance() == 300)
        #expect(try await kinds() == [.resolutionDisputed])
        try await hub.requireSoundBooks()
    }

    @Test(
        "promise 7: a resolution that does not fit its transaction changes nothing and is listed",
        arguments: ["twice", "approved", "nobody", "amount", "card", "serial"])
    func contradictedResolution(flaw: String) async throws {
        var purse = try await purse()
        var stranger = try await self.purse(2)
        let intent = try purse.initialize(300, terminal: terminal.id)
        let sold = try terminal.write(.approved, stranger.pay(300, terminal: terminal.id))
        let unknown = try terminal.write(.unknown, intent)
        func resolve(_ subject: TransactionID, _ evidence: PurchaseEvidence) throws {
            try terminal.write(.resolved(Resolution(subject: subject, verdict: .happened)), evidence)
        }
        var posted: Int64 = 300
        switch flaw {
        case "twice":
            try resolve(unknown.transaction, intent)
            try resolve(unknown.transaction, intent)
            posted = 600
        case "approved": try resolve(sold.transaction, intent)
        case "nobody": try resolve(terminal.mint(), intent)
        case "amount": try resolve(unknown.transaction, purse.initialize(301, terminal: terminal.id))
        case "card": try resolve(unknown.transaction, stranger.initialize(300, terminal: terminal.id))
        default:
            purse.offline += 1
            try resolve(unknown.transaction, purse.initialize(300, terminal: terminal.id))
        }
        for _ in 0..<2 { try await terminal.deliverAll() }
        #expect(try await kinds().contains(.resolutionContradicted))
        #expect(try await merchantBalance() == posted)
        try await hub.requireSoundBooks()
    }

    @Test("a resolution that disagrees with what the card proved is listed; one that agrees changes nothing")
    func lateResolution() async throws {
        for (number, verdict) in zip([3, 4] as [UInt64], [Resolution.Verdict.happened, .didNotHappen]) {
            var purse = try await purse(number)
            let before = try await merchantBalance()
            let intent = try purse.initialize(300, terminal: terminal.id)
            let unknown = try terminal.write(.unknown, intent)
            _ = try purse.debit(intent)
            try terminal.write(.approved, purse.pay(50, terminal: terminal.id))
            try await terminal.deliverAll()
            #expect(try await hub.move(unknown.transaction).basis == .card)
            try terminal.write(.resolved(Resolution(subject: unknown.transaction, verdict: verdict)), intent)
            try await terminal.deliverAll()
            #expect(try await merchantBalance() == before + 350)
        }
        #expect(try await kinds() == [.resolutionDisputed])
        try await hub.requireSoundBooks()
    }

    @Test("a record whose parts do not fit its outcome is refused with the place")
    func malformed() async throws {
        var purse = try await purse()
        try terminal.write(.unknown, purse.initialize(300, terminal: terminal.id))
        func refusal(_ change: (inout RecordMessage) -> Void) async throws -> String {
            var batch = try terminal.batch(1...1)
            change(&batch.records[0])
            let refusal = try await terminal.upload(batch).refusal()
            #expect(refusal.refusal == .malformedRequest)
            return refusal.message
        }
        #expect(try await refusal { $0.outcome = .resolved }.contains("records[0].resolution"))
        #expect(try await refusal { $0.sale?.evidence = nil }.contains("records[0].sale.evidence"))
        #expect(try await refusal { $0.sale?.evidence = "0" }.contains("records[0].sale.evidence"))
        #expect(try await refusal { $0.sale?.movement = nil }.contains("records[0].sale.evidence"))
        #expect(try await refusal { $0.sale?.movement = .accountPurchase }.contains("records[0].sale.movement"))
        #expect(try await refusal { $0.sale?.movement = .purseLoad }.contains("records[0].sale.account"))
        #expect(try await refusal { $0.sale = nil }.contains("records[0].sale"))
        #expect(try await refusal { $0.reason = 5101 }.contains("records[0].reason"))
    }
}
