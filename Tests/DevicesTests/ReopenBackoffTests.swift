import Devices
import Testing

@Suite struct ReopenBackoffTests {
    @Test("pauses double up to two seconds, and start over when the device has worked")
    func pauses() {
        var backoff = ReopenBackoff()
        #expect((0..<7).map { _ in backoff.next() } == [100, 200, 400, 800, 1600, 2000, 2000])
        backoff.reset()
        #expect(backoff.next() == 100)
    }
}
