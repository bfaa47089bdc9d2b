import FaultyStorage
import Foundation
import Hub
import HubProtocol
import Ledger
import Payments
import Simulation
import Terminal

/// How a run comes to rest.
extension Campus {
    /// Takes every fault back and waits until nothing moves any more.
    func heal() async {
        isHealing = true
        for terminal in terminals {
            terminal.network.heal()
            terminal.disk.clearFaults()
            terminal.disk.capacity = nil
        }
        hub.disk.clearFaults()
        // Longer than any fault lasts that was on its way.
        await timeline.run(until: timeline.now + .seconds(2400))
        await comeLevel()
        for terminal in terminals { await resolveTaps(at: terminal) }
        await comeLevel()
        // A hold that nobody speaks of expires after three days.
        await timeline.run(until: timeline.now + .seconds(10))
    }

    private func comeLevel() async {
        for _ in 0..<60 {
            await timeline.run(until: timeline.now + .seconds(60))
            if terminals.allSatisfy({ $0.life?.isLevel ?? false }) { return }
        }
    }

    private func resolveTaps(at terminal: CampusTerminal) async {
        timeline.schedule(at: timeline.now) { [self] in
            for student in students {
                guard let ledger = terminal.life?.ledger,
                    (try? await ledger.openCardTransaction(of: student.purseCard)) != nil
                else { continue }
                await tapAgain(student, at: terminal)
            }
        }
        await timeline.run(until: timeline.now + .seconds(300))
    }

    /// What is left.
    func end() async throws -> CampusEnd {
        var ends: [CampusEnd.Terminal] = []
        for terminal in terminals {
            let end = try await end(of: terminal)
            terminal.history.settle(end.records)
            ends.append(end)
        }
        var purses: [CampusEnd.Purse] = []
        var statements: [AccountID: [StatementLine]] = [:]
        var accounts: [AccountSummary] = []
        for student in students {
            let summary = try await ask("/purses/\(student.purseCard.text)", as: PurseSummary.self)
            purses.append(
                CampusEnd.Purse(
                    card: student.purseCard, cardFen: Int64(student.purse.memory.balance), summary: summary))
            accounts.append(try await ask("/accounts/\(student.account.text)", as: AccountSummary.self))
            statements[student.account] = try await statement("/accounts/\(student.account.text)/statement")
        }
        let merchants = try await ask("/merchants", as: Page<MerchantSummary>.self).items
        let holds = try await list("/holds?state=all", as: HoldSummary.self)
        let exceptions = try await list("/exceptions?state=all", as: ExceptionSummary.self)
        let adjustments = try await list("/adjustments?state=all", as: AdjustmentSummary.self)
        let subsidies = try await subsidies()
        let settled = try await settle(merchants)
        let books = try await ask("/books/check", as: BooksReport.self)
        var lost = LostHistory()
        for terminal in terminals {
            lost.records += terminal.history.lost.records
            lost.intents += terminal.history.lost.intents
        }
        tally.records = ends.reduce(0) { $0 + $1.records.count }
        return CampusEnd(
            terminals: ends, former: terminals.flatMap(\.history.former), lost: lost, accounts: accounts,
            subsidies: subsidies, merchants: merchants, holds: holds, exceptions: exceptions, purses: purses,
            books: books, statements: statements, adjustments: adjustments, settled: settled, office: office)
    }

    private func end(of terminal: CampusTerminal) async throws -> CampusEnd.Terminal {
        guard let life = terminal.life, life.isAlive else {
            throw CampusFailure(.notLevel, detail: "terminal \(terminal.index) does not run")
        }
        let records = try await life.ledger.records(after: 0, limit: .max).map(\.record)
        let path = "/terminals/\(terminal.credentials.id.text)"
        return CampusEnd.Terminal(
            id: terminal.credentials.id, journal: life.ledger.journal, records: records,
            unsent: try await life.ledger.figures().unsentCount,
            summary: try await ask(path, as: TerminalSummary.self),
            findings: try await life.ledger.verify().findings)
    }

    func ask<Reply: Decodable>(_ path: String, as type: Reply.Type) async throws -> Reply {
        guard let reply = try await hub.operate(.get, path, as: type) else {
            throw CampusFailure(.notLevel, detail: "the hub does not answer")
        }
        return reply
    }

    func list<Item: Codable & Sendable & Hashable>(
        _ path: String, as type: Item.Type
    ) async throws -> [Item] {
        var items: [Item] = []
        var next: String?
        repeat {
            let after = next.map { "&after=\($0)" } ?? ""
            let query = "\(path.contains("?") ? "&" : "?")limit=1000\(after)"
            let page = try await ask(path + query, as: Page<Item>.self)
            items += page.items
            next = page.next
        } while next != nil
        return items
    }

    private func statement(_ path: String) async throws -> [StatementLine] {
        var lines: [StatementLine] = []
        var next: Int64?
        repeat {
            let before = next.map { "&before=\($0)" } ?? ""
            let page = try await ask("\(path)?limit=1000\(before)", as: Statement.self)
            lines += page.lines
            next = page.next
        } while next != nil
        return lines
    }
}
