import Terminal

/// Cuts a scanner's byte stream into scans.
///
/// A scan ends with CR or LF, so that CR LF ends it once and makes no empty second one, or with silence. More than
/// ``CodeScannerLimits/maximumLength`` bytes are reported once, when the first byte too many arrives, and thrown away
/// until the next line end or silence. All other bytes pass as they are.
package struct ScanFramer: Sendable {
    private enum State {
        /// Keeps what may become a scan.
        case collecting
        /// Throws away the rest of an overlong one.
        case discarding
    }

    private static let lineEnds: (UInt8, UInt8) = (0x0D, 0x0A)

    private var state = State.collecting
    private var frame: [UInt8] = []

    package init() { frame.reserveCapacity(CodeScannerLimits.maximumLength) }

    /// Whether silence would change anything, so that it is worth measuring.
    package var awaitsIdle: Bool {
        switch state {
        case .collecting: !frame.isEmpty
        case .discarding: true
        }
    }

    /// Takes bytes as they came from the line.
    package mutating func receive(_ bytes: ArraySlice<UInt8>) -> [CodeScannerEvent] {
        var events: [CodeScannerEvent] = []
        var rest = bytes
        while let end = rest.firstIndex(where: { $0 == Self.lineEnds.0 || $0 == Self.lineEnds.1 }) {
            append(rest[..<end], to: &events)
            finish(&events)
            rest = rest[(end + 1)...]
        }
        append(rest, to: &events)
        return events
    }

    /// Nothing came for ``CodeScannerLimits/idleMilliseconds``.
    package mutating func idle() -> [CodeScannerEvent] {
        var events: [CodeScannerEvent] = []
        finish(&events)
        return events
    }

    /// The line was lost: half a scan is none.
    package mutating func reset() {
        state = .collecting
        frame.removeAll(keepingCapacity: true)
    }

    private mutating func append(_ bytes: ArraySlice<UInt8>, to events: inout [CodeScannerEvent]) {
        guard case .collecting = state else { return }
        guard frame.count + bytes.count > CodeScannerLimits.maximumLength else {
            frame += bytes
            return
        }
        events.append(.discarded(CodeScannerError(.scanTooLong)))
        state = .discarding
        frame.removeAll(keepingCapacity: true)
    }

    private mutating func finish(_ events: inout [CodeScannerEvent]) {
        if !frame.isEmpty { events.append(.scanned(frame)) }
        reset()
    }
}
