import ControlClient
import ControlProtocol
import Foundation
import Lab
import Payments
import Simulation
import TestSupport

/// Serves one lane during a lunch in which daemon and hub are killed: a sale whose end it does not learn is left to
/// the journal, as at a counter.
struct Cashier: Sendable {
    let campus: LabCampus
    let lane: LaneID
    let cards: [VirtualCardPeer]
    let book: LunchBook
    /// Whether payment codes are shown at this lane too.
    let takesCodes: Bool

    func work(seed: UInt64) async {
        var generator = SeededGenerator(seed: seed)
        var served = 0
        while await !book.isOver {
            served += 1
            let fen = Int64.random(in: 1...300, using: &generator)
            let reference = "lunch-\(lane)-\(served)"
            do {
                _ = try await campus.terminal.client.arm(lane: lane, reference: reference, amount: Amount(fen: fen))
                let choice = Int.random(in: 0..<4, using: &generator)
                if takesCodes, choice < 3, let code = await book.nextCode(again: choice == 0) {
                    await book.presented()
                    try await campus.scanner.scan(code)
                    try await finish(reference, fen: fen, code: code)
                } else if let card = cards.randomElement(using: &generator) {
                    try await tap(card, reference, fen: fen)
                }
            } catch {
                // The daemon is away, or the reader has missed the card: the amount is taken back if it is still there,
                // and the next customer comes.
                _ = try? await campus.terminal.client.cancel(lane: lane, reference: reference)
                try? await Task.sleep(for: .milliseconds(20))
            }
        }
    }

    private func tap(_ card: VirtualCardPeer, _ reference: String, fen: Int64) async throws {
        do {
            try await card.insert()
            await book.presented()
            try await finish(reference, fen: fen, code: nil)
        } catch {
            await card.remove()
            throw error
        }
        await card.remove()
    }

    private func finish(_ reference: String, fen: Int64, code: String?) async throws {
        var sale = try await campus.terminal.client.sale(lane: lane, reference: reference, wait: 1)
        if sale.state == .open { sale = try await campus.terminal.client.cancel(lane: lane, reference: reference) }
        switch sale.state {
        case .approved: await book.approved(sale.transaction, fen: fen, by: sale.decidedBy, code: code)
        case .declined: await book.declined()
        case .open, .cancelled, .expired, .unknown, .fault: break
        }
    }
}
