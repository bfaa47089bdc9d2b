import PCSC
import Payments
import SmartCards
import Synchronization
import Terminal

/// A card reader behind the smart-card service.
///
/// Presence comes from the ``PCSCReaderMonitor``; exchanges run on the reader's own thread with its own context.
/// Nothing can interrupt an exchange that does not return, so each has a watchdog: when the time is over the caller
/// gets ``CardReaderError/Code/timedOut``, the thread is left to its call, and the next ``connect()`` gets a new
/// thread and context. While the old call has still not returned, the service has the reader locked and would block
/// the new thread too; until then ``connect()`` says so at once. So no more than one thread is ever lost.
///
/// When a reader (re)appears with a card in it, ``events`` says `available` and then `inserted`.
package final class PCSCCardReader: CardReader {
    /// Events kept for a consumer that does not read; then the oldest are dropped, because presence is about now.
    private static let maximumUnreadEvents = 32
    /// Longer than any card may take for one command: FMCOS asks for 155 ms per waiting time and a purse write
    /// needs a few of them; libccid itself gives up after 3 s.
    package static let defaultExchangeTimeout: Duration = .seconds(5)

    package let name: String
    package let events: AsyncStream<CardReaderEvent>

    private typealias Worker = SerialThread<CardConnection>

    private struct State {
        var worker: Worker?
        /// Calls that the watchdog gave up and that have not returned.
        var stuckCalls = 0
        var isClosed = false
        var signals = SignalQueue()
        /// Number of the insertion for which the reader may be late to notice that the card has left.
        var lateRemoval: Int?
    }

    /// What the monitor says about the reader.
    private final class Attachment: Sendable {
        struct State {
            /// The reader's PC/SC name, or why there is none.
            var reader = Result<String, CardReaderError>.failure(CardReaderError(.readerUnavailable))
            /// Cards so far.
            var insertions = 0
            var isCardPresent = false
            /// How often the reader has appeared.
            var arrivals = 0

            mutating func note(_ event: CardReaderEvent, readerName: String?) {
                if let readerName { reader = .success(readerName) }
                isCardPresent = false
                switch event {
                case .inserted:
                    insertions += 1
                    isCardPresent = true
                case .unavailable(let error): reader = .failure(error)
                case .available: arrivals += 1
                case .removed: break
                }
            }
        }

        let state = Mutex(State())
    }

    /// LOAD KEY (PC/SC Part 3, 3.2.2.1.4).
    private static let loadKey: [UInt8] = [0xFF, 0x82]
    /// How often a reader that is late to notice a removal is asked: as in acsccid issue 29.
    private static let removalPollInterval: Duration = .milliseconds(200)
    /// How long the lights and the buzzer may keep a reader from the next card.
    private static let signalTimeout: Duration = .seconds(1)

    private let monitor: PCSCReaderMonitor
    private let watch: Int
    private let attachment: Attachment
    private let finishEvents: @Sendable () -> Void
    private let exchangeTimeout: Duration
    private let quirks: @Sendable (_ readerName: String) -> ReaderQuirks
    private let state = Mutex(State())

    /// Begins to watch for the reader.
    ///
    /// - Parameters:
    ///   - name: The lane's name for it.
    ///   - selector: Which reader it is.
    ///   - monitor: Shared by all readers of the process; must outlive this reader.
    ///   - exchangeTimeout: How long one call may take.
    ///   - quirks: What is known about the model of the reader with that PC/SC name.
    package init(
        name: String, matching selector: ReaderSelector, monitor: PCSCReaderMonitor,
        exchangeTimeout: Duration = PCSCCardReader.defaultExchangeTimeout,
        quirks: @escaping @Sendable (_ readerName: String) -> ReaderQuirks = { ReaderQuirks.of(readerName: $0) }
    ) {
        self.name = name
        self.quirks = quirks
        self.monitor = monitor
        self.exchangeTimeout = exchangeTimeout
        let (events, continuation) = AsyncStream.makeStream(
            of: CardReaderEvent.self, bufferingPolicy: .bufferingNewest(Self.maximumUnreadEvents))
        self.events = events
        finishEvents = { continuation.finish() }
        let attachment = Attachment()
        self.attachment = attachment
        watch = monitor.watch(selector, user: name) { event, readerName in
            attachment.state.withLock { $0.note(event, readerName: readerName) }
            continuation.yield(event)
        }
    }

    /// Begins to watch for a reader by its PC/SC name; the first free one that fits is taken.
    package convenience init(
        name: String, matching pattern: ReaderNamePattern, monitor: PCSCReaderMonitor,
        exchangeTimeout: Duration = PCSCCardReader.defaultExchangeTimeout
    ) {
        self.init(name: name, matching: .named(pattern), monitor: monitor, exchangeTimeout: exchangeTimeout)
    }

    deinit {
        monitor.endWatch(watch)
        state.withLock { $0.worker?.finish() }
        finishEvents()
    }

    package var valueDialect: ValueDialect? {
        guard case .success(let readerName) = attachment.state.withLock({ $0.reader }) else { return nil }
        return quirks(readerName).valueDialect
    }

    package func connect() async throws(CardReaderError) {
        let (reader, insertions) = attachment.state.withLock { ($0.reader, $0.insertions) }
        let readerName = try reader.get()
        try await perform { connection throws(CardReaderError) in
            try connection.connect(to: readerName, insertion: insertions)
        }
    }

    package func transmit(_ command: [UInt8]) async throws(CardReaderError) -> [UInt8] {
        let (reader, insertion) = attachment.state.withLock { ($0.reader, $0.insertions) }
        if case .success(let readerName) = reader {
            let quirks = quirks(readerName)
            if let maximum = quirks.commandLengthMaximum, command.count > maximum {
                throw CardReaderError(.communication, detail: "the reader takes no more than \(maximum) bytes")
            }
            if quirks.needsRemovalPolling, command.starts(with: Self.loadKey) {
                state.withLock { $0.lateRemoval = insertion }
            }
        }
        return try await perform { connection throws(CardReaderError) in try connection.transmit(command) }
    }

    package func disconnect(_ disposition: CardDisposition) async {
        if state.withLock({ $0.worker != nil }) {
            do throws(CardReaderError) {
                try await perform { connection in connection.disconnect(disposition) }
            } catch {
                // The card is let go in any case: the watchdog has given the connection up, or there is none.
            }
        }
        let (mayShow, lateRemoval) = state.withLock { state in
            defer { state.lateRemoval = nil }
            return (state.signals.sessionEnded(), state.lateRemoval)
        }
        if mayShow { showSignals() }
        if let lateRemoval { pollRemoval(of: lateRemoval) }
    }

    package func signal(_ signal: ReaderSignal) {
        if state.withLock({ !$0.isClosed && $0.signals.add(signal) }) { showSignals() }
    }

    package func close() async {
        monitor.endWatch(watch)
        await disconnect(.powerOff)
        state.withLock { state in
            state.isClosed = true
            state.worker?.finish()
            state.worker = nil
        }
        finishEvents()
    }

    /// Does `operation` on the reader's thread, and gives up waiting for it when the time is over.
    private func perform<Value: Sendable>(
        within limit: Duration? = nil,
        _ operation: @escaping @Sendable (inout CardConnection) throws(CardReaderError) -> Value
    ) async throws(CardReaderError) -> Value {
        let worker = try worker()
        let watchdog = Mutex<Task<Void, Never>?>(nil)
        let answer = await withCheckedContinuation { continuation in
            let pending = PendingAnswer<Value>(continuation)
            watchdog.withLock { $0 = watch(pending, of: worker, limit: limit ?? exchangeTimeout) }
            let isTaken = worker.submit { [weak self] connection in
                let answer = Result { () throws(CardReaderError) in try operation(&connection) }
                if pending.give(answer) { return }
                // The watchdog was faster, so nobody knows of this connection any more.
                connection.disconnect(.powerOff)
                self?.state.withLock { $0.stuckCalls -= 1 }
            }
            // Another call of this lane was given up, or the reader closed, since the thread was chosen.
            if !isTaken { _ = pending.give(.failure(CardReaderError(.timedOut, detail: "the thread was given up"))) }
        }
        watchdog.withLock { $0?.cancel() }
        return try answer.get()
    }

    private func worker() throws(CardReaderError) -> Worker {
        try state.withLock { state throws(CardReaderError) in
            if state.isClosed { throw CardReaderError(.readerUnavailable, detail: "the reader is closed") }
            if state.stuckCalls > 0 {
                throw CardReaderError(.timedOut, detail: "an earlier exchange has still not returned")
            }
            if let worker = state.worker { return worker }
            let worker = Worker(name: "card \(name)") { CardConnection() }
            state.worker = worker
            return worker
        }
    }

    private func watch<Value: Sendable>(
        _ pending: PendingAnswer<Value>, of worker: Worker, limit: Duration
    ) -> Task<Void, Never> {
        Task { [weak self] in
            do { try await Task.sleep(for: limit) } catch { return }
            // Counted before the answer is given: the call may return at this very moment and take itself off again.
            self?.state.withLock { $0.stuckCalls += 1 }
            if pending.give(.failure(CardReaderError(.timedOut, detail: "no answer in \(limit)"))) {
                self?.abandon(worker)
            } else {
                self?.state.withLock { $0.stuckCalls -= 1 }
            }
        }
    }

    /// Lets a thread that is stuck in a call end by itself after the call.
    private func abandon(_ worker: Worker) {
        worker.finish()
        state.withLock { if $0.worker === worker { $0.worker = nil } }
    }

    // MARK: - Lights and buzzer

    private func showSignals() {
        Task { [weak self] in
            while await self?.showNextSignal() == true {}
        }
    }

    /// - Returns: false when there is nothing to show now.
    private func showNextSignal() async -> Bool {
        let (reader, arrival) = attachment.state.withLock { ($0.reader, $0.arrivals) }
        guard let (signal, session) = state.withLock({ $0.signals.next(arrival: arrival) }) else { return false }
        guard case .success(let readerName) = reader, let feedback = quirks(readerName).feedback else { return true }
        let commands = feedback.commands(for: signal)
        do throws(CardReaderError) {
            let showing = try await perform(within: min(Self.signalTimeout, exchangeTimeout)) {
                connection throws(CardReaderError) in
                try connection.show(commands, path: feedback.path, on: readerName)
            }
            switch showing {
            case .shown: break
            case .mustWait: return state.withLock { $0.signals.putBack(signal, session: session) }
            case .notOffered: state.withLock { $0.signals.giveUp(arrival: arrival) }
            }
        } catch {
            // A reader that hangs over its lights must not do so for every customer. Anything else may have been the
            // card's fault, or the service's.
            if error.code == .timedOut { state.withLock { $0.signals.giveUp(arrival: arrival) } }
        }
        return true
    }

    // MARK: - Late removal

    /// Asks for the card's identifier again and again, until the card or the reader is known to have gone.
    private func pollRemoval(of insertion: Int) {
        Task { [weak self] in
            repeat {
                do { try await Task.sleep(for: Self.removalPollInterval) } catch { return }
            } while await self?.askIdentifier(of: insertion) == true
        }
    }

    /// - Returns: false when there is no more need to ask.
    private func askIdentifier(of insertion: Int) async -> Bool {
        let reader = attachment.state.withLock { state in
            state.isCardPresent && state.insertions == insertion ? state.reader : nil
        }
        guard case .success(let readerName) = reader else { return false }
        do throws(CardReaderError) {
            try await perform { connection throws(CardReaderError) in try connection.askIdentifier(on: readerName) }
            return true
        } catch {
            return false
        }
    }
}
