import Logging
import Payments

/// One record as one line of text.
struct LogLine {
    /// How a line begins.
    enum Style: Sendable {
        /// `<6>`: the syslog priority, which journald takes off; it adds the time itself.
        case journal
        /// `2026-09-01T11:30:05.123Z INFO`: time in UTC and level, for a terminal or a file.
        case terminal
    }

    /// Longest line, in bytes with its end. Up to this length a write to a pipe is not mixed with another one's
    /// (PIPE_BUF on Linux).
    static let maximumLength = 4096

    /// The line's bytes, ended by a line feed.
    static func render(
        _ style: Style, level: Logger.Level, label: String, message: String, metadata: Logger.Metadata, time: UnixTime
    ) -> [UInt8] {
        var line =
            switch style {
            case .journal: "<\(level.syslogPriority)>"
            case .terminal: "\(timestamp(time)) \(level.rawValue.uppercased()) "
            }
        line += "\(label): \(escaped(message))"
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            line += " \(escaped(key))=\(quoted(value.description))"
        }
        var bytes = Array(line.utf8)
        if bytes.count >= maximumLength {
            let mark = Array("…".utf8)
            bytes.removeSubrange((maximumLength - 1 - mark.count)...)
            // The cut must not fall into a character.
            while let last = bytes.last, last & 0xC0 == 0x80 { bytes.removeLast() }
            if let last = bytes.last, last >= 0xC0 { bytes.removeLast() }
            bytes += mark
        }
        return bytes + [UInt8(ascii: "\n")]
    }

    private static func timestamp(_ time: UnixTime) -> String {
        let calendar = CalendarTime(time)
        let milliseconds = String(time.milliseconds - time.seconds * 1000)
        let padding = String(repeating: "0", count: 3 - milliseconds.count)
        return "\(calendar.dateText)T\(calendar.timeText).\(padding)\(milliseconds)Z"
    }

    /// Nothing that ends the line or steers a terminal is left: input from outside cannot forge a record.
    private static func escaped(_ text: String) -> String {
        if text.unicodeScalars.allSatisfy(\.isPrintable) { return text }
        return text.unicodeScalars.map { scalar in
            switch scalar {
            case "\n": "\\n"
            case "\r": "\\r"
            case "\t": "\\t"
            default: scalar.isPrintable ? String(scalar) : "\\u{\(String(scalar.value, radix: 16))}"
            }
        }.joined()
    }

    private static func quoted(_ text: String) -> String {
        let plain =
            !text.isEmpty && text.unicodeScalars.allSatisfy { $0.isPrintable && !" \"=".unicodeScalars.contains($0) }
        if plain { return text }
        let inner = text.unicodeScalars.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined()
        return "\"\(escaped(inner))\""
    }
}

extension Logger.Level {
    /// The severity of syslog(3).
    var syslogPriority: Int {
        switch self {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }
}
