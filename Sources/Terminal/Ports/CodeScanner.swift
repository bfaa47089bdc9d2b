import Payments

/// What a code scanner tells the lane.
package enum CodeScannerEvent: Sendable, Equatable {
    case available
    /// One whole scan without its line end, 1 to ``CodeScannerLimits/maximumLength`` bytes.
    case scanned([UInt8])
    /// Bytes that made no scan because they were too long. They were thrown away.
    case discarded(CodeScannerError)
    /// The device is gone. The adapter keeps trying and sends `available` on return.
    case unavailable(CodeScannerError)
}

/// Named limits of a scan.
package enum CodeScannerLimits {
    /// Longest scan taken, in bytes. The largest code that we know, a version 40 symbol of digits, is above it on
    /// purpose: no payment code of any rail needs more than 512.
    package static let maximumLength = 1024
    /// A scan without a line end is taken as complete after this much silence, in milliseconds.
    package static let idleMilliseconds = 300
}

/// One barcode scanner.
package protocol CodeScanner: Sendable {
    /// The name under which the scanner is configured, for status and logs.
    var name: String { get }

    /// Scans, from now on. For one consumer; ends when the scanner is closed. Bounded: when nobody reads, the
    /// oldest scans are dropped, because a payment code that waited is worth nothing.
    var events: AsyncStream<CodeScannerEvent> { get }

    /// Stops the scanner's thread and ends ``events``.
    func close() async
}

/// Something broke between the lane and the scanner. Numbers 2001–2099.
package struct CodeScannerError: StableError, Equatable {
    package enum Code: Int, Sendable, CaseIterable {
        /// The device cannot be opened or was unplugged.
        case scannerUnavailable = 2001
        /// More than ``CodeScannerLimits/maximumLength`` bytes without a line end.
        case scanTooLong = 2002
        /// The path is not a terminal device.
        case notATerminal = 2003
    }

    package let code: Code
    /// The failed call and errno, never scanned bytes.
    package let detail: String

    package init(_ code: Code, detail: String = "") {
        self.code = code
        self.detail = detail
    }

    package var number: Int { code.rawValue }

    package var message: String {
        let text =
            switch code {
            case .scannerUnavailable: "the code scanner is not available; check its cable"
            case .scanTooLong: "the scanner sent more than a code can hold; the scan was thrown away"
            case .notATerminal: "the scanner's device is not a serial line"
            }
        return detail.isEmpty ? text : "\(text) (\(detail))"
    }

    package static func == (left: Self, right: Self) -> Bool { left.code == right.code }
}
