import ControlClient
import ControlProtocol
import Payments
import Simulation

extension LabCampus {
    /// Arms the lane, puts the card on the reader, waits for the decision, takes the card away.
    package func tap(
        _ peer: VirtualCardPeer, amount: Amount, lane: String = LabTerminal.lane, reference: String? = nil
    ) async throws -> SaleMessage {
        let (id, reference) = try Self.order(lane, reference)
        _ = try await terminal.client.arm(lane: id, reference: reference, amount: amount)
        try await present(peer)
        let sale = try await outcome(id, reference)
        await peer.remove()
        try await terminal.wait("lane \(lane) idle") { status in
            status.lanes.first { $0.lane == id }?.display == "idle"
        }
        return sale
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
        for _ in 0..<60 {
            let sale = try await terminal.client.sale(lane: lane, reference: reference, wait: 1)
            if sale.state != .open { return sale }
            if let problem = sale.problem { throw LabError("lane \(lane): \(problem.code): \(problem.message)") }
        }
        throw LabError("the sale \(reference) did not end within 60 s")
    }

    private static func order(_ lane: String, _ reference: String?) throws -> (LaneID, String) {
        guard let id = LaneID(text: lane) else { throw LabError("\(lane) is not the name of a lane") }
        return (id, reference ?? "lab-" + Hex.encode((0..<8).map { _ in UInt8.random(in: .min ... .max) }))
    }
}
