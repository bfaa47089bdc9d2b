import Payments
import Synchronization

/// The terminal's best knowledge of the time: the hub's, carried forward by the boot clock, which nobody can set.
///
/// Before the first contact after a boot it is the wall clock; the authorizer then refuses to decide alone when that
/// lies behind what the journal has already seen.
package final class TrustedClock: Sendable {
    private struct Contact {
        var hubTime: UnixTime
        var uptime: Duration
    }

    private let clock: any TerminalClock
    private let contact = Mutex<Contact?>(nil)

    package init(clock: any TerminalClock) { self.clock = clock }

    /// The trusted time.
    package func now() -> UnixTime {
        let known = contact.withLock { $0 }
        guard let known else { return clock.wallTime() }
        return known.hubTime.advanced(by: clock.uptime() - known.uptime)
    }

    /// Notes what time the hub says it is.
    package func noteContact(hubTime: UnixTime) {
        let uptime = clock.uptime()
        contact.withLock { $0 = Contact(hubTime: hubTime, uptime: uptime) }
    }

    /// How far the wall clock is ahead of the trusted time; zero before the first contact.
    package func wallClockOffset() -> Duration { clock.wallTime().since(now()) }

    /// Time since boot, for measuring.
    package func uptime() -> Duration { clock.uptime() }
}
