import Glibc

/// Writes at once to standard output: a demonstration is watched while it runs, also through a pipe.
package enum LabOutput {
    package static func line(_ text: String) { self.text(text + "\n") }

    package static func text(_ text: String) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            // A reader that went away ends the output, not the demonstration.
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }
}
