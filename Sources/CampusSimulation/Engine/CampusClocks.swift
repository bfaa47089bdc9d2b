import Hub
import Payments
import Synchronization
import Terminal

/// The hub's clock: right, and nothing else.
package struct CampusHubClock: HubClock {
    /// When a run starts: Tuesday, 1 September 2026, midnight in China.
    package static let start = UnixTime(seconds: 1_788_192_000)
    let timeline: Timeline

    package init(timeline: Timeline) { self.timeline = timeline }

    package func now() -> UnixTime { Self.start.advanced(by: timeline.now) }
}

/// A terminal's clocks: a boot clock that drifts and starts over at a boot, and a wall clock that somebody may set.
package final class CampusTerminalClock: TerminalClock {
    private struct State {
        var bootedAt = Duration.zero
        var boots = 0
        /// What the wall clock is ahead of the true time.
        var offset: Duration
    }

    private let timeline: Timeline
    /// Parts per million that the quartz is fast.
    private let drift: Int
    private let state: Mutex<State>

    package init(timeline: Timeline, driftPartsPerMillion: Int, offset: Duration) {
        self.timeline = timeline
        drift = driftPartsPerMillion
        state = Mutex(State(offset: offset))
    }

    package func wallTime() -> UnixTime {
        CampusHubClock.start.advanced(by: timeline.now + state.withLock { $0.offset })
    }

    package func uptime() -> Duration {
        let elapsed = timeline.now - state.withLock { $0.bootedAt }
        return elapsed + elapsed * drift / 1_000_000
    }

    /// The machine starts again.
    func boot() {
        state.withLock { state in
            state.bootedAt = timeline.now
            state.boots += 1
        }
    }

    /// Names the present boot.
    var bootID: BootID { BootID("boot-\(state.withLock { $0.boots })") }

    /// Somebody, or a flat battery, sets the wall clock.
    func jump(by duration: Duration) { state.withLock { $0.offset += duration } }
}
