import Payments
import SmartCards
import Synchronization

/// A card reader that keeps what goes through it. Everything else is the other reader's.
package final class RecordingCardReader: CardReader {
    private let reader: any CardReader
    private let started: Duration
    private let uptime: @Sendable () -> Duration
    private let recording = Mutex(CardRecording())

    /// - Parameter uptime: a clock that never goes back.
    package init(_ reader: any CardReader, uptime: @escaping @Sendable () -> Duration) {
        self.reader = reader
        self.uptime = uptime
        started = uptime()
    }

    package var name: String { reader.name }

    package var events: AsyncStream<CardReaderEvent> { reader.events }

    package var valueDialect: ValueDialect? { reader.valueDialect }

    /// What was kept so far.
    package var recorded: CardRecording { recording.withLock { $0 } }

    package func connect() async throws(CardReaderError) {
        try await reader.connect()
        let now = now
        recording.withLock { $0.connected(at: now) }
    }

    package func transmit(_ command: [UInt8]) async throws(CardReaderError) -> [UInt8] {
        let sentAt = now
        do throws(CardReaderError) {
            let answer = try await reader.transmit(command)
            let now = now
            recording.withLock { $0.exchanged(command, sentAt: sentAt, answer: answer, at: now) }
            return answer
        } catch {
            let now = now
            recording.withLock { $0.failed(command, sentAt: sentAt, number: error.number, at: now) }
            throw error
        }
    }

    package func disconnect(_ disposition: CardDisposition) async { await reader.disconnect(disposition) }

    package func signal(_ signal: ReaderSignal) { reader.signal(signal) }

    package func close() async { await reader.close() }

    /// Microseconds since the recording began.
    private var now: Int64 {
        let elapsed = (uptime() - started).components
        return elapsed.seconds * 1_000_000 + elapsed.attoseconds / 1_000_000_000_000
    }
}
