import Foundation

/// Standard output and error.
enum Console {
    /// Writes a line to standard output.
    static func line(_ text: String) { write(Data((text + "\n").utf8)) }

    /// Writes bytes to standard output. A reader that went away (`| head`) is no failure.
    static func write(_ data: Data) { try? FileHandle.standardOutput.write(contentsOf: data) }

    /// Writes `till-hub: TEXT` to standard error.
    static func error(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data("till-hub: \(text)\n".utf8))
    }
}
