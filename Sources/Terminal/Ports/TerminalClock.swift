import Payments

/// Time as the terminal sees it. The core never asks the system.
package protocol TerminalClock: Sendable {
    /// The system's wall clock; it may be wrong and may jump.
    func wallTime() -> UnixTime

    /// Time since boot, including suspend (CLOCK_BOOTTIME): never goes back, starts over at a boot.
    func uptime() -> Duration
}
