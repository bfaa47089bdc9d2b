import Payments
import SmartCards

/// The tap of one sale as it was recorded.
package struct RecordedTap: Sendable {
    package let recording: CardRecording
    package let answerToReset: [UInt8]
    /// `identified proven`, `identified unproven`, `problem E1303`.
    package let outcome: String
}

/// What a lane keeps for inspections: whether its reader is lent, who waits for a card, and the recording of a tap.
struct CardInspectionState {
    private enum Tap {
        case unwanted
        case wanted
        case running(RecordingCardReader)
        case done(RecordedTap)
    }

    /// What somebody waits for.
    enum Change {
        case cardCame
        case tapRecorded
    }

    /// Whether an inspection has the reader; the lane takes no orders meanwhile.
    var isLent = false
    private var answerToReset: [UInt8]?
    private var tap = Tap.unwanted
    private var lastWaiter = 0
    private var waiters: [Int: (change: Change, continuation: CheckedContinuation<Void, Never>)] = [:]

    /// What the card in the field said when it got power; `nil` without a card.
    var cardInField: [UInt8]? { answerToReset }

    /// The recorded tap, once there is one.
    var recordedTap: RecordedTap? { if case .done(let tap) = tap { tap } else { nil } }

    /// The reader's events.
    mutating func reported(_ event: CardReaderEvent) {
        if case .inserted(let bytes) = event {
            answerToReset = bytes
            wake(.cardCame)
        } else {
            answerToReset = nil
        }
    }

    // MARK: - Recording a tap

    mutating func wantTap(_ isWanted: Bool) { tap = isWanted ? .wanted : .unwanted }

    /// The reader for the next tap: a recording one when the tap is wanted.
    mutating func reader(for reader: any CardReader, uptime: @escaping @Sendable () -> Duration) -> any CardReader {
        guard case .wanted = tap else { return reader }
        let recorder = RecordingCardReader(reader, uptime: uptime)
        tap = .running(recorder)
        return recorder
    }

    /// A tap is over. One in which the card never spoke is not what was wanted.
    mutating func tapEnded(_ outcome: @autoclosure () -> String) {
        guard case .running(let recorder) = tap else { return }
        let recording = recorder.recorded
        guard !recording.isEmpty else {
            tap = .wanted
            return
        }
        tap = .done(RecordedTap(recording: recording, answerToReset: answerToReset ?? [], outcome: outcome()))
        wake(.tapRecorded)
    }

    // MARK: - Waiting

    /// Whether nobody has to wait for it any more.
    func has(_ change: Change) -> Bool {
        switch change {
        case .cardCame: cardInField != nil
        case .tapRecorded: recordedTap != nil
        }
    }

    mutating func addWaiter(for change: Change, _ continuation: CheckedContinuation<Void, Never>) -> Int {
        lastWaiter += 1
        waiters[lastWaiter] = (change, continuation)
        return lastWaiter
    }

    mutating func release(_ waiter: Int) { waiters.removeValue(forKey: waiter)?.continuation.resume() }

    private mutating func wake(_ change: Change) {
        for (number, waiter) in waiters where waiter.change == change { release(number) }
    }
}
