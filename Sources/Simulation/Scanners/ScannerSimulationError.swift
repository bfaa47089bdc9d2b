import Payments

/// A simulated scanner or the image decoder could not do its part. Numbers 2901–2999. Never holds a code.
package struct ScannerSimulationError: StableError, Equatable {
    package enum Code: Int, Sendable, CaseIterable {
        /// The pseudo-terminal or its link could not be made.
        case pseudoTerminalUnavailable = 2901
        /// The scanner is unplugged.
        case unplugged = 2902
        /// Nobody took the bytes from the line within the scanner's write deadline.
        case lineNotRead = 2903
        /// The decoder program is not installed.
        case decoderMissing = 2911
        /// The decoder could not be run or could not read the image.
        case decoderFailed = 2912
        /// There is no code in the image.
        case noCodeFound = 2913
    }

    package let code: Code
    /// The failed call and its number.
    package let detail: String

    package init(_ code: Code, detail: String = "") {
        self.code = code
        self.detail = detail
    }

    package var number: Int { code.rawValue }

    package var message: String {
        let text =
            switch code {
            case .pseudoTerminalUnavailable: "no pseudo-terminal could be made for the simulated scanner"
            case .unplugged: "the simulated scanner is unplugged"
            case .lineNotRead: "nobody reads the simulated scanner's line"
            case .decoderMissing: "zbarimg is missing; install the Debian package zbar-tools"
            case .decoderFailed: "zbarimg could not read the image"
            case .noCodeFound: "there is no code in the image"
            }
        return detail.isEmpty ? text : "\(text) (\(detail))"
    }

    package static func == (left: Self, right: Self) -> Bool { left.code == right.code }
}
