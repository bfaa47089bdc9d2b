import Glibc
import Payments
import Terminal

/// The system's clocks.
package struct SystemClock: TerminalClock {
    package init() {}

    /// The machine's present boot, as the kernel names it; without that name every start counts as a reboot.
    package static func boot() -> BootID {
        guard let file = fopen("/proc/sys/kernel/random/boot_id", "r") else { return .unnamed }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 36)
        guard fread(&bytes, 1, bytes.count, file) == bytes.count,
            bytes.allSatisfy({ $0 == 0x2D || (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
        else { return .unnamed }
        return BootID(String(decoding: bytes, as: UTF8.self))
    }

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
