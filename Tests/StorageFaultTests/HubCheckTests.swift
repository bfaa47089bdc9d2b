import CampusSimulation
import FaultyStorage
import GRDB
import HubProtocol
import Payments
import TestSupport
import Testing

@testable import Hub

@Suite("The checks of the hub can fail")
struct HubCheckTests {
    /// Promises that the checks find broken after a morning, a change and a power cut.
    private func broken(
        _ before: (HubDesk) async throws -> Void = { _ in }, edit sql: String? = nil
    ) async throws -> Set<Int> {
        let desk = try HubDesk(try await HubDesk.opened())
        try desk.open()
        try await before(desk)
        #expect(await desk.run(HubDesk.morning))
        if let sql { try await desk.store?.write { try $0.execute(sql: sql) } }
        let image = try TemporaryDirectory()
        desk.disk.copy(after: .unsyncedLost, into: image.path)
        await desk.abandon()
        return Set(try await HubDesk.findings(in: image, against: desk.witness).map(\.promise))
    }

    @Test("a morning without sabotage is found in order")
    func sound() async throws { #expect(try await broken() == []) }

    @Test("a disk that lies about its syncs is caught (12)")
    func lyingDisk() async throws {
        #expect(try await broken { $0.disk.ignoresSyncs = true }.contains(12))
    }

    @Test("one acknowledged batch that a power cut drops is caught (12)")
    func droppedBatch() async throws {
        let desk = try HubDesk(try await HubDesk.opened())
        try desk.open()
        #expect(await desk.sell(1, .approved, held: true))
        desk.disk.inject(DiskFault(at: 1, among: [.sync], .isIgnored))
        #expect(await desk.deliver())
        let image = try TemporaryDirectory()
        desk.disk.copy(after: .unsyncedLost, into: image.path)
        await desk.abandon()
        let findings = try await HubDesk.findings(in: image, against: desk.witness)
        #expect(findings.contains { $0.promise == 12 })
    }

    @Test("a request that took effect twice, as without its reference, is caught (3)")
    func droppedComparison() async throws {
        let found = try await broken { desk in
            let again = TopUpRequest(account: Campus.account(1), amountFen: 10_000, reference: "first-1 again")
            _ = try await desk.store?.topUp(again, now: HubDesk.now)
        }
        #expect(found.contains(3))
    }

    @Test("a hold that nothing releases is caught (4)")
    func keptHold() async throws {
        let found = try await broken { desk in
            let terms = HoldTerms(
                transaction: TransactionID(
                    terminal: Campus.terminal, journal: Campus.journal, trace: TraceNumber(1000)),
                amount: Amount(fen: 300), payer: .card(Campus.card(1), .proven), merchant: Campus.merchant,
                lane: Campus.lane)
            _ = try await desk.store?.placeHold(
                terms, HoldCircumstances(), terminal: Campus.terminal, rules: HubDesk.rules, now: HubDesk.now)
        }
        #expect(found.contains(4), "\(found)")
    }

    @Test("a connection that does not sync is caught (12)")
    func unsyncedConnection() async throws {
        let found = try await broken { desk in
            try await desk.store?.queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = NORMAL") }
        }
        #expect(found.contains(12))
    }

    @Test(
        "what is changed in the file is caught",
        arguments: [
            (3, "UPDATE book SET balance_fen = balance_fen + 1 WHERE name LIKE 'cardholder:%'"),
            (
                3,
                """
                DROP TRIGGER entry_is_history_2;
                DELETE FROM entry WHERE posting_id = (SELECT max(id) FROM posting WHERE kind = 'purchase')
                """
            ),
            (9, "DELETE FROM hot_list_change"),
            (
                3,
                """
                DROP TRIGGER hold_resolves_once;
                UPDATE hold SET state = 'held', resolved_at = NULL WHERE state = 'captured'
                """
            ),
            (12, "UPDATE journal SET sequence = sequence - 1"),
        ])
    func edited(promise: Int, sql: String) async throws {
        let found = try await broken(edit: sql)
        #expect(found.contains(promise), "\(found)")
    }
}
