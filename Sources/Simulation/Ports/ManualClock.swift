import Payments
import Synchronization
import Terminal

/// Time that stands still until somebody moves it.
package final class ManualClock: TerminalClock {
    private struct State {
        var wallTime: UnixTime
        var uptime: Duration
    }

    private let state: Mutex<State>

    package init(wallTime: UnixTime, uptime: Duration = .seconds(100)) {
        state = Mutex(State(wallTime: wallTime, uptime: uptime))
    }

    package func wallTime() -> UnixTime { state.withLock { $0.wallTime } }

    package func uptime() -> Duration { state.withLock { $0.uptime } }

    /// Time passes: both clocks move. `duration` is not negative.
    package func advance(by duration: Duration) {
        invariant(duration >= .zero, "time since boot never goes back")
        state.withLock { state in
            state.uptime += duration
            state.wallTime = state.wallTime.advanced(by: duration)
        }
    }

    /// Somebody sets the wall clock; time since boot does not notice.
    package func setWallTime(_ time: UnixTime) { state.withLock { $0.wallTime = time } }
}
