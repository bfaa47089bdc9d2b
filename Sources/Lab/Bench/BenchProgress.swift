import Foundation

/// One line on a terminal's standard error that says what is being measured, and goes away. Shows nothing elsewhere.
package struct BenchProgress: Sendable {
    private let isShown = isatty(STDERR_FILENO) == 1

    package init() {}

    /// Replaces the line.
    package func show(_ text: String) { write("\r\u{1B}[K\(text.prefix(100)) …") }

    /// Takes the line away.
    package func clear() { write("\r\u{1B}[K") }

    private func write(_ text: String) {
        if isShown { FileHandle.standardError.write(Data(text.utf8)) }
    }
}
