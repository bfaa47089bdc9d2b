import Glibc
import Terminal

/// What the scanner's thread does: opens the line, reads it until it is lost or the scanner is closed, and again.
struct SerialScannerLoop {
    /// Bytes taken from the line at once: the kernel's own line buffer.
    private static let chunkLength = 4096

    private enum Wake {
        case closing
        case idle
        /// There may be bytes, and `hungUp` tells that the device said good-bye.
        case line(hungUp: Bool)
    }

    private enum Ending {
        case closing
        case lost(CodeScannerError)
    }

    let path: String
    let speed: SerialSpeed
    let stop: ThreadStop
    let events: AsyncStream<CodeScannerEvent>.Continuation
    private var framer = ScanFramer()
    private var backoff = ReopenBackoff()
    private var reported: CodeScannerEvent?
    private var buffer = [UInt8](repeating: 0, count: chunkLength)

    init(path: String, speed: SerialSpeed, stop: ThreadStop, events: AsyncStream<CodeScannerEvent>.Continuation) {
        self.path = path
        self.speed = speed
        self.stop = stop
        self.events = events
    }

    /// Returns when the scanner is closed.
    mutating func run() {
        while true {
            do throws(CodeScannerError) {
                let port = try SerialPort(path: path, speed: speed)
                report(.available)
                switch serve(port) {
                case .closing: return
                case .lost(let error): report(.unavailable(error))
                }
            } catch {
                report(.unavailable(error))
            }
            if case .closing = wait(for: nil, milliseconds: backoff.next()) { return }
        }
    }

    private mutating func serve(_ port: borrowing SerialPort) -> Ending {
        framer.reset()
        while true {
            let milliseconds = framer.awaitsIdle ? Int32(CodeScannerLimits.idleMilliseconds) : -1
            switch wait(for: port.descriptor, milliseconds: milliseconds) {
            case .closing:
                return .closing
            case .idle:
                yield(framer.idle())
            case .line(let hungUp):
                switch port.read(into: &buffer) {
                case .bytes(let count):
                    // Only now: a line that opens and breaks at once must not be opened in a tight circle.
                    backoff.reset()
                    yield(framer.receive(buffer[..<count]))
                case .nothing:
                    if hungUp { return .lost(CodeScannerError(.scannerUnavailable, detail: "poll: hang-up")) }
                case .gone(let error):
                    return .lost(error)
                }
            }
        }
    }

    /// Waits for the wish to close, for the line when there is one, or for the time to pass; -1 is for ever.
    private func wait(for descriptor: Int32?, milliseconds: Int32) -> Wake {
        var watched = [pollfd(fd: stop.readEnd, events: Int16(POLLIN), revents: 0)]
        if let descriptor { watched.append(pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)) }
        let ready = poll(&watched, nfds_t(watched.count), milliseconds)
        if watched[0].revents != 0 { return .closing }
        guard ready != 0, let line = watched.last else { return .idle }
        // An interrupted wait is no silence: looking at the line does no harm.
        return .line(hungUp: line.revents & Int16(POLLHUP | POLLERR | POLLNVAL) != 0)
    }

    /// Tells the presence of the scanner once, not at each attempt.
    private mutating func report(_ event: CodeScannerEvent) {
        guard event != reported else { return }
        reported = event
        events.yield(event)
    }

    private func yield(_ made: [CodeScannerEvent]) {
        for event in made { events.yield(event) }
    }
}
