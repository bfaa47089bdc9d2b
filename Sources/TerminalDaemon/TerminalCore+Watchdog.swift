import Payments
import Terminal

extension TerminalCore {
    /// Goes once through every lane's actor and the ledger's executor, and says how the terminal is.
    func look() async -> String {
        for lane in lanes { _ = await lane.status() }
        do throws(LedgerError) {
            let figures = try await queue.figures()
            let failure = sync.current.failure.map { "; hub: E\($0.number)" } ?? ""
            return "\(figures.sequence) records, \(figures.unsentCount) unsent\(failure)"
        } catch {
            // A ledger that answers with an error is alive: sales are refused and say why (promise 11), and a restart
            // would not make room on the disk.
            return "ledger: \(error)"
        }
    }
}
