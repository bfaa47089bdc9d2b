import HubProtocol
import Payments
import Terminal

/// A send queue that keeps things from the hub.
struct SpoiltQueue: ForwardingQueue {
    enum Flaw: Sendable {
        /// Takes every acknowledgement, also of records that it never wrote, and then has nothing more to send.
        case silent
        /// Leaves out the newest records when there are ten of them.
        case forgetful
    }

    let queue: any SendQueue
    let flaw: Flaw

    func unsent(limit: Int) async throws(LedgerError) -> UnsentRecords? {
        let figures = try await queue.figures()
        if flaw == .forgetful, figures.sequence > 10 { return nil }
        return try await queue.unsent(limit: limit)
    }

    func acknowledge(_ acknowledgement: Acknowledgement) async throws(LedgerError) {
        do throws(LedgerError) {
            try await queue.acknowledge(acknowledgement)
        } catch {
            guard flaw == .silent, error.code == .acknowledgementMismatch else { throw error }
            // The hub cannot be asked again about what it was never told.
            throw LedgerError(.writeFailed, detail: "hidden")
        }
    }
}
