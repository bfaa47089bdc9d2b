import Dispatch
import Glibc
import Synchronization

/// A simulated barcode scanner on a real pseudo-terminal: the daemon opens the link as it would open a serial port.
package final class PseudoTerminalScanner: Sendable {
    /// How long a scan waits until a reader has taken it.
    package let writeDeadline: Duration
    /// The link that stands for the device, as udev would make it.
    package let path: String
    /// The scanner's side of the line; `nil` while unplugged.
    private let line = Mutex<PseudoTerminal?>(nil)
    /// Writing may block, and scans must not mix.
    private let queue = DispatchQueue(label: "pseudo-terminal-scanner")

    /// Plugs the scanner in. A link that is left at `path` from an earlier run is replaced; anything else is not.
    package init(path: String, writeDeadline: Duration = .seconds(10)) throws(ScannerSimulationError) {
        self.path = path
        self.writeDeadline = writeDeadline
        try replug()
    }

    deinit { unplug() }

    /// Sends `text` and what the scanner is set to send after it.
    package func scan(_ text: String, suffix: String = "\r") async throws(ScannerSimulationError) {
        try await scan(bytes: Array((text + suffix).utf8))
    }

    /// Sends `bytes` as they are. Returns when the line has taken all of them.
    package func scan(bytes: [UInt8]) async throws(ScannerSimulationError) {
        let result = await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: self.write(bytes)) }
        }
        try result.get()
    }

    /// Pulls the plug: the line hangs up and the link disappears. Does nothing while unplugged.
    package func unplug() {
        line.withLock { line in
            guard line != nil else { return }
            line = nil
            unlink(path)
        }
    }

    /// Plugs the scanner in again, on a new pseudo-terminal behind the same link. Does nothing while plugged in.
    package func replug() throws(ScannerSimulationError) {
        let result: Result<Void, ScannerSimulationError> = line.withLock { line in
            guard line == nil else { return .success(()) }
            do throws(ScannerSimulationError) {
                let made = try PseudoTerminal()
                try made.link(at: path)
                line = made
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }

    private func write(_ bytes: [UInt8]) -> Result<Void, ScannerSimulationError> {
        guard let line = line.withLock({ $0 }) else { return .failure(ScannerSimulationError(.unplugged)) }
        return line.write(bytes, deadline: writeDeadline)
    }
}
