import FoundationEssentials
import Glibc
import Logging
import Payments

/// The log of a service: one line per record on standard error, where systemd collects it.
package struct ServiceLog: LogHandler {
    package var logLevel: Logger.Level
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?

    private let label: String
    private let style: LogLine.Style
    private let descriptor: Int32
    private let now: @Sendable () -> UnixTime

    /// - Parameters:
    ///   - label: who logs.
    ///   - level: the least important level that is kept.
    ///   - environment: the process's environment; decides between the journal's form and the terminal's.
    ///   - descriptor: where lines go.
    ///   - now: the time shown in the terminal's form.
    package init(
        label: String, level: Logger.Level, environment: [String: String] = ProcessInfo.processInfo.environment,
        descriptor: Int32 = STDERR_FILENO, now: @escaping @Sendable () -> UnixTime = Self.systemTime
    ) {
        self.label = label
        logLevel = level
        self.descriptor = descriptor
        self.now = now
        style = Self.isJournal(descriptor, environment: environment) ? .journal : .terminal
    }

    /// Makes every logger of the process a service log. Call once, before the first logger is made.
    package static func bootstrap(level: Logger.Level) {
        LoggingSystem.bootstrap { ServiceLog(label: $0, level: level) }
    }

    package func log(event: LogEvent) {
        var all = metadata
        if let provided = metadataProvider?.get() { all.merge(provided) { _, new in new } }
        if let own = event.metadata { all.merge(own) { _, new in new } }
        if let error = event.error { all["error"] = .string(String(describing: error)) }
        let line = LogLine.render(
            style, level: event.level, label: label, message: event.message.description, metadata: all, time: now())
        write(line)
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// The system's clock.
    @Sendable package static func systemTime() -> UnixTime {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return UnixTime(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    /// Whether `descriptor` is the journal's stream. `JOURNAL_STREAM` names its device and inode, because a program
    /// that was started with its output redirected still has the variable (systemd.exec(5)).
    static func isJournal(_ descriptor: Int32, environment: [String: String]) -> Bool {
        guard let stream = environment["JOURNAL_STREAM"] else { return false }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return false }
        return stream == "\(status.st_dev):\(status.st_ino)"
    }

    /// One write per line. A log that cannot be written is given up: there is nobody left to tell.
    private func write(_ line: [UInt8]) {
        var rest = line[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                return
            }
        }
    }
}
