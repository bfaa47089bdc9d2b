import Glibc
import Payments
import Terminal

/// The system's clocks.
package struct SystemClock: TerminalClock {
    package init() {}

    package func wallTime() -> UnixTime {
        let time = read(CLOCK_REALTIME)
        return UnixTime(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    package func uptime() -> Duration {
        let time = read(CLOCK_BOOTTIME)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    private func read(_ clock: clockid_t) -> timespec {
        var time = timespec()
        // Fails for a clock that the kernel does not have; both have been there since Linux 2.6.39.
        let result = clock_gettime(clock, &time)
        invariant(result == 0, "the system has its clocks")
        return time
    }
}
