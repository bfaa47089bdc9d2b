import HubProtocol
import Payments
import Simulation
import Terminal
import TestSupport
import Testing

@Suite("Authorization service") struct AuthorizationServiceTests {
    @Test("a hold of the hub approves, and tells what is left there")
    func held() async throws {
        let till = try await Till()
        let concluded = try await till.authorize(1250)
        #expect(concluded.decision == .approved(.online))
        #expect(concluded.available == Amount(fen: 18_750))
        #expect(till.hub.books.heldAmount == Amount(fen: 1250))
        #expect(till.recorded.value == 1)
    }

    @Test("the hub's no is the terminal's no, with the hub's reason")
    func declined() async throws {
        let till = try await Till()
        let concluded = try await till.authorize(20_001)
        #expect(concluded.decision == .declined(.insufficientFunds, .online))
        #expect(concluded.record.outcome == .declined(.insufficientFunds))
    }

    @Test(
        "without an answer the terminal decides alone and says why",
        arguments: [
            (SimulatedHub.Behaviour.silent, OfflineCause.timedOut), (.unreachable, .unreachable), (.faulty, .faulty),
        ])
    func alone(_ behaviour: SimulatedHub.Behaviour, _ cause: OfflineCause) async throws {
        let till = try await Till()
        till.hub.behave(behaviour)
        #expect(try await till.authorize(1250).decision == .approved(.offline(cause)))
        #expect(try await till.authorize(3001).decision == .declined(.floorLimitExceeded, .offline(cause)))
    }

    @Test("what the terminal refuses by itself is recorded, and asks no hub")
    func local() async throws {
        let till = try await Till()
        till.hub.changeBooks { $0.setHotListed(till.cardID, .cardReportedStolen) }
        let cursor = try await till.journal.cursor()
        try await till.journal.apply(try await till.hub.changes(after: cursor, limit: 10), after: cursor)
        #expect(try await till.authorize().decision == .declined(.cardReportedStolen, .local))
        #expect(till.hub.calls.holds == 0)
        #expect(try await till.journal.figures().sequence == 1)
    }

    @Test("the hub is told what the terminal approved alone and has not delivered")
    func undelivered() async throws {
        let till = try await Till()
        till.hub.behave(.unreachable)
        _ = try await till.authorize(1250)
        till.hub.behave(.answering)
        let concluded = try await till.authorize(500)
        #expect(till.hub.lastHold?.undeliveredFen == 1250)
        #expect(concluded.available == Amount(fen: 18_250))
    }

    @Test("promise 1: a decision that cannot be stored is none, and its number is voided later, once")
    func failedCommit() async throws {
        let till = try await Till()
        till.journal.failCommits(2)
        await #expect(throws: LedgerError(.diskFull)) { try await till.authorize() }
        #expect(till.recorded.value == 0)
        await #expect(throws: LedgerError(.diskFull)) { try await till.authorization.voidAbandoned() }
        try await till.authorization.voidAbandoned()
        try await till.authorization.voidAbandoned()
        let records = try await till.journal.records(after: 0, limit: 10)
        #expect(records.map(\.record.outcome) == [.voided])
        #expect(records.map(\.record.transaction) == [till.hub.lastHold?.transaction])
        #expect(try await till.journal.verify().findings.isEmpty)
    }

    @Test("promise 7: a number whose intent is on disk after all is not voided, and holds up no other")
    func abandonedIntent() async throws {
        let till = try await Till()
        let intended = try await till.journal.mint()
        let sale = JournalRecord.Sale(
            movement: .pursePurchase(EvidenceBytes([1])), amount: Amount(fen: 100),
            payer: .card(till.cardID, .unproven),
            account: nil, merchant: try #require(MerchantID(text: "canteen-1")), lane: till.lane, path: .local)
        try await till.journal.intend(intended, sale, reference: try till.order().reference, now: Till.morning)
        let other = try await till.journal.mint()
        till.authorization.abandon(intended)
        till.authorization.abandon(other)
        try await till.authorization.voidAbandoned()
        let records = try await till.journal.records(after: 0, limit: 10).map(\.record)
        #expect(records.map(\.transaction) == [other])
        #expect(try await till.journal.openCardTransaction(of: till.cardID)?.transaction == intended)
    }

    @Test("promise 2: a hub that answers too late changes nothing at the terminal, and its hold ends with the record")
    func late() async throws {
        let till = try await Till()
        till.hub.behave(.answeringLate)
        #expect(try await till.authorize(3001).decision == .declined(.floorLimitExceeded, .offline(.timedOut)))
        #expect(till.hub.books.heldAmount == Amount(fen: 3001))
        till.hub.behave(.answering)
        let unsent = try #require(try await till.journal.unsent(limit: 10))
        let checkpoint = try till.signer.checkpoint(
            terminal: till.terminal, journal: till.journal.journal, sequence: 1, hash: unsent.hash)
        _ = try await till.hub.upload(
            BatchUpload(records: unsent.records.map(RecordMessage.init), checkpoint: checkpoint))
        #expect(till.hub.books.heldAmount == .zero)
        #expect(till.hub.books.accounts[till.account]?.balance == Amount(fen: 20_000))
    }
}
