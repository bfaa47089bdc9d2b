import PCSC
import Payments
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
    }

    /// What the monitor says about the reader.
    private final class Attachment: Sendable {
        struct State {
            /// The reader's PC/SC name, or why there is none.
            var reader = Result<String, CardReaderError>.failure(CardReaderError(.readerUnavailable))
            /// Cards so far.
            var insertions = 0

            mutating func note(_ event: CardReaderEvent, readerName: String?) {
                if let readerName { reader = .success(readerName) }
                switch event {
                case .inserted: insertions += 1
                case .unavailable(let error): reader = .failure(error)
                case .available, .removed: break
                }
            }
        }

        let state = Mutex(State())
    }

    private let monitor: PCSCReaderMonitor
    private let watch: Int
    private let attachment: Attachment
    private let finishEvents: @Sendable () -> Void
    private let exchangeTimeout: Duration
    private let state = Mutex(State())

    /// Begins to watch for the reader.
    ///
    /// - Parameters:
    ///   - name: The lane's name for it.
    ///   - pattern: Its PC/SC name; the first free reader that fits is taken.
    ///   - monitor: Shared by all readers of the process; must outlive this reader.
    ///   - exchangeTimeout: How long one call may take.
    package init(
        name: String, matching pattern: ReaderNamePattern, monitor: PCSCReaderMonitor,
        exchangeTimeout: Duration = PCSCCardReader.defaultExchangeTimeout
    ) {
        self.name = name
        self.monitor = monitor
        self.exchangeTimeout = exchangeTimeout
        let (events, continuation) = AsyncStream.makeStream(
            of: CardReaderEvent.self, bufferingPolicy: .bufferingNewest(Self.maximumUnreadEvents))
        self.events = events
        finishEvents = { continuation.finish() }
        let attachment = Attachment()
        self.attachment = attachment
        watch = monitor.watch(pattern) { event, readerName in
            attachment.state.withLock { $0.note(event, readerName: readerName) }
            continuation.yield(event)
        }
    }

    deinit {
        monitor.endWatch(watch)
        state.withLock { $0.worker?.finish() }
        finishEvents()
    }

    package func connect() async throws(CardReaderError) {
        let (reader, insertions) = attachment.state.withLock { ($0.reader, $0.insertions) }
        let readerName = try reader.get()
        try await perform { connection throws(CardReaderError) in
            try connection.connect(to: readerName, insertion: insertions)
        }
    }

    package func transmit(_ command: [UInt8]) async throws(CardReaderError) -> [UInt8] {
        try await perform { connection throws(CardReaderError) in try connection.transmit(command) }
    }

    package func disconnect(_ disposition: CardDisposition) async {
        if state.withLock({ $0.worker == nil }) { return }
        do throws(CardReaderError) {
            try await perform { connection in connection.disconnect(disposition) }
        } catch {
            // The card is let go in any case: the watchdog has given the connection up, or there is none.
        }
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
        _ operation: @escaping @Sendable (inout CardConnection) throws(CardReaderError) -> Value
    ) async throws(CardReaderError) -> Value {
        let worker = try worker()
        let watchdog = Mutex<Task<Void, Never>?>(nil)
        let answer = await withCheckedContinuation { continuation in
            let pending = PendingAnswer<Value>(continuation)
            watchdog.withLock { $0 = watch(pending, of: worker) }
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

    private func watch<Value: Sendable>(_ pending: PendingAnswer<Value>, of worker: Worker) -> Task<Void, Never> {
        Task { [weak self, exchangeTimeout] in
            do { try await Task.sleep(for: exchangeTimeout) } catch { return }
            // Counted before the answer is given: the call may return at this very moment and take itself off again.
            self?.state.withLock { $0.stuckCalls += 1 }
            if pending.give(.failure(CardReaderError(.timedOut, detail: "no answer in \(exchangeTimeout)"))) {
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
}
