import ControlClient
import ControlProtocol
import Payments

/// Brings the daemon's write-ahead log to its full size, from which on it is written over in place, as on a terminal
/// that has been up for an hour. Before that every sync also makes the file longer, which the floor's does not.
enum FullLog {
    /// SQLite checkpoints after 1,000 pages; a refund writes about 7.
    private static let refunds = 250

    /// One sale, and refunds of 1 fen each.
    static func fill(
        _ campus: LabCampus, _ bench: Bench, sell: (Amount) async throws -> SaleMessage
    ) async throws {
        let sale = try await sell(Amount(fen: Int64(refunds)))
        guard sale.state == .approved, let transaction = sale.transaction else {
            throw LabError("the sale before the measurement: \(sale.state.rawValue)")
        }
        for number in 1...refunds {
            bench.progress.show("writing the log to its full size, \(number) of \(refunds)")
            _ = try await campus.terminal.client.correct(
                reference: "full-log-\(number)", CorrectionOrderMessage(refund: transaction, amount: Amount(fen: 1)))
        }
    }
}
