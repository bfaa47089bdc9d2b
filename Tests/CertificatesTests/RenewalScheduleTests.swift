import Certificates
import Payments
import Testing

@Suite("Renewal")
struct RenewalScheduleTests {
    private static let issued = UnixTime(seconds: 1_788_000_000)
    private static let expires = issued.advanced(by: .seconds(90 * 86_400))

    private func schedule(jitter: Double) -> RenewalSchedule {
        RenewalSchedule(issued: Self.issued, expires: Self.expires, jitter: jitter)
    }

    @Test("is due at two thirds of the life, spread over a sixteenth", arguments: [0, 0.5, 1])
    func due(_ jitter: Double) {
        let due = schedule(jitter: jitter).due.since(Self.issued)
        let spread: Duration = .seconds(90 * 86_400 / 16) * jitter
        let expected: Duration = .seconds(60 * 86_400) + spread
        // Durations are multiplied in floating point, times cut to milliseconds.
        #expect(due <= expected && due >= expected - .milliseconds(2))
    }

    @Test("waits until it is due, also over a clock that jumps, and not after the end")
    func waiting() {
        let schedule = schedule(jitter: 0)
        #expect(schedule.wait(now: Self.issued, failures: 0, sinceFailure: .zero) == .seconds(60 * 86_400))
        #expect(schedule.wait(now: schedule.due, failures: 0, sinceFailure: .zero) == .zero)
        let late = Self.expires.advanced(by: .seconds(400 * 86_400))
        #expect(schedule.wait(now: late, failures: 0, sinceFailure: .zero) == .zero)
    }

    @Test("is tried again with growing pauses, often enough before the end")
    func retries() {
        let schedule = schedule(jitter: 1)
        var now = schedule.due
        var failures = 0
        var pauses: [Duration] = []
        while now < Self.expires {
            failures += 1
            let pause = schedule.wait(now: now, failures: failures, sinceFailure: .zero)
            pauses.append(pause)
            now = now.advanced(by: pause)
            #expect(schedule.wait(now: now, failures: failures, sinceFailure: pause) == .zero)
        }
        #expect(pauses.count > 80)
        #expect(pauses.first == .seconds(3600))
        #expect(pauses.max() == .seconds(6 * 3600))
        #expect(zip(pauses, pauses.dropFirst()).allSatisfy { $0 <= $1 })
        // A pause is measured since boot: a clock that is set back does not stretch it.
        #expect(schedule.wait(now: Self.issued, failures: 1, sinceFailure: .seconds(3600)) == .zero)
    }

    @Test("a life of seconds, as in trials, and one that ended before it began keep to a second between tries")
    func shortLives() {
        for expires in [Self.issued.advanced(by: .seconds(10)), Self.issued, UnixTime(seconds: 0)] {
            let schedule = RenewalSchedule(issued: Self.issued, expires: expires, jitter: 0.5)
            #expect(schedule.wait(now: Self.issued, failures: 9, sinceFailure: .zero) >= .seconds(1))
        }
    }
}
