import ControlClient
import ControlProtocol
import Foundation
import Payments
import Simulation
import SmartCards

/// Plays the main job on real parts, one line a step, and stops at the first step that does not come out as it must.
package final class Demo {
    private let campus: LabCampus
    private var step = ""

    /// What the lab's cardholder starts with.
    private static let balance = "100.00"
    private static let account = "2026010001"

    private init(campus: LabCampus) { self.campus = campus }

    /// Plays the demonstration.
    ///
    /// - Parameter afterwards: called with the running lab when every step came out; the lab ends when it returns.
    package static func play(
        folder: String, programs: String, afterwards: (LabCampus) async throws -> Void
    ) async throws {
        LabOutput.line("CampusTill demo: a terminal, its hub, a card reader and a code scanner, all on this machine.")
        LabOutput.line("state folder \(folder); logs in \(folder)/logs")
        LabOutput.line("starting hub, pcscd with a virtual reader, terminal daemon and scanner …")
        let campus = try await LabCampus(folder: folder, programs: programs)
        let demo = Demo(campus: campus)
        do {
            try await demo.steps()
            try await afterwards(campus)
        } catch let error as DemoFailure {
            await campus.stop()
            throw error
        } catch {
            await campus.stop()
            throw DemoFailure(step: demo.step, cause: "\(error)")
        }
        await campus.stop()
    }

    private func steps() async throws {
        step = "preparation"
        let card = try await campus.enrol(
            Self.account, name: "Demo Student 演示学生", balance: Self.balance, serial: "00061998081700000030")
        let peer = campus.peer(card)
        _ = try await campus.terminal.client.sync()
        LabOutput.line(
            "account \(Self.account) with ¥\(Self.balance), one card, one terminal at \(LabCampus.merchant)\n")
        try await online(peer)
        try await offline(peer)
        try await backAgain()
        try await lost(peer)
        try await killed(peer)
        try await reconcile()
        LabOutput.line("\nall steps came out as they must")
    }

    // MARK: - Steps

    private func online(_ peer: VirtualCardPeer) async throws {
        begin("a", "tap")
        try expect(try await campus.tap(peer, amount: Amount(fen: 1250)), .approved, by: "online", balance: 8750)
        begin("b", "payment code")
        let code = try await freshCode("b")
        try expect(try await campus.scan(code, amount: Amount(fen: 800)), .approved, by: "online", balance: 7950)
        begin("c", "the same code")
        try expect(try await campus.scan(code, amount: Amount(fen: 800)), .declined, reason: .codeReplayed)
    }

    private func offline(_ peer: VirtualCardPeer) async throws {
        begin("d", "hub stopped")
        // The code is on the phone before the hub goes away; what the terminal must do without it is accept it.
        let code = try await freshCode("d")
        try await level()
        await campus.hub.stop()
        note("hub is stopped")
        try expect(try await campus.tap(peer, amount: Amount(fen: 600)), .approved, by: "offline", balance: 7350)
        try expect(try await campus.scan(code, amount: Amount(fen: 700)), .approved, by: "offline", balance: 6650)
        try expect(
            try await campus.tap(peer, amount: Amount(fen: 4500)), .declined, by: "offline",
            reason: .floorLimitExceeded)
        let queue = try await campus.terminal.client.status().journal
        guard queue.unsentCount == 3, queue.unsentFen == 1300 else {
            throw failure("3 records and ¥13.00 unsent, not \(queue.unsentCount) and \(Amount(fen: queue.unsentFen))")
        }
        note("queue: \(queue.unsentCount) unsent records, \(Amount(fen: queue.unsentFen))")
    }

    private func backAgain() async throws {
        begin("e", "hub back")
        let start = ContinuousClock.now
        try await campus.hub.start()
        try await level()
        let shown = try await campus.hub.account(Self.account)
        guard shown.balanceFen == 6650 else { throw failure("balance ¥66.50 at the hub, not \(shown.balanceFen) fen") }
        note("backlog drained in \((ContinuousClock.now - start).wholeMilliseconds) ms, hub balance ¥66.50")
    }

    private func lost(_ peer: VirtualCardPeer) async throws {
        begin("f", "card reported lost")
        let id = peer.withCard { ($0 as? SimulatedPurseCard)?.memory.information.card }
        guard let id else { throw failure("a purse card") }
        try await campus.hub.reportLost(id)
        try await level()
        let sale = try await campus.tap(peer, amount: Amount(fen: 500))
        try expect(sale, .declined, reason: .cardReportedLost)
        try await campus.hub.reportFound(id)
        try await level()
        note("card found again, back in use")
    }

    private func killed(_ peer: VirtualCardPeer) async throws {
        begin("g", "daemon killed in mid-lunch")
        let before = try await campus.terminal.client.status().journal.sequence
        try expect(try await campus.tap(peer, amount: Amount(fen: 300)), .approved, by: "online", balance: 6350)
        // The next sale is under way when the process dies; whether it was stored is for the journal to say.
        let reference = "demo-killed"
        guard let lane = LaneID(text: LabTerminal.lane) else { throw failure("a lane") }
        _ = try await campus.terminal.client.arm(lane: lane, reference: reference, amount: Amount(fen: 400))
        try await campus.present(peer)
        await campus.terminal.kill()
        await peer.remove()
        note("SIGKILL while a tap of ¥4.00 was under way")
        try await campus.terminal.start()
        try await level()
        let verification = try await campus.terminal.client.verify()
        guard verification.sound else { throw failure("a sound journal: \(verification.findings)") }
        let after = try await campus.terminal.client.journal(after: before, limit: 500).records
        let approved = after.filter { $0.outcome == "approved" }
        let amounts = approved.compactMap(\.amountFen)
        guard amounts == [300] || amounts == [300, 400] else {
            throw failure("nothing lost, nothing twice: \(amounts)")
        }
        let balance = 6650 - amounts.reduce(0, +)
        let shown = try await campus.hub.account(Self.account)
        guard shown.balanceFen == balance else { throw failure("\(balance) fen at the hub, not \(shown.balanceFen)") }
        let voided = after.count - approved.count
        note("restarted: journal sound, \(voided) number(s) voided, hub agrees: \(Amount(fen: balance))")
        note("the interrupted sale \(amounts.count == 2 ? "was stored, once" : "was not stored, and is not debited")")
        try expect(
            try await campus.tap(peer, amount: Amount(fen: 100)), .approved, by: "online", balance: balance - 100)
    }

    private func reconcile() async throws {
        begin("h", "reconciliation")
        try await level()
        let journal = try await campus.terminal.client.verify()
        let atHub = try await campus.hub.terminal(LabCampus.terminalID)
        let books = try await campus.hub.checkBooks()
        note(figures("terminal", journal.records, journal.approvedCount, journal.approvedFen, journal.hash))
        note(figures("hub     ", Int(atHub.records), Int(atHub.approvedCount), atHub.approvedFen, atHub.hash))
        guard journal.sound, books.sound, journal.records == Int(atHub.records), journal.hash == atHub.hash,
            journal.approvedCount == Int(atHub.approvedCount), journal.approvedFen == atHub.approvedFen
        else { throw failure("terminal and hub agree: \(journal.findings) \(books.findings)") }
        note("terminal and hub agree to the fen; the hub's books balance (\(books.postings) postings, sum ¥0.00)")
        LabOutput.line("\nstatement of account \(Self.account):")
        LabOutput.text(try await campus.hub.statement(Self.account))
    }

    // MARK: - Helpers of the script

    private func figures(_ who: String, _ records: Int, _ approved: Int, _ fen: Int64, _ hash: String) -> String {
        "\(who)  \(records) records  \(approved) approved  \(Amount(fen: fen))  head \(hash.prefix(12))…"
    }

    /// A fresh code from the hub, as an image that an independent decoder reads: what a phone and a scanner do.
    private func freshCode(_ name: String) async throws -> String {
        let image = campus.paths.code("\(name).png")
        try await campus.hub.issueCode(account: Self.account, image: image)
        return try await CodeImageDecoder().decode(imageAt: image)
    }

    /// Waits until terminal and hub are level.
    private func level() async throws {
        let result = try await campus.terminal.client.sync()
        if result.level { return }
        try await campus.terminal.wait("terminal and hub level") { $0.hub.reachable && $0.journal.unsentCount == 0 }
    }

    private func begin(_ letter: String, _ title: String) { step = "(\(letter)) \(title)" }

    private func note(_ text: String) { LabOutput.line("\(padded(step, 30)) \(text)") }

    private func failure(_ expected: String) -> DemoFailure { DemoFailure(step: step, cause: "expected \(expected)") }

    private func expect(
        _ sale: SaleMessage, _ state: SaleMessage.State, by decidedBy: String? = nil, reason: DeclineReason? = nil,
        balance: Int64? = nil
    ) throws {
        var line =
            "\(Amount(fen: sale.amountFen))  \(sale.state == .approved ? "APPROVED" : "\(sale.state)".uppercased())"
        line += "  \(sale.responseCode?.rawValue ?? "--")"
        if let by = sale.decidedBy { line += "  \(by)" }
        if let reason = sale.reason { line += "  \(reason.name): \(reason.english)" }
        if let fen = sale.availableFen { line += "  balance \(Amount(fen: fen))" }
        if let timing = sale.timing {
            line += "  \(milliseconds(timing.totalMicroseconds)) ms (card \(milliseconds(timing.cardMicroseconds)), "
            line += "hub \(milliseconds(timing.hubMicroseconds)), commit \(milliseconds(timing.commitMicroseconds)))"
        }
        note(line)
        guard sale.state == state else { throw failure("\(state)") }
        if let decidedBy, sale.decidedBy != decidedBy { throw failure("a decision \(decidedBy)") }
        if let reason, sale.reason?.name != reason.name { throw failure("the reason \(reason.name)") }
        if let balance, sale.availableFen != balance { throw failure("a balance of \(Amount(fen: balance))") }
    }

    /// Milliseconds with one decimal.
    private func milliseconds(_ microseconds: Int64) -> String {
        "\(microseconds / 1000).\(microseconds % 1000 / 100)"
    }

    private func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}

/// The step that did not come out as it must.
package struct DemoFailure: Error, CustomStringConvertible {
    package let step: String
    package let cause: String

    package var description: String { "step \(step) failed: \(cause)" }
}
