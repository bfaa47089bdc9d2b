import Glibc
import Payments

/// Time as the hub sees it.
package protocol HubClock: Sendable {
    /// The time now, UTC.
    func now() -> UnixTime
}

/// The machine's wall clock.
package struct SystemHubClock: HubClock {
    package init() {}

    package func now() -> UnixTime {
        var time = timespec()
        let result = clock_gettime(CLOCK_REALTIME, &time)
        invariant(result == 0, "the kernel has a wall clock")
        return UnixTime(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }
}
