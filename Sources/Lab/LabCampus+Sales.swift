import ControlClient
import ControlProtocol
import Payments
import Simulation

extension LabCampus {
    /// Longest time that one card lies on the reader before it is lifted and held out again.
    private static let presentationLimit = Duration.seconds(20)
    /// A problem that is shown sooner after a repeated presentation may still be the last one's.
    private static let problemDelay = Duration.seconds(3)
    private static let presentations = 6

    /// Arms the lane, holds the card out until the sale ends, takes the card away.
    ///
    /// A tap that the reader tears or misses is repeated with the same sale, as customers do.
    ///
    /// - Throws: when the sale does not end; then the card is off the reader and the sale is taken back.
    package func tap(
        _ peer: VirtualCardPeer, amount: Amount, lane: String = LabTerminal.lane, reference: String? = nil
    ) async throws -> SaleMessage {
        let (id, reference) = try Self.order(lane, reference)
        _ = try await terminal.client.arm(lane: id, reference: reference, amount: amount)
        let sale: SaleMessage
        do {
            sale = try await present(peer, untilEndOf: reference, at: id)
        } catch {
            await peer.remove()
            // The daemon may be gone, and the sale with it.
            _ = try? await terminal.client.cancel(lane: id, reference: reference)
            throw error
        }
        await peer.remove()
        do {
            try await terminal.wait("lane \(lane) idle") { status in
                status.lanes.first { $0.lane == id }?.display == "idle"
            }
        } catch  where !terminal.isRunning {
            // It ended after the sale did: what it showed stands.
        }
        return sale
    }

    /// Holds the card out until a sale that is armed ends, and again when the reader lost or missed it. At the end the
    /// card still lies there, unless it left by itself.
    package func present(
        _ peer: VirtualCardPeer, untilEndOf reference: String, at lane: LaneID
    ) async throws -> SaleMessage {
        var problem: ProblemMessage?
        for presentation in 1...Self.presentations {
            try await present(peer)
            let start = ContinuousClock.now
            while ContinuousClock.now < start + Self.presentationLimit {
                let sale = try await terminal.client.sale(lane: lane, reference: reference, wait: 1)
                if sale.state != .open { return sale }
                problem = sale.problem
                if problem != nil, presentation == 1 || ContinuousClock.now > start + Self.problemDelay { break }
            }
            await peer.remove()
            try await terminal.wait("lane \(lane) without a card") { status in
                status.lanes.first { $0.lane == lane }?.hasCard == false
            }
        }
        throw LabError(
            "lane \(lane): " + (problem.map { "\($0.code): \($0.message)" } ?? "the sale \(reference) did not end"))
    }

    /// Arms the lane and scans a payment code.
    package func scan(
        _ code: String, amount: Amount, lane: String = LabTerminal.lane, reference: String? = nil
    ) async throws -> SaleMessage {
        let (id, reference) = try Self.order(lane, reference)
        _ = try await terminal.client.arm(lane: id, reference: reference, amount: amount)
        try await scanner.scan(code)
        return try await outcome(id, reference)
    }

    /// Waits for the end of a sale.
    package func outcome(_ lane: LaneID, _ reference: String) async throws -> SaleMessage {
        let deadline = ContinuousClock.now + LabCommand.patience
        while ContinuousClock.now < deadline {
            let sale = try await terminal.client.sale(lane: lane, reference: reference, wait: 1)
            if sale.state != .open { return sale }
            if let problem = sale.problem { throw LabError("lane \(lane): \(problem.code): \(problem.message)") }
        }
        throw LabError("the sale \(reference) did not end within \(LabCommand.patience)")
    }

    private static func order(_ lane: String, _ reference: String?) throws -> (LaneID, String) {
        guard let id = LaneID(text: lane) else { throw LabError("\(lane) is not the name of a lane") }
        return (id, reference ?? "lab-" + Hex.encode((0..<8).map { _ in UInt8.random(in: .min ... .max) }))
    }
}
