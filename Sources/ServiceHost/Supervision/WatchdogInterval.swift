import FoundationEssentials
import Glibc

/// How often systemd wants to hear from the service (sd_watchdog_enabled(3)).
package struct WatchdogInterval: Sendable, Equatable {
    /// After this much silence systemd ends the service and starts it again.
    package let timeout: Duration

    /// How often to send ``ServiceNotification/watchdog()``: half of the timeout, as systemd recommends.
    package var interval: Duration { timeout / 2 }

    /// `nil` when there is no watchdog, or when the variables were meant for another process.
    ///
    /// - Parameters:
    ///   - environment: the process's environment.
    ///   - processID: the process's own number.
    package init?(
        environment: [String: String] = ProcessInfo.processInfo.environment, processID: Int32 = getpid()
    ) {
        guard let text = environment["WATCHDOG_USEC"], let microseconds = Int64(text), microseconds > 0 else {
            return nil
        }
        if let owner = environment["WATCHDOG_PID"], owner != String(processID) { return nil }
        timeout = .microseconds(microseconds)
    }
}
