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
    /// What the office took in, by account.
    var paidIn: [AccountID: Int64] = [:]
    private(set) var restored: Set<Int> = []
    private(set) var excusedCards: Set<CardID> = []
    private let checkers: [any PromiseChecker]
    private var orders = 0
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
        for checker in checkers {
            if let text = checker.observe(event) { report(checker.promise, text) }
        }
    }

    func report(_ promise: Int, _ text: String) {
        violations.append(Violation(promise: promise, text: text, at: timeline.now))
    }

    func judge(_ end: CampusEnd) {
        for checker in checkers {
            for text in checker.judge(end) { report(checker.promise, text) }
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
        paidIn[student.account] = first.amountFen
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
            random: SeededRandom(seed: plan.seed, purpose: "network/\(index)"))
        network.answered = { [weak self] path, answer in self?.noteAnswer(index, path, answer) }
        let (sabotage, timeline) = (sabotage, timeline)
        let terminal = try CampusTerminal(
            CampusTerminal.Setting(
                index: index, credentials: credentials, merchant: merchant, clock: clock, network: network,
                timeline: timeline, folder: folder, seed: plan.seed,
                adjust: { ports, ledger, terminal in
                    sabotage?.spoil(ports, ledger: ledger, of: terminal, on: timeline) ?? ports
                }))
        terminal.applied = { [weak self] page in self?.happened(.applied(terminal: index, page)) }
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

    // MARK: - Programs that start and die

    /// Starts a terminal's program, again and again until it runs.
    func boot(_ terminal: CampusTerminal) async {
        guard !isClosed else { return }
        for attempt in 1...50 {
            switch await terminal.start() {
            case .running(let life):
                guard let records = try? await life.ledger.records(after: 0, limit: .max).map(\.record) else { break }
                happened(.opened(terminal: terminal.index, records: records))
                keepLevel(terminal, life)
                return
            case .diedAgain:
                try? terminal.die(.unsyncedPartly(seed: plan.seed &+ UInt64(attempt)))
            case .failed(let error):
                guard error.code == .diskFull || error.code == .writeFailed else {
                    report(1, "terminal \(terminal.index) does not start any more: \(error)")
                    return
                }
                try? terminal.die(.nothingLost)
            }
            await timeline.pause(.seconds(5))
        }
        report(11, "terminal \(terminal.index) did not start in 50 attempts")
    }

    private func keepLevel(_ terminal: CampusTerminal, _ life: TerminalLife) {
        let random = SeededRandom(seed: plan.seed, purpose: "sync/\(terminal.index)/\(life.number)")
        timeline.schedule(at: timeline.now) { [self] in
            await life.keepLevel(timeline, random: random) { number in alarm(terminal, life, number) }
        }
    }

    /// Numbers by which terminal or hub say that they do not agree on history.
    private static let historyAlarms: Set<Int> = [3020, 4105, 4106, 4107, 4108, 4112, 4171, 4172]

    private func alarm(_ terminal: CampusTerminal, _ life: TerminalLife, _ number: Int) {
        guard Self.historyAlarms.contains(number) else { return }
        happened(.alarm(terminal: terminal.index, number: number))
        timeline.schedule(after: .seconds(60)) { [self] in await replaceJournal(terminal, life) }
    }

    /// A person comes, keeps the old journal as evidence and gives the terminal a new one.
    private func replaceJournal(_ terminal: CampusTerminal, _ life: TerminalLife) async {
        guard terminal.life === life, life.isAlive else { return }
        let id = terminal.credentials.id
        guard let summary = try? await hub.operate(.get, "/terminals/\(id.text)", as: TerminalSummary.self),
            (try? await hub.operate(.post, "/terminals/\(id.text)/reset-journal", as: TerminalSummary.self)) != nil
        else {
            timeline.schedule(after: .seconds(60)) { [self] in await replaceJournal(terminal, life) }
            return
        }
        let records = (try? await life.ledger.records(after: 0, limit: .max).map(\.record)) ?? []
        excuseCards(of: terminal)
        try? terminal.die(.nothingLost)
        try? terminal.replaceDisk()
        happened(.journalReplaced(terminal: terminal.index, records: records, delivered: summary.sequence))
        await boot(terminal)
    }

    /// Purse cards whose payments at this terminal are lost with its journal are no longer compared.
    private func excuseCards(of terminal: CampusTerminal) { excusedCards.formUnion(students.map(\.purseCard)) }

    /// A terminal's program ends, and starts again after a while.
    func kill(_ terminal: CampusTerminal, _ cut: PowerCut, down: Duration) async {
        guard terminal.life != nil else { return }
        tally.terminalDeaths += 1
        do { try terminal.die(cut) } catch { report(0, "\(error)") }
        await timeline.pause(isHealing ? .seconds(1) : down)
        await boot(terminal)
    }

    /// The hub's program ends, and starts again after a while.
    func killHub(_ cut: PowerCut, down: Duration) async {
        tally.hubDeaths += 1
        let image = sabotage == .forgottenAcknowledgement ? oldHub : nil
        do {
            try await hub.die(cut)
            if let image { try hub.restore(image) }
        } catch {
            report(0, "\(error)")
        }
        await timeline.pause(isHealing ? .seconds(1) : down)
        await startHub()
    }

    /// A copy of the hub's files from the morning, for the wrong build that goes back to it.
    var oldHub: String?

    private func startHub() async {
        guard !isClosed else { return }
        hub.disk.ignoresSyncs = sabotage == .hubMissingSync
        for attempt in 1...50 {
            do {
                try await hub.start()
                break
            } catch {
                guard hub.disk.isDead else {
                    report(12, "the hub does not start any more: \(error)")
                    return
                }
                try? await hub.die(.unsyncedPartly(seed: plan.seed &+ UInt64(attempt)))
                await timeline.pause(.seconds(5))
            }
        }
        for terminal in terminals {
            let path = "/terminals/\(terminal.credentials.id.text)"
            let summary: TerminalSummary?
            do {
                summary = try await hub.operate(.get, path, as: TerminalSummary.self)
                // It died again at once.
                if summary == nil { return }
            } catch {
                // It does not know the terminal any more.
                summary = nil
            }
            happened(
                .hubOpened(
                    terminal: terminal.index, journal: summary?.journal, sequence: summary?.sequence ?? 0,
                    hash: summary?.hash))
        }
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

    /// Notes that the terminal had an older image put back.
    func noteRestored(_ terminal: CampusTerminal) {
        restored.insert(terminal.index)
        excuseCards(of: terminal)
        tally.images += 1
    }

    /// A reference that no other order has.
    func nextReference() -> SaleReference? {
        orders += 1
        return SaleReference(text: "order-\(orders)")
    }
}
