import SmartCards
import Testing

@testable import Devices

@Suite struct ReaderSignalQueueTests {
    @Test("a signal is shown at once, and the showing ends")
    func single() {
        let queue = Queue()
        #expect(queue.add(.accepted))
        #expect(queue.next(arrival: 1)?.signal == .accepted)
        #expect(queue.next(arrival: 1) == nil)
        #expect(queue.add(.refused), "the next begins anew")
    }

    @Test("of several that wait only the last is shown, by one caller")
    func lastCounts() {
        let queue = Queue()
        #expect(queue.add(.accepted))
        #expect(!queue.add(.refused))
        #expect(!queue.add(.idle))
        #expect(queue.next(arrival: 1)?.signal == .idle)
        #expect(queue.next(arrival: 1) == nil)
    }

    @Test("a signal that meets a session waits for its end, and gives way to a newer one")
    func session() throws {
        let queue = Queue()
        _ = queue.add(.accepted)
        let first = try #require(queue.next(arrival: 1))
        #expect(!queue.putBack(first.signal, session: first.session))
        #expect(queue.sessionEnded())
        #expect(queue.next(arrival: 1)?.signal == .accepted)
        #expect(queue.next(arrival: 1) == nil)

        _ = queue.add(.accepted)
        let second = try #require(queue.next(arrival: 1))
        #expect(!queue.add(.refused))
        #expect(!queue.putBack(second.signal, session: second.session))
        #expect(queue.sessionEnded())
        #expect(queue.next(arrival: 1)?.signal == .refused)
    }

    @Test("a session that ended while the signal was being put back does not keep it")
    func sessionEndedMeanwhile() throws {
        let queue = Queue()
        _ = queue.add(.accepted)
        let shown = try #require(queue.next(arrival: 1))
        #expect(!queue.sessionEnded())
        #expect(queue.putBack(shown.signal, session: shown.session))
        #expect(queue.next(arrival: 1)?.signal == .accepted)
    }

    @Test("a reader that does not do it is left alone until it appears anew")
    func givenUp() {
        let queue = Queue()
        _ = queue.add(.accepted)
        _ = queue.next(arrival: 1)
        queue.giveUp(arrival: 1)
        #expect(queue.next(arrival: 1) == nil)
        #expect(queue.add(.refused))
        #expect(queue.next(arrival: 1) == nil)
        #expect(queue.add(.idle))
        #expect(queue.next(arrival: 2)?.signal == .idle)
    }

    @Test("the end of a session without a signal shows nothing")
    func nothingWaits() {
        let queue = Queue()
        #expect(!queue.sessionEnded())
    }
}

/// The queue by reference: an expectation cannot call what changes a value.
private final class Queue {
    private var queue = SignalQueue()

    func add(_ signal: ReaderSignal) -> Bool { queue.add(signal) }
    func sessionEnded() -> Bool { queue.sessionEnded() }
    func next(arrival: Int) -> (signal: ReaderSignal, session: Int)? { queue.next(arrival: arrival) }
    func putBack(_ signal: ReaderSignal, session: Int) -> Bool { queue.putBack(signal, session: session) }
    func giveUp(arrival: Int) { queue.giveUp(arrival: arrival) }
}
