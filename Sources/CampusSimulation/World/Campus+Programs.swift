import FaultyStorage
import Foundation
import Hub
import HubProtocol
import Ledger
import Payments
import Terminal

/// Programs that start and die.
extension Campus {
    /// Starts a terminal's program, again and again until it runs.
    func boot(_ terminal: CampusTerminal) async {
        guard !isClosed else { return }
        for attempt in 1...50 {
            switch await terminal.start() {
            case .running(let life):
                guard let records = try? await life.ledger.records(after: 0, limit: .max).map(\.record) else { break }
                happened(.opened(terminal: terminal.index, records: records))
                await notePolicy(at: terminal.index)
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

    /// Tells the checkers which policy counts at a terminal now.
    func notePolicy(at index: Int) async {
        guard let life = terminals[index].life, life.isAlive else { return }
        do throws(LedgerError) {
            let policy = try await life.policies.policy(at: life.clock.now())
            happened(.policyInForce(terminal: index, policy))
        } catch {
            // Its disk died over the question: it starts again, and is asked again.
        }
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
        let records = await records(of: life)
        let isKnown = await terminal.history.replace(
            records, intents: intents(of: life), journal: life.ledger.journal, sequence: summary.sequence,
            hash: summary.hash)
        if !isKnown { report(5, "the hub has a history of terminal \(terminal.index) that it never wrote") }
        try? terminal.die(.nothingLost)
        try? terminal.replaceDisk()
        happened(.journalReplaced(terminal: terminal.index, records: records, delivered: summary.sequence))
        await boot(terminal)
    }

    /// What a terminal has written until now.
    func records(of life: TerminalLife) async -> [JournalRecord] {
        (try? await life.ledger.records(after: 0, limit: .max).map(\.record)) ?? []
    }

    /// Purse transactions that are begun there: the card may have been asked, and no record says so yet.
    func intents(of life: TerminalLife) async -> [JournalRecord.Sale] {
        var intents: [JournalRecord.Sale] = []
        let recorded = Set(await records(of: life).map(\.transaction))
        for student in students {
            guard let open = try? await life.ledger.openCardTransaction(of: student.purseCard),
                !recorded.contains(open.transaction)
            else { continue }
            intents.append(open.sale)
        }
        return intents
    }

    /// A terminal's program ends, and starts again after a while.
    func kill(_ terminal: CampusTerminal, _ cut: PowerCut, down: Duration) async {
        guard terminal.life != nil else { return }
        tally.terminalDeaths += 1
        do { try terminal.die(cut) } catch { report(0, "\(error)") }
        await timeline.pause(isHealing ? .seconds(1) : down)
        await boot(terminal)
    }

    /// The hub's program ends, and starts again after a while; on the standby's machine after a failover.
    func killHub(_ cut: PowerCut, down: Duration, isFailover: Bool = false) async {
        tally.hubDeaths += 1
        let image = sabotage == (isFailover ? .laggingStandby : .forgottenAcknowledgement) ? oldHub : nil
        do {
            try await hub.die(cut)
            if let image { try hub.restore(image) }
        } catch {
            report(0, "\(error)")
        }
        await timeline.pause(isHealing ? .seconds(1) : down)
        await startHub()
    }

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
}
