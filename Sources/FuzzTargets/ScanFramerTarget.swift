import Devices
import Payments
import Terminal

/// Cutting a scanner's bytes into scans: nothing longer than the limit, no line end inside, and the same scans however
/// the line splits the bytes.
enum ScanFramerTarget {
    static func run(_ input: [UInt8]) {
        var rest = FuzzInput(input)
        var pieces: [[UInt8]] = []
        var framer = ScanFramer()
        var events: [CodeScannerEvent] = []
        while !rest.isEmpty {
            // A silence, a lost line, or bytes.
            switch rest.byte() {
            case 0xF0..<0xF8: events += framer.idle()
            case 0xF8..<0xFC: framer.reset()
            case let count:
                let piece = rest.bytes(Int(count) * 8)
                pieces.append(piece)
                events += framer.receive(piece[...])
            }
        }
        for case .scanned(let scan) in events {
            invariant((1...CodeScannerLimits.maximumLength).contains(scan.count), "a scan of \(scan.count) bytes")
            invariant(!scan.contains(0x0D) && !scan.contains(0x0A), "a line end inside a scan")
        }
        requireSplitDoesNotMatter(pieces)
    }

    private static func requireSplitDoesNotMatter(_ pieces: [[UInt8]]) {
        var (whole, single) = (ScanFramer(), ScanFramer())
        let bytes = pieces.flatMap { $0 }
        let together = whole.receive(bytes[...]) + whole.idle()
        let apart = bytes.indices.flatMap { single.receive(bytes[$0...$0]) } + single.idle()
        invariant(together == apart, "how the line splits the bytes changes the scans")
    }
}
