import CampusSimulation
import Foundation
import Hub
import HubProtocol
import Ledger
import Logging
import Payments
import Simulation
import Synchronization
import Terminal
import TestSupport
import Testing

/// Reads a clock that a test moves.
private struct SharedClock: HubClock {
    let clock: ManualClock
    func now() -> UnixTime { clock.wallTime() }
}

/// The way from one terminal to the hub, which can break before a hold arrives and before its answer does.
private final class Line: HubGateway, StandingDesk {
    enum Break: Sendable { case none, before, after }

    private let hub: InProcessHub
    private let authorization: String
    let holds = Mutex<Break>(.none)
    /// The newest hold's request and answer, as they went over the line.
    let lastHold = Mutex<(request: HoldRequest, answer: HoldAnswer?)?>(nil)

    var newest: (request: HoldRequest, answer: HoldAnswer?)? { lastHold.withLock { $0 } }
    /// What the newest hold said about the PIN.
    var saidPIN: UInt64? { lastHold.withLock { $0?.request.pinVersion } }

    init(_ hub: InProcessHub, _ credentials: TerminalCredentials) {
        self.hub = hub
        authorization = "Bearer \(credentials.id.text).\(credentials.secret)"
    }

    func hold(_ request: HoldRequest, budget: Duration) async -> HubAnswer {
        let breaks = holds.withLock { $0 }
        guard breaks != .before else { return .none(.unreachable) }
        do {
            let answer: HoldAnswer = try await post("/v1/holds", request)
            lastHold.withLock { $0 = (request, answer) }
            return breaks == .after ? .none(.timedOut) : answer.hubAnswer(to: Amount(fen: request.amountFen))
        } catch {
            return .none(.faulty)
        }
    }

    func load(_ request: LoadHoldRequest, budget: Duration) async -> LoadGrantAnswer { .none(.unreachable) }

    func register(_ registration: JournalRegistration) async throws(HubError) -> AcknowledgementMessage {
        try await post("/v1/journals", registration)
    }

    func upload(_ batch: BatchUpload) async throws(HubError) -> AcknowledgementMessage {
        try await post("/v1/batches", batch)
    }

    func report(_ standing: TerminalStanding) async throws(HubError) -> StandingAnswer {
        try await post("/v1/standing", standing)
    }

    func changes(after cursor: UInt64, limit: Int) async throws(HubError) -> ChangesPage {
        try await ask(.get, "/v1/changes?after=\(cursor)&limit=\(limit)", nil)
    }

    func snapshot(after position: String?, limit: Int) async throws(HubError) -> SnapshotPage {
        throw HubError(.unreachable)
    }

    func post<Answer: Decodable>(_ path: String, _ body: some Encodable) async throws(HubError) -> Answer {
        let data: Data
        do { data = try JSONEncoder().encode(body) } catch { throw HubError(.answerMalformed) }
        return try await ask(.post, path, data)
    }

    private func ask<Answer: Decodable>(
        _ method: InProcessHub.Method, _ path: String, _ body: Data?
    ) async throws(HubError) -> Answer {
        do {
            let (status, data) = try await hub.ask(
                .terminals, method, path, body: body, authorization: authorization)
            guard status == 200 else { throw HubError(.refusedOtherwise(status: status)) }
            return try JSONDecoder().decode(Answer.self, from: data)
        } catch let error as HubError {
            throw error
        } catch {
            throw HubError(.answerMalformed, detail: "\(error)")
        }
    }
}

/// A terminal's real ledger and services on the real hub.
private final class Counter {
    let line: Line
    let ledger: SQLiteLedger
    let authorization: AuthorizationService
    let steps: SyncSteps
    private let machine = Mutex(SyncMachine())

    init(
        _ number: Int, in directory: TemporaryDirectory, hub: InProcessHub, _ credentials: TerminalCredentials,
        clock: ManualClock, merchant: MerchantID
    ) throws {
        let line = Line(hub, credentials)
        self.line = line
        let trusted = TrustedClock(clock: clock)
        let path = directory.file("journal-\(number)")
        let ledger = try SQLiteLedger.open(
            path: path + ".sqlite", keyPath: path + ".key", terminal: credentials.id, clock: trusted
        ) { JournalID(number: UInt32(number)) }
        self.ledger = ledger
        let authorization = AuthorizationService(
            journal: ledger, policies: ledger, hub: line, clock: trusted, authorizer: Authorizer(policy: .standard),
            merchant: merchant, hubBudget: .seconds(30), recorded: {})
        self.authorization = authorization
        steps = SyncSteps(
            queue: ledger, replica: ledger, keys: ledger, hub: line, clock: trusted,
            signer: JournalKeySigner(key: ledger.key),
            settleOwed: { () async throws(LedgerError) in try await authorization.voidAbandoned() },
            replicaChanged: {},
            policies: PolicyWatch(
                ledger: ledger, desk: line, clock: trusted, version: "test",
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }))
    }

    /// Delivers and fetches until terminal and hub are level.
    func level() async throws {
        var action = machine.withLock { $0.receive(.awake) }
        while action != .rest {
            let event = await steps.perform(action)
            if case .failed(let failure) = event { throw LedgerError(.writeFailed, detail: failure.message) }
            action = machine.withLock { $0.receive(event) }
        }
    }
}

/// A campus of one account with a card, the policy under test, and two counters.
private final class HeldCampus {
    static let lane = LaneID(text: "lane-1")
    let directory: TemporaryDirectory
    let clock = ManualClock(wallTime: UnixTime(seconds: 1_788_220_800))
    let hub: HubApplication
    let account: AccountID
    let card: CardID
    let counters: [Counter]
    let lane: LaneID

    init(_ rules: String, fen: Int64 = 10_000) async throws {
        directory = try TemporaryDirectory()
        hub = try await HubApplication.open(
            HubConfiguration(
                campus: "Test", port: 0, databasePath: directory.file("hub.sqlite"),
                operatorSocketPath: directory.file("operator.sock"), codeKeyPath: directory.file("code-key.json")),
            codeIssuer: { $0 }, clock: SharedClock(clock: clock),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        lane = try #require(Self.lane)
        account = try #require(AccountID(number: 1))
        card = .uid([4, 1, 2, 3, 4, 5, 6])
        let merchant = try #require(MerchantID(text: "canteen-1"))
        let door = hub.inProcess()
        _ = try await Self.operate(door, "/merchants", NewMerchant(id: merchant, name: "一"), as: MerchantSummary.self)
        _ = try await Self.operate(door, "/accounts", NewAccount(id: account, name: "李雷"), as: AccountSummary.self)
        _ = try await Self.operate(door, "/cards", NewCard(id: card, account: account), as: CardSummary.self)
        _ = try await Self.operate(
            door, "/topups", TopUpRequest(account: account, amountFen: fen, reference: "first"), as: TopUpReceipt.self)
        var counters: [Counter] = []
        for number in 1...2 {
            let credentials = try await Self.operate(
                door, "/terminals", NewTerminal(name: "counter", merchants: [merchant]), as: TerminalCredentials.self)
            counters.append(
                try Counter(number, in: directory, hub: door, credentials, clock: clock, merchant: merchant))
        }
        self.counters = counters
        try await setPolicy(rules)
        try await level()
    }

    private static func operate<Answer: Decodable>(
        _ door: InProcessHub, _ path: String, _ body: some Encodable, as type: Answer.Type
    ) async throws -> Answer {
        let (status, data) = try await door.ask(
            .operators, .post, "/operator/v1" + path, body: try JSONEncoder().encode(body))
        try #require(status == 200, "\(String(decoding: data, as: UTF8.self))")
        return try JSONDecoder().decode(type, from: data)
    }

    func setPolicy(_ rules: String) async throws {
        let text = #"""
            {"campus": "main", "meals": [{"id": 1, "name": "all day", "from": "00:00", "to": "24:00"}],
             "rules": [{\#(rules)}]}
            """#
        let document = try JSONDecoder().decode(PolicyNode.self, from: Data(text.utf8))
        _ = try await hub.store.setPolicy(NewPolicy(document: document, note: "test"), now: clock.wallTime())
    }

    func setPIN(_ text: String) async throws {
        let hash = try #require(AccountPIN(text: text)).hash(salt: Array(0..<16), iterations: 10)
        _ = try await hub.store.setPIN(hash, of: account, now: clock.wallTime())
    }

    func grant(_ fen: Int64) async throws {
        _ = try await Self.operate(
            hub.inProcess(), "/accounts/\(account.text)/subsidy/grant",
            SubsidyGrant(
                amountFen: fen, endsAtMilliseconds: clock.wallTime().milliseconds + 86_400_000,
                reference: "grant-\(fen)"), as: SubsidyReceipt.self)
    }

    func level() async throws {
        for counter in counters { try await counter.level() }
    }

    func order(_ fen: Int64, pin: String? = nil) throws -> SaleOrder {
        var order = SaleOrder(reference: try #require(SaleReference(text: "sale")), amount: Amount(fen: fen))
        order.pin = pin.flatMap(AccountPIN.init(text:))
        return order
    }

    /// One step of a sale at a counter.
    func serve(_ fen: Int64, pin: String? = nil, at counter: Int = 0) async throws -> AuthorizationService.Step {
        let instrument = Instrument.card(CardEvidence(card: card, proof: .proven))
        return try await counters[counter].authorization.serve(order(fen, pin: pin), instrument, lane: lane)
    }

    /// A sale that is decided at once.
    func sell(
        _ fen: Int64, pin: String? = nil, at counter: Int = 0, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> ConcludedTransaction {
        guard case .decided(let concluded, _) = try await serve(fen, pin: pin, at: counter) else {
            throw LedgerError(.writeFailed, detail: "a PIN is wanted")
        }
        return concluded
    }

    /// Cash and subsidy at the hub, after everything was delivered.
    func requireBooks(cash: Int64, subsidy: Int64, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await level()
        let told = try await counters[0].line.changes(after: 0, limit: 1000).changes.compactMap(\.account)
            .last { $0.id == account }
        #expect(told?.balanceFen == cash, sourceLocation: sourceLocation)
        #expect(told?.subsidyFen ?? 0 == subsidy, sourceLocation: sourceLocation)
        let report = try await hub.store.checkBooks()
        #expect(report.findings.isEmpty, "\(report.findings)", sourceLocation: sourceLocation)
        for counter in counters {
            let journal = try await counter.ledger.verify()
            #expect(journal.findings.isEmpty, "\(journal.findings)", sourceLocation: sourceLocation)
        }
    }
}

@Suite("Holds between a real terminal and a real hub, in one process")
struct HeldSaleTests {
    private static let subsidy = #""subsidyPermitted": true, "subsidyMealCount": 1, "cardAmountFen": 100000"#

    @Test("a stale replica overdraws no cash while subsidy is left: the record follows the hub's split")
    func staleReplica() async throws {
        let campus = try await HeldCampus(Self.subsidy, fen: 300)
        try await campus.grant(900)
        // The terminal has not heard of the grant: alone it would take ¥10.00 of cash, of which there are ¥3.00.
        let sold = try await campus.sell(1000)
        #expect(sold.decision == .approved(.online))
        #expect(sold.record.sale?.subsidy == Amount(fen: 900))
        #expect(sold.available == Amount(fen: 200))
        try await campus.requireBooks(cash: 200, subsidy: 0)
    }

    @Test("subsidy once per meal holds across terminals whose replicas do not know of each other's sales")
    func acrossTerminals() async throws {
        let campus = try await HeldCampus(Self.subsidy)
        try await campus.grant(900)
        try await campus.level()
        #expect(try await campus.sell(400).record.sale?.subsidy == Amount(fen: 400))
        let second = try await campus.sell(400, at: 1)
        #expect(second.decision == .approved(.online))
        #expect(second.record.sale?.subsidy == .zero)
        try await campus.requireBooks(cash: 9600, subsidy: 500)
    }

    @Test("subsidy that was spent offline and is not delivered is neither promised again nor counted away")
    func undelivered() async throws {
        let campus = try await HeldCampus(#""subsidyPermitted": true, "subsidyMealCount": 2, "cardAmountFen": 100000"#)
        try await campus.grant(900)
        try await campus.level()
        let line = campus.counters[0].line
        line.holds.withLock { $0 = .before }
        #expect(try await campus.sell(700).record.sale?.subsidy == Amount(fen: 700))
        line.holds.withLock { $0 = .none }
        #expect(try await campus.sell(700).record.sale?.subsidy == Amount(fen: 200))
        let asked = line.newest?.request
        #expect(asked?.undeliveredSubsidyFen == 700)
        #expect(asked?.undeliveredMealSubsidies == 1)
        // The meal's two are used up, here and there.
        #expect(try await campus.sell(100).record.sale?.subsidy == .zero)
        try await campus.requireBooks(cash: 9400, subsidy: 0)
    }

    @Test(
        "promises 2 and 4: a lost answer changes nothing: the terminal's own split posts once, the hold is captured")
    func lostAnswer() async throws {
        let campus = try await HeldCampus(Self.subsidy)
        try await campus.grant(900)
        let line = campus.counters[0].line
        line.holds.withLock { $0 = .after }
        let sold = try await campus.sell(1000)
        #expect(sold.decision == .approved(.offline(.timedOut)))
        // It had not heard of the grant, and the hub's answer did not arrive.
        #expect(sold.record.sale?.subsidy == .zero)
        let held = try #require(line.newest)
        #expect(held.answer?.subsidyFen == 900)
        try await campus.requireBooks(cash: 9000, subsidy: 900)
        // The late answer, heard again: the same, and nothing more is held.
        let again: HoldAnswer = try await line.post("/v1/holds", held.request)
        #expect(again.subsidyFen == 900)
        try await campus.requireBooks(cash: 9000, subsidy: 900)
        line.holds.withLock { $0 = .none }
        #expect(try await campus.sell(1000).record.sale?.subsidy == Amount(fen: 900))
        try await campus.requireBooks(cash: 8900, subsidy: 0)
    }

    @Test("promise 4: a crash between hold and record frees both purses with the number that was passed over")
    func crash() async throws {
        let campus = try await HeldCampus(Self.subsidy, fen: 500)
        try await campus.grant(900)
        let counter = campus.counters[0]
        let abandoned = try await counter.ledger.mint()
        let request = HoldRequest(
            AuthorizationRequest(
                transaction: abandoned, amount: Amount(fen: 1300),
                instrument: .card(CardEvidence(card: campus.card, proof: .proven)),
                merchant: try #require(MerchantID(text: "canteen-1")), lane: campus.lane), undelivered: .zero)
        #expect(
            await counter.line.hold(request, budget: .seconds(30))
                == .held(account: campus.account, available: Amount(fen: 100), subsidy: Amount(fen: 900)))
        let refused = try await campus.sell(1000, at: 1)
        #expect(refused.decision.reason == .insufficientFunds)
        try await counter.ledger.void(abandoned, now: campus.clock.wallTime())
        try await campus.level()
        #expect(try await campus.sell(1300, at: 1).record.sale?.subsidy == Amount(fen: 900))
        try await campus.requireBooks(cash: 100, subsidy: 0)
    }

    @Test("an old hub that says nothing about subsidy leaves the split to the terminal")
    func olderHub() async throws {
        let campus = try await HeldCampus(Self.subsidy)
        try await campus.grant(900)
        try await campus.level()
        let ledger = campus.counters[0].ledger
        let request = AuthorizationRequest(
            transaction: try await ledger.mint(), amount: Amount(fen: 1000),
            instrument: .card(CardEvidence(card: campus.card, proof: .proven)),
            merchant: try #require(MerchantID(text: "canteen-1")), lane: campus.lane)
        let sold = try await ledger.conclude(
            request, hub: .held(account: campus.account, available: .zero),
            authorizer: Authorizer(policy: .standard), now: campus.clock.wallTime())
        #expect(sold.record.sale?.subsidy == Amount(fen: 900))
    }

    @Test("the PIN is asked for, checked at the terminal, believed by the hub; wrong ones are refused records")
    func pin() async throws {
        let campus = try await HeldCampus(#""pinAboveFen": 1000"#)
        try await campus.setPIN("135790")
        try await campus.level()
        guard case .pinWanted(let first) = try await campus.serve(1001) else { return #expect(Bool(false)) }
        #expect(first == PINRequest(.account, attemptsLeft: 3))
        #expect(try await campus.counters[0].ledger.figures().sequence == 0)
        guard case .pinWanted(let second) = try await campus.serve(1001, pin: "000000") else {
            return #expect(Bool(false))
        }
        #expect(second == PINRequest(.account, attemptsLeft: 2, isRepeated: true))
        #expect(try await campus.sell(1001, pin: "135790").decision == .approved(.online))
        #expect(campus.counters[0].line.saidPIN == 1)
        #expect(try await campus.sell(1000).decision == .approved(.online))
        #expect(campus.counters[0].line.saidPIN == nil)
        let outcomes = try await campus.counters[0].ledger.records(after: 0, limit: 9).map(\.record.outcome)
        #expect(outcomes == [.declined(.pinWrong), .approved, .approved])
    }

    @Test("three wrong ones end the sale, and lock the PIN at the other terminal too")
    func locked() async throws {
        let campus = try await HeldCampus(#""pinAboveFen": 1000"#)
        try await campus.setPIN("135790")
        try await campus.level()
        for _ in 0..<2 { _ = try await campus.serve(1001, pin: "000000") }
        #expect(try await campus.sell(1001, pin: "000000").decision.reason == .pinWrong)
        #expect(try await campus.sell(1001).decision.reason == .pinTriesExceeded)
        // The other terminal has not heard of it; the hub has, and refuses.
        try await campus.counters[0].level()
        #expect(
            try await campus.sell(1001, pin: "135790", at: 1).decision == .declined(.pinTriesExceeded, .online))
    }

    @Test("a PIN that was changed at the hub is not proven by the old one; after the next contact it is asked anew")
    func changed() async throws {
        let campus = try await HeldCampus(#""pinAboveFen": 1000"#)
        try await campus.setPIN("135790")
        try await campus.level()
        try await campus.setPIN("246800")
        #expect(try await campus.sell(1001, pin: "135790").decision == .declined(.pinOutdated, .online))
        try await campus.level()
        #expect(try await campus.sell(1001, pin: "246800").decision == .approved(.online))
    }

    @Test("a terminal whose policy is older than the hub's asks for the PIN when the hub wants it")
    func olderPolicy() async throws {
        let campus = try await HeldCampus(#""pinAboveFen": 5000"#)
        try await campus.setPIN("135790")
        try await campus.level()
        try await campus.setPolicy(#""pinAboveFen": 1000"#)
        guard case .pinWanted(let request) = try await campus.serve(1001) else { return #expect(Bool(false)) }
        #expect(request == PINRequest(.account, attemptsLeft: 3))
        #expect(try await campus.sell(1001, pin: "135790").decision == .approved(.online))
    }

    @Test("what other terminals sold today counts for the PIN, though this one has not heard of it")
    func cumulative() async throws {
        let campus = try await HeldCampus(#""pinCumulativeFen": 1500"#)
        try await campus.setPIN("135790")
        try await campus.level()
        #expect(try await campus.sell(1000, at: 1).decision == .approved(.online))
        guard case .pinWanted = try await campus.serve(1000) else { return #expect(Bool(false)) }
    }
}
