import Payments

/// One run of the machine between power-on and power-off: `/proc/sys/kernel/random/boot_id`.
package struct BootID: Sendable, Hashable {
    /// 1 to 64 characters.
    package let text: String

    package init(_ text: String) {
        invariant((1...64).contains(text.utf8.count), "a boot has a name of up to 64 bytes")
        self.text = text
    }

    /// Where there is no such name: every process is then a boot of its own.
    package static let unnamed = BootID("unnamed")
}

/// A moment as it was known, stored with each commit: what carries time over a restart.
package struct ClockPoint: Sendable, Hashable {
    package var boot: BootID
    /// Time since that boot.
    package var uptime: Duration
    /// What time it was then.
    package var time: UnixTime
    /// Whether the terminal knew it. A point that was not trusted is only a lower bound.
    package var isTrusted: Bool

    package init(boot: BootID, uptime: Duration, time: UnixTime, isTrusted: Bool) {
        self.boot = boot
        self.uptime = uptime
        self.time = time
        self.isTrusted = isTrusted
    }
}

/// Time that a clock set back cannot stretch, over restarts of the program and of the machine.
///
/// Within a boot, time is what was known once (the hub's word, or a stored point) carried forward by the boot clock,
/// which nobody can set. Over a reboot nothing carries it: how long the machine was off is only in the wall clock. That
/// is believed when it is not behind the newest stored time plus the time since boot; else the clock is not trusted,
/// and nothing is decided alone until the hub is heard or the wall clock is put right.
package struct OfflineClock: Sendable, Hashable {
    private enum Basis: Sendable, Hashable {
        /// Nothing is known: a new journal that has not heard the hub. The wall clock, jumps included.
        case none
        /// It was `time` when the machine had been up for `uptime`.
        case known(time: UnixTime, uptime: Duration)
        /// After a reboot: it cannot have been earlier than `time` when the machine had been up for `uptime`.
        case lowerBound(time: UnixTime, uptime: Duration)
    }

    /// A wall clock that is behind by no more than this is taken for a good one: a clock chip drifts.
    package static let tolerance: Duration = .seconds(30)

    private let boot: BootID
    private var basis = Basis.none

    package init(boot: BootID) { self.boot = boot }

    /// Goes on from what is stored.
    ///
    /// - Parameters:
    ///   - point: the newest stored point.
    ///   - newest: the newest time that the journal knows, where there is no point (a journal of an older version).
    package mutating func resume(from point: ClockPoint?, newest: UnixTime?) {
        if let point, point.boot == boot, boot != .unnamed {
            basis =
                point.isTrusted
                ? .known(time: point.time, uptime: point.uptime) : .lowerBound(time: point.time, uptime: point.uptime)
        } else if let time = [point?.time, newest].compactMap({ $0 }).max() {
            basis = .lowerBound(time: time, uptime: .zero)
        }
    }

    /// The hub said what time it is.
    package mutating func noteContact(hubTime: UnixTime, uptime: Duration) {
        basis = .known(time: hubTime, uptime: uptime)
    }

    /// What time it is, and whether that is known. Believing the wall clock once is remembered: what it does later
    /// changes nothing.
    package mutating func read(wallTime: UnixTime, uptime: Duration) -> ClockPoint {
        func point(_ time: UnixTime, isTrusted: Bool) -> ClockPoint {
            ClockPoint(boot: boot, uptime: uptime, time: time, isTrusted: isTrusted)
        }
        switch basis {
        case .none: return point(wallTime, isTrusted: true)
        case .known(let time, let then): return point(time.advanced(by: uptime - then), isTrusted: true)
        case .lowerBound(let time, let then):
            let earliest = time.advanced(by: uptime - then)
            guard wallTime >= earliest.advanced(by: .zero - Self.tolerance) else {
                return point(earliest, isTrusted: false)
            }
            let believed = max(wallTime, earliest)
            basis = .known(time: believed, uptime: uptime)
            return point(believed, isTrusted: true)
        }
    }
}
