@preconcurrency import Dispatch
import PCSC
import Payments
import Synchronization
import Terminal

/// Watches all readers of the smart-card service and tells each ``PCSCCardReader`` about its own.
///
/// One thread with one context for all readers of the process: a wait blocks its context, and the client library
/// keeps one table of reader states for the whole process. The thread lives until ``close()``: whatever the service
/// does (it restarts, it is not installed yet, it loses its readers), the monitor goes on trying.
package final class PCSCReaderMonitor: Sendable {
    /// Longest time until a reader is found whose arrival the service failed to report.
    private static let listAgainAfter: Duration = .seconds(1)
    /// Delays between attempts to reach the service, in milliseconds: doubled from the first to the last.
    private static let retryMilliseconds = 50...1000

    private typealias Sink = @Sendable (CardReaderEvent, _ readerName: String?) -> Void

    private struct Watching {
        var presence = ReaderPresence()
        var sinks: [Int: Sink] = [:]
        private var noticed: Set<ReaderAmbiguity> = []

        func deliver(_ deliveries: [ReaderPresence.Delivery]) {
            for delivery in deliveries { sinks[delivery.watch]?(delivery.event, delivery.readerName) }
        }

        /// The ambiguities that have arisen since the last call.
        mutating func newAmbiguities() -> [ReaderAmbiguity] {
            let now = presence.ambiguities
            defer { noticed = now }
            return now.subtracting(noticed).sorted { $0.description < $1.description }
        }
    }

    private struct Control {
        var isClosing = false
        var hasEnded = false
        var canceller: Canceller?
    }

    private let watching = Mutex(Watching())
    private let control = Mutex(Control())
    /// Signalled by ``close()``, so that a pause between attempts ends at once.
    private let closing = DispatchSemaphore(value: 0)
    private let identities: ReaderIdentities
    private let notice: @Sendable (ReaderAmbiguity) -> Void

    /// Starts watching.
    ///
    /// - Parameters:
    ///   - sysfs: where the kernel tells about USB devices.
    ///   - notice: called once for each selector that begins to fit several readers, for the log; on any thread, and
    ///     must not block or call the monitor.
    package convenience init(
        sysfs: String = "/sys", notice: @escaping @Sendable (ReaderAmbiguity) -> Void = { _ in }
    ) {
        let probe = ReaderProbe(topology: USBTopology(root: sysfs))
        self.init(probe: { name throws(PCSCError) in try probe.identify(name) }, notice: notice)
    }

    /// - Parameter probe: asks a reader who it is; blocks.
    init(
        probe: @escaping ReaderIdentities.Probe, notice: @escaping @Sendable (ReaderAmbiguity) -> Void = { _ in }
    ) {
        identities = ReaderIdentities(probe: probe)
        self.notice = notice
        let code = DeviceThread.start(name: "reader-monitor") { [self] in
            run()
            control.withLock { $0.hasEnded = true }
        }
        invariant(code == 0, "no thread for the reader monitor: error \(code)")
    }

    /// Ends all watching and waits until the thread has let go of the service.
    package func close() async {
        control.withLock { $0.isClosing = true }
        closing.signal()
        // A cancel that comes just before the wait begins is lost, so it is repeated.
        while true {
            let (hasEnded, canceller) = control.withLock { ($0.hasEnded, $0.canceller) }
            if hasEnded { return }
            canceller?.cancel()
            // A cancelled task must not spin here: the sleep is then cut short, and the thread ends within a second.
            do { try await Task.sleep(for: .milliseconds(5)) } catch { await Task.yield() }
        }
    }

    /// Registers a reader. `sink` is called in order, first with what is known already, and must not block or
    /// call the monitor.
    func watch(
        _ selector: ReaderSelector, user: String,
        sink: @escaping @Sendable (CardReaderEvent, _ readerName: String?) -> Void
    ) -> Int {
        let (number, news) = watching.withLock { watching in
            let (number, deliveries) = watching.presence.addWatch(selector, user: user)
            watching.sinks[number] = sink
            watching.deliver(deliveries)
            return (number, watching.newAmbiguities())
        }
        for ambiguity in news { notice(ambiguity) }
        return number
    }

    /// Ends a watch: its sink is not called any more.
    func endWatch(_ number: Int) {
        watching.withLock { watching in
            watching.sinks[number] = nil
            watching.deliver(watching.presence.removeWatch(number))
        }
    }

    /// All readers that the service has now, and what is known about each; empty while the service is gone.
    package func inventory() -> [ReaderInventoryEntry] { watching.withLock { $0.presence.inventory } }

    /// The selectors that fit several readers now.
    package func ambiguities() -> [ReaderAmbiguity] {
        watching.withLock { $0.presence.ambiguities }.sorted { $0.description < $1.description }
    }

    private var isClosing: Bool { control.withLock { $0.isClosing } }

    private func run() {
        var delay = Self.retryMilliseconds.lowerBound
        while !isClosing {
            do throws(PCSCError) {
                try watchService { delay = Self.retryMilliseconds.lowerBound }
            } catch {
                control.withLock { $0.canceller = nil }
                identities.removeAll()
                watching.withLock { $0.deliver($0.presence.loseService(CardReaderError(error))) }
                pause(milliseconds: delay)
                delay = min(delay * 2, Self.retryMilliseconds.upperBound)
            }
        }
    }

    /// Watches through one context until the service fails or the monitor closes.
    private func watchService(whenReached: () -> Void) throws(PCSCError) {
        let service = try ResourceManager()
        control.withLock { $0.canceller = service.canceller }
        var states: [ReaderState] = []
        var newReaders = ReaderState.newReaders
        while !isClosing {
            let names = try service.readerNames().prefix(ResourceManager.maximumWatchedReaders)
            whenReached()
            states = names.map { name in
                states.first { $0.readerName == name } ?? ReaderState(readerName: name)
            }
            report(states)
            var waiting = states + [newReaders]
            do {
                _ = try service.waitForChange(in: &waiting, timeout: Self.listAgainAfter)
                newReaders = waiting.removeLast()
                states = waiting
                report(states)
            } catch  where error.code == .cancelled {
                continue
            } catch  where error.code == .unknownReader {
                // A reader left between the list and the wait; a pause, in case the service contradicts itself.
                pause(milliseconds: Self.retryMilliseconds.lowerBound)
            }
        }
    }

    private func report(_ states: [ReaderState]) {
        // A reader that was just listed has no state yet; the wait that follows returns with it at once.
        if states.contains(where: { !$0.isKnown }) { return }
        let working = states.filter { !$0.isReaderGone }.map(\.readerName)
        identities.update(working) { name in watching.withLock { !$0.presence.isTaken(name) } }
        let readers = states.map { ReaderObservation($0, identity: identities[$0.readerName]) }
        let news = watching.withLock { watching in
            watching.deliver(watching.presence.observe(readers))
            return watching.newAmbiguities()
        }
        for ambiguity in news { notice(ambiguity) }
    }

    private func pause(milliseconds: Int) {
        _ = closing.wait(timeout: .now() + .milliseconds(milliseconds))
    }
}
