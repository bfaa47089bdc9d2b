import FaultyStorage
import Foundation
import Hub
import HubProtocol
import Ledger
import Payments
import SmartCards
import Terminal

/// A whole campus in one process: hub, terminals, students and whatever befalls them, in virtual time.
@SimulationActor final class Campus {
    let plan: SimulationPlan
    let timeline = Timeline()
    let folder: CampusFolder
    let hub: CampusHub
    let sabotage: Sabotage?
    private(set) var terminals: [CampusTerminal] = []
    private(set) var students: [Student] = []
    private(set) var violations: [Violation] = []
    var tally = CampusTally()
    /// Of everything that happened, in order: the same plan gives the same number.
    private(set) var fingerprint: UInt64 = 0xCBF2_9CE4_8422_2325
    var office = OfficeMemory()
    /// Every sale that was shown green at a terminal with its present journal, newest last.
    var shown: [Int: [ShownSale]] = [:]
    /// Sales that somebody saw approved and that a terminal lost.
    var receipts: [ShownSale] = []
    private let checkers: [any PromiseChecker]
    private var orders = 0
    /// A copy of the hub's files, for the wrong builds that go back to it.
    var oldHub: String?
    var isHealing = false
    /// The run is over: nothing starts any more.
    private(set) var isClosed = false

    init(plan: SimulationPlan, checkers: [any PromiseChecker], sabotage: Sabotage?) throws {
        self.plan = plan
        self.checkers = checkers
        self.sabotage = sabotage
        folder = try CampusFolder()
        hub = try CampusHub(folder: folder, timeline: timeline, seed: plan.seed)
    }

    // MARK: - What the checkers hear

    func happened(_ event: CampusEvent) {
        mix(event.trace)
        remember(event)
        for checker in checkers {
            if let text = checker.observe(event) { report(checker, text) }
        }
    }

    /// Keeps the receipts of what was sold.
    private func remember(_ event: CampusEvent) {
        switch event {
        case .shown(let sale): shown[sale.terminal, default: []].append(sale)
        case .imageRestored(let terminal, let copied, _): forget(terminal) { $0.record.sequence > copied }
        case .journalReplaced(let terminal, _, let delivered): forget(terminal) { $0.record.sequence > delivered }
        default: break
        }
    }

    private func forget(_ terminal: Int, _ isLost: (ShownSale) -> Bool) {
        receipts += (shown[terminal] ?? []).filter(isLost)
        shown[terminal]?.removeAll(where: isLost)
    }

    private func report(_ checker: any PromiseChecker, _ text: String) {
        violations.append(
            Violation(promise: checker.promise, checker: checker.name, text: text, at: timeline.now))
    }

    /// What the simulation itself finds.
    func report(_ promise: Int, _ text: String) {
        violations.append(Violation(promise: promise, checker: "Simulation", text: text, at: timeline.now))
    }

    func judge(_ end: CampusEnd) {
        for checker in checkers {
            for text in checker.judge(end) { report(checker, text) }
        }
    }

    private func mix(_ text: String) {
        let milliseconds = UInt64(timeline.now.wholeMilliseconds)
        for byte in milliseconds.bigEndianBytes(count: 8) + text.utf8 {
            fingerprint = (fingerprint ^ UInt64(byte)) &* 0x100_0000_01B3
        }
    }

    // MARK: - Opening day

    /// Opens hub, accounts, cards and terminals.
    func open() async throws {
        hub.disk.ignoresSyncs = sabotage == .hubMissingSync
        try await hub.start()
        let merchant = try required(MerchantID(text: "canteen-1"))
        _ = try await office("/merchants", NewMerchant(id: merchant, name: "第一食堂"), as: MerchantSummary.self)
        for number in 0..<plan.students { try await enrol(number) }
        for index in 0..<plan.terminals { try await install(index, merchant) }
        for terminal in terminals { await boot(terminal) }
    }

    private func enrol(_ number: Int) async throws {
        let student = try Student(number: number, seed: plan.seed)
        students.append(student)
        let new = NewAccount(id: student.account, name: "学生")
        _ = try await office("/accounts", new, as: AccountSummary.self)
        for card in [student.card, student.purseCard] {
            _ = try await office("/cards", NewCard(id: card, account: student.account), as: CardSummary.self)
        }
        _ = try await office(
            "/purses/\(student.purseCard.text)/open", PurseOpening(balanceFen: Int64(Student.purseAtStart)),
            as: PurseReceipt.self)
        let first = TopUpRequest(account: student.account, amountFen: 20_000, reference: "first-\(number)")
        _ = try await office("/topups", first, as: TopUpReceipt.self)
        office.paidIn[student.account] = first.amountFen
    }

    private func install(_ index: Int, _ merchant: MerchantID) async throws {
        let credentials = try await office(
            "/terminals", NewTerminal(name: "counter \(index)", merchants: [merchant]), as: TerminalCredentials.self)
        var random = SeededRandom(seed: plan.seed, purpose: "machine/\(index)")
        let clock = CampusTerminalClock(
            timeline: timeline, driftPartsPerMillion: random.number(in: -80...80),
            offset: random.milliseconds(in: -3000...3000))
        let network = SimulatedNetwork(
            timeline: timeline, hub: hub, faults: plan.faults,
            maximums: plan.faultMaximums, random: SeededRandom(seed: plan.seed, purpose: "network/\(index)"))
        network.answered = { [weak self] path, answer in self?.noteAnswer(index, path, answer) }
        let (sabotage, timeline) = (sabotage, timeline)
        let terminal = try CampusTerminal(
            CampusTerminal.Setting(
                index: index, credentials: credentials, merchant: merchant, clock: clock, network: network,
                timeline: timeline, folder: folder, seed: plan.seed,
                adjust: { ports, ledger, terminal in
                    sabotage?.spoil(ports, ledger: ledger, of: terminal, on: timeline) ?? ports
                }))
        terminal.applied = { [weak self] page in
            self?.happened(.applied(terminal: index, page))
            guard page.changes.contains(where: { $0.policy != nil }) else { return }
            await self?.notePolicy(at: index)
        }
        terminals.append(terminal)
    }

    /// Something that the office asks of a hub that is up.
    private func office<Reply: Decodable>(
        _ path: String, _ body: any Encodable, as type: Reply.Type
    ) async throws -> Reply {
        guard let reply = try await hub.operate(.post, path, body, as: type) else {
            throw CampusFailure(.officeRefused, detail: "\(path): no answer")
        }
        return reply
    }

    private func required<Value>(_ value: Value?) throws -> Value {
        guard let value else { throw CampusFailure(.officeRefused, detail: "a constant is not valid") }
        return value
    }

    /// Every acknowledgement that the hub gave, whoever heard it.
    private func noteAnswer(_ index: Int, _ path: String, _ answer: CampusHub.Answer) {
        let acknowledged: Acknowledgement? =
            path.hasPrefix("/v1/changes")
            ? (try? JSONDecoder().decode(ChangesPage.self, from: answer.body))?.acknowledged
            : path == "/v1/batches" || path == "/v1/journals"
                ? (try? JSONDecoder().decode(AcknowledgementMessage.self, from: answer.body))?.acknowledged : nil
        guard let acknowledged, let journal = terminals[index].life?.ledger.journal else { return }
        happened(.acknowledged(terminal: index, journal: journal, acknowledged))
    }

    /// Ends every program, lets every activity come to its end, and frees the files.
    func close() async {
        isClosed = true
        for terminal in terminals {
            terminal.network.heal()
            try? terminal.die(.nothingLost)
        }
        try? await hub.die(.nothingLost)
        while let time = timeline.nextTime { await timeline.run(until: time) }
        folder.remove(folder.path)
    }

    /// A reference that no other order has.
    func nextReference() -> SaleReference? {
        orders += 1
        return SaleReference(text: "order-\(orders)")
    }
}
