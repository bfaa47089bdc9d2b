import Foundation
import Hub
import HubProtocol
import Payments
import Terminal

/// Orders at the counters.
extension Campus {
    /// How long a payer waits for a lane to become free, in tries of three seconds.
    private static let patience = 5

    func sell(
        at terminal: CampusTerminal, to student: Student, means: Incident.Means, fen: Int64, repeated: Bool,
        tear: Incident.Tear?
    ) async {
        guard let (life, lane) = await freeLane(at: terminal) else { return }
        lane.isTaken = true
        defer { lane.isTaken = false }
        guard let reference = nextReference() else { return }
        var order = SaleOrder(reference: reference, amount: Amount(fen: fen))
        tally.orders += 1
        let (pin, isRight) = typedPIN(student, fen)
        order.pin = means == .card ? pin : nil
        let visit = Visit(
            terminal: terminal, life: life, lane: lane, student: student, order: order, isPINRight: isRight)
        await serve(visit, means, tear)
        guard repeated, life.isAlive else { return }
        tally.note(.repetition)
        await timeline.pause(.seconds(2))
        // The cashier did not see the end and rings the same order up again: the lane knows it.
        if sabotage != .forgottenOrders, lane.outcome(of: reference) != nil { return }
        await serve(visit, means, nil)
    }

    /// One payer at one lane with one order.
    struct Visit {
        var terminal: CampusTerminal
        var life: TerminalLife
        var lane: CampusLane
        var student: Student
        var order: SaleOrder
        var isPINRight = false
    }

    /// What the payer types: mostly the PIN, sometimes a wrong one, sometimes nothing. Fixed by the amount.
    private func typedPIN(_ student: Student, _ fen: Int64) -> (AccountPIN?, isRight: Bool) {
        guard let pin = student.pin else { return (nil, false) }
        switch fen % 10 {
        case 0...6: return (pin, true)
        case 7: return (AccountPIN(text: "000000"), false)
        default: return (nil, false)
        }
    }

    /// Fills a purse from its account.
    func load(at terminal: CampusTerminal, _ student: Student, fen: Int64, tear: Incident.Tear?) async {
        guard let (life, lane) = await freeLane(at: terminal) else { return }
        lane.isTaken = true
        defer { lane.isTaken = false }
        guard let reference = nextReference() else { return }
        tally.note(.load)
        let order = SaleOrder(kind: .load(nil), reference: reference, amount: Amount(fen: fen))
        await payFromPurse(
            Visit(terminal: terminal, life: life, lane: lane, student: student, order: order), tear)
    }

    private func freeLane(at terminal: CampusTerminal) async -> (TerminalLife, CampusLane)? {
        for _ in 0..<Self.patience {
            if let life = terminal.life, life.isAlive, let lane = life.lanes.first(where: { !$0.isTaken }) {
                return (life, lane)
            }
            await timeline.pause(.seconds(3))
        }
        return nil
    }

    private func serve(_ visit: Visit, _ means: Incident.Means, _ tear: Incident.Tear?) async {
        switch means {
        case .card:
            guard await visit.lane.arm(visit.order, visit.life) else { return }
            let evidence = CardEvidence(card: visit.student.card, proof: .proven)
            let result = await visit.lane.present(.card(evidence), for: visit.order, visit.life)
            await conclude(visit, result, card: visit.student.card, code: nil)
        case .purse: await payFromPurse(visit, tear)
        case .code:
            guard await drawCode(visit.student) else { return }
            await showCode(visit)
        case .lastCode:
            tally.note(.codeReuse)
            await showCode(visit)
        }
    }

    private func conclude(_ visit: Visit, _ result: CampusLane.Result, card: CardID?, code: CodeReference?) async {
        guard visit.life.isAlive else { return }
        var outcome: SaleOutcome?
        if case .ended(let ended) = result { outcome = ended }
        if case .waiting = result { outcome = await visit.lane.expire(visit.order, visit.life) }
        guard visit.life.isAlive, let outcome else { return }
        switch outcome {
        case .decided(let concluded, _) where concluded.decision.isApproved:
            if visit.order.kind.isLoad { tally.loads += 1 } else { tally.approved += 1 }
            if case .offline = concluded.decision.path { tally.approvedAlone += 1 }
            if code != nil { tally.approvedCode += 1 }
            if card == visit.student.purseCard, !visit.order.kind.isLoad { tally.approvedPurse += 1 }
            happened(
                .shown(
                    ShownSale(
                        terminal: visit.terminal.index, record: concluded.record, life: visit.life.number,
                        reference: visit.order.reference.text, at: timeline.now, card: card, code: code,
                        isPINRight: visit.isPINRight)))
        case .decided: tally.declined += 1
        case .unknown: tally.unknown += 1
        case .cancelled, .expired, .fault: break
        }
    }

    // MARK: - Purses

    private func payFromPurse(_ visit: Visit, _ tear: Incident.Tear?) async {
        let student = visit.student
        guard !student.isTapping, await visit.lane.arm(visit.order, visit.life) else { return }
        student.isTapping = true
        defer { student.isTapping = false }
        var result = await tap(visit, tear)
        if case .waiting = result, let again = tear?.comesAgain, visit.life.isAlive {
            await timeline.pause(again)
            if visit.life.isAlive { result = await tap(visit, nil) }
        }
        await conclude(visit, result, card: student.purseCard, code: nil)
    }

    private func tap(_ visit: Visit, _ tear: Incident.Tear?) async -> CampusLane.Result {
        let life = visit.life
        let reader = CampusReader(timeline: timeline, student: visit.student, tear: tear) { life.isAlive }
        let result = await visit.lane.present(.purse(reader), for: visit.order, life)
        if reader.wasTorn { tally.note(.tear) }
        return result
    }

    /// Lets a card with an unknown outcome come again, so that it can tell.
    func tapAgain(_ student: Student, at terminal: CampusTerminal) async {
        guard let life = terminal.life, life.isAlive, let lane = life.lanes.first, let reference = nextReference()
        else { return }
        let order = SaleOrder(reference: reference, amount: Amount(fen: 1))
        await payFromPurse(
            Visit(terminal: terminal, life: life, lane: lane, student: student, order: order), nil)
    }

    // MARK: - Codes

    /// The student's phone asks the hub for a code; `false` without an answer.
    private func drawCode(_ student: Student) async -> Bool {
        let request = CodeRequest(account: student.account)
        guard let issued = try? await hub.operate(.post, "/codes", request, as: IssuedCode.self),
            let serial = UInt64(issued.serial, radix: 16)
        else { return false }
        student.code = (issued.code, CodeReference(keyID: issued.keyID, serial: serial))
        await timeline.pause(.seconds(2))
        return true
    }

    private func showCode(_ visit: Visit) async {
        guard let code = visit.student.code, visit.life.isAlive, await visit.lane.arm(visit.order, visit.life) else {
            return
        }
        let result = await visit.lane.present(.code(Array(code.text.utf8)), for: visit.order, visit.life)
        await conclude(visit, result, card: nil, code: code.reference)
    }
}
