import FaultyStorage
import Foundation
import Hub
import HubProtocol
import Ledger
import Payments
import Terminal

/// What happens on a day.
extension Campus {
    /// Puts an incident on the timeline.
    func schedule(_ incident: Incident) {
        timeline.schedule(at: incident.time) { [self] in await befall(incident.action) }
    }

    private func befall(_ action: Incident.Action) async {
        switch action {
        case .sale(let terminal, let student, let means, let fen, let repeated, let tear):
            await sell(
                at: terminals[terminal], to: students[student], means: means, fen: fen, repeated: repeated, tear: tear)
        case .load(let terminal, let student, let fen, let tear):
            await load(at: terminals[terminal], students[student], fen: fen, tear: tear)
        case .refund(let terminal, let draw, let percent, let repeated):
            await refund(at: terminals[terminal], draw: draw, percent: percent, repeated: repeated)
        case .void(let terminal, let lane): await voidLast(at: terminals[terminal], lane: lane)
        case .adjust(let draw): await adjust(draw)
        case .publishPolicy(let draw): await publishPolicy(draw)
        case .setPIN(let student): await setPIN(students[student])
        case .setLimits(let student, let fen): await setLimits(students[student], dayFen: fen)
        case .grantSubsidy(let student, let fen): await grantSubsidy(students[student], fen)
        case .topUp(let student, let fen, let twice): await topUp(students[student], fen, twice: twice)
        case .freeze(let student): await change("/accounts/\(students[student].account.text)/freeze")
        case .unfreeze(let student): await change("/accounts/\(students[student].account.text)/unfreeze")
        case .close(let student): await change("/accounts/\(students[student].account.text)/close")
        case .reportLost(let student): await changeCards(of: students[student], "lost")
        case .reportFound(let student): await changeCards(of: students[student], "found")
        case .reportStolen(let student): await changeCards(of: students[student], "stolen")
        case .kill(let terminal, let down):
            tally.note(.kill)
            await kill(terminals[terminal], .nothingLost, down: down)
        case .power(let terminal, let writes, let down): await cutPower(terminals[terminal], writes, down: down)
        case .diskFull(let terminal, let lasts): await fill(terminals[terminal], lasts)
        case .hubDies(let writes, let down): await hubDies(writes, down: down)
        case .failover(let down): await failOver(down: down)
        case .cutOff(let terminal, let lasts):
            tally.note(.partition)
            terminals[terminal].network.cut(for: lasts)
        case .clockJump(let terminal, let duration):
            tally.note(.clock)
            terminals[terminal].clock.jump(by: duration)
        case .copyImage(let terminal): await copyImage(terminals[terminal])
        case .restoreImage(let terminal): await restoreImage(terminals[terminal])
        }
    }

    // MARK: - The office

    private func topUp(_ student: Student, _ fen: Int64, twice: Bool) async {
        let reference = "paid-\(student.number)-\(timeline.now.wholeMilliseconds)"
        let request = TopUpRequest(account: student.account, amountFen: fen, reference: reference)
        guard
            let receipt = await asking({ try await self.hub.operate(.post, "/topups", request, as: TopUpReceipt.self) })
        else { return }
        office.paidIn[student.account, default: 0] += receipt.amountFen
        guard twice else { return }
        // The clerk presses the button again.
        _ = await asking { try await self.hub.operate(.post, "/topups", request, as: TopUpReceipt.self) }
    }

    private func change(_ path: String) async {
        tally.note(.office)
        _ = await asking { try await self.hub.operate(.post, path, as: AccountSummary.self) }
    }

    private func changeCards(of student: Student, _ verb: String) async {
        tally.note(.office)
        for card in [student.card, student.purseCard] {
            _ = await asking { try await self.hub.operate(.post, "/cards/\(card.text)/\(verb)", as: CardSummary.self) }
        }
    }

    /// Asks until the hub answers. `nil` when it refuses, as it does what the books do not allow.
    func asking<Reply>(_ body: @SimulationActor () async throws -> Reply?) async -> Reply? {
        while !isClosed {
            do {
                if let reply = try await body() { return reply }
            } catch {
                return nil
            }
            await timeline.pause(.seconds(20))
        }
        return nil
    }

    // MARK: - Faults

    /// The power goes at a disk operation, or after a minute without so many.
    private func cutPower(_ terminal: CampusTerminal, _ writes: Int, down: Duration) async {
        guard terminal.isUp else { return }
        let life = terminal.lives
        let disk = terminal.disk
        tally.note(.power)
        disk.inject(DiskFault(at: writes, .crash))
        for _ in 0..<240 where !disk.isDead { await timeline.pause(.milliseconds(250)) }
        guard terminal.lives == life else { return }
        await kill(terminal, cut(writes), down: down)
    }

    private func cut(_ number: Int) -> PowerCut {
        number % 3 == 0 ? .unsyncedLost : .unsyncedPartly(seed: plan.seed &+ UInt64(number))
    }

    private func fill(_ terminal: CampusTerminal, _ lasts: Duration) async {
        tally.note(.diskFull)
        let disk = terminal.disk
        disk.capacity = disk.usedSize
        await timeline.pause(isHealing ? .zero : lasts)
        disk.capacity = nil
        // The program may have started again meanwhile, on the same full disk.
        terminal.disk.capacity = nil
    }

    private func hubDies(_ writes: Int?, down: Duration) async {
        guard hub.isUp else { return }
        tally.note(.hub)
        let life = hub.lives
        guard let writes else { return await killHub(.nothingLost, down: down) }
        let disk = hub.disk
        disk.inject(DiskFault(at: writes, .crash))
        for _ in 0..<240 where !disk.isDead { await timeline.pause(.milliseconds(250)) }
        guard hub.lives == life, hub.disk === disk else { return }
        await killHub(cut(writes), down: down)
    }

    /// The hub's machine dies. The standby has every write that the dead one was told is synced, and no other.
    private func failOver(down: Duration) async {
        guard hub.isUp else { return }
        tally.note(.failover)
        await killHub(.unsyncedLost, down: down, isFailover: true)
    }

    private func copyImage(_ terminal: CampusTerminal) async {
        guard terminal.isUp else { return }
        do {
            try await terminal.copyImage()
            happened(.imageCopied(terminal: terminal.index))
        } catch {
            // Its disk died under the copy: there is none.
        }
    }

    private func restoreImage(_ terminal: CampusTerminal) async {
        guard let image = terminal.image, let life = terminal.life, life.isAlive, !isHealing else { return }
        let path = "/terminals/\(terminal.credentials.id.text)"
        guard let summary = try? await hub.operate(.get, path, as: TerminalSummary.self) else { return }
        guard summary.journal == life.ledger.journal, image.journal == life.ledger.journal else { return }
        let (records, intents) = (await records(of: life), await intents(of: life))
        guard life.isAlive else { return }
        tally.note(.image)
        terminal.history.overwrite(records, intents: intents)
        do {
            try terminal.die(.nothingLost)
            try terminal.restoreImage()
        } catch {
            report(0, "\(error)")
        }
        happened(.imageRestored(terminal: terminal.index, copied: image.sequence, atHub: summary.sequence))
        await timeline.pause(.seconds(30))
        await boot(terminal)
    }
}
