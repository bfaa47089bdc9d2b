import Payments
import Synchronization

/// The terminal's best knowledge of the time: the hub's, carried forward by the boot clock, which nobody can set, and
/// over restarts by what the ledger stored (``OfflineClock``).
package final class TrustedClock: Sendable {
    private let clock: any TerminalClock
    private let offline: Mutex<OfflineClock>

    /// - Parameter boot: the machine's present boot.
    package init(clock: any TerminalClock, boot: BootID = .unnamed) {
        self.clock = clock
        offline = Mutex(OfflineClock(boot: boot))
    }

    /// Goes on from what the ledger stored.
    package func resume(from point: ClockPoint?, newest: UnixTime?) {
        offline.withLock { $0.resume(from: point, newest: newest) }
    }

    /// The trusted time. Before the first contact of a new journal it is the wall clock.
    package func now() -> UnixTime { point().time }

    /// The trusted time with whether it is known, as the ledger stores it.
    package func point() -> ClockPoint {
        let (wallTime, uptime) = (clock.wallTime(), clock.uptime())
        return offline.withLock { $0.read(wallTime: wallTime, uptime: uptime) }
    }

    /// Notes what time the hub says it is.
    package func noteContact(hubTime: UnixTime) {
        let uptime = clock.uptime()
        offline.withLock { $0.noteContact(hubTime: hubTime, uptime: uptime) }
    }

    /// How far the wall clock is ahead of the trusted time; zero before the first contact.
    package func wallClockOffset() -> Duration { clock.wallTime().since(now()) }

    /// Time since boot, for measuring.
    package func uptime() -> Duration { clock.uptime() }
}
