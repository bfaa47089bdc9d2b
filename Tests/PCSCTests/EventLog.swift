import Synchronization
import Terminal
import TestSupport
import Testing

/// What a reader has said so far.
final class EventLog: Sendable {
    private let log = Mutex<[CardReaderEvent]>([])
    private let hasEndedFlag = Mutex(false)

    init(_ reader: some CardReader) {
        let events = reader.events
        Task {
            for await event in events { log.withLock { $0.append(event) } }
            hasEndedFlag.withLock { $0 = true }
        }
    }

    var events: [CardReaderEvent] { log.withLock { $0 } }
    var hasEnded: Bool { hasEndedFlag.withLock { $0 } }

    /// Waits until the events so far end in `expected`.
    func waitForLast(_ expected: CardReaderEvent...) async throws {
        do {
            try await eventually("the events end in \(expected)") { events.suffix(expected.count) == expected[...] }
        } catch {
            throw TestCard.Failure(description: "waited for \(expected), got \(events)")
        }
    }
}

extension CardReaderEvent {
    static var tapped: CardReaderEvent { .inserted(answerToReset: TestCard.answerToReset) }
    static func gone(_ code: CardReaderError.Code) -> CardReaderEvent { .unavailable(CardReaderError(code)) }
}
