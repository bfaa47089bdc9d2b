import Logging
import ServiceHost
import ServiceLifecycle
import Terminal

/// Tells the service manager that the daemon is well, and only when it is: every ping has been through the ledger's
/// executor and every lane's actor, so a daemon that hangs anywhere near money is restarted.
struct WatchdogService: Service {
    let core: TerminalCore
    let notification: ServiceNotification
    let interval: Duration
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await beat()
                // Cancellation ends the wait early; there is nothing else that it could throw.
                try? await Task.sleep(for: interval)
            }
        }
    }

    private func beat() async {
        for lane in core.lanes { _ = await lane.status() }
        do throws(LedgerError) {
            let figures = try await core.queue.figures()
            let failure = core.sync.current.failure.map { "; hub: E\($0.number)" } ?? ""
            notification.status("\(figures.sequence) records, \(figures.unsentCount) unsent\(failure)")
        } catch {
            // A ledger that answers with an error is alive: sales are refused and say why (promise 11), and a restart
            // would not make room on the disk.
            notification.status("ledger: \(error)")
        }
        notification.watchdog()
    }
}
