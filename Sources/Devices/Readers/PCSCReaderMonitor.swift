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

        func deliver(_ deliveries: [ReaderPresence.Delivery]) {
            for delivery in deliveries { sinks[delivery.watch]?(delivery.event, delivery.readerName) }
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

    /// Starts watching.
    package init() {
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
        _ pattern: ReaderNamePattern, sink: @escaping @Sendable (CardReaderEvent, _ readerName: String?) -> Void
    ) -> Int {
        watching.withLock { watching in
            let (number, deliveries) = watching.presence.addWatch(pattern)
            watching.sinks[number] = sink
            watching.deliver(deliveries)
            return number
        }
    }

    /// Ends a watch: its sink is not called any more.
    func endWatch(_ number: Int) {
        watching.withLock { watching in
            watching.sinks[number] = nil
            watching.deliver(watching.presence.removeWatch(number))
        }
    }

    private var isClosing: Bool { control.withLock { $0.isClosing } }

    private func run() {
        var delay = Self.retryMilliseconds.lowerBound
        while !isClosing {
            do throws(PCSCError) {
                try watchService { delay = Self.retryMilliseconds.lowerBound }
            } catch {
                control.withLock { $0.canceller = nil }
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
        watching.withLock { $0.deliver($0.presence.observe(states.map(ReaderObservation.init))) }
    }

    private func pause(milliseconds: Int) {
        _ = closing.wait(timeout: .now() + .milliseconds(milliseconds))
    }
}
