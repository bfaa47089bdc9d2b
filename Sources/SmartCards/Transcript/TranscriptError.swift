import Payments

/// A text is not a transcript. Numbers 1471–1479.
package struct TranscriptError: StableError, Hashable {
    package enum Code: Int, Sendable, CaseIterable {
        /// The first line is not `campus-till transcript 1`.
        case versionUnknown = 1471
        /// A line is none of those that a transcript has (its number in the detail).
        case lineMalformed = 1472
        /// More than a transcript may hold.
        case tooLong = 1473
    }

    package let code: Code
    /// From 1.
    package let line: Int

    package init(_ code: Code, line: Int) {
        self.code = code
        self.line = line
    }

    package var number: Int { code.rawValue }

    package var message: String {
        switch code {
        case .versionUnknown: "the text is not a transcript of version 1"
        case .lineMalformed: "line \(line) of the transcript cannot be understood"
        case .tooLong: "the transcript is too long at line \(line)"
        }
    }
}
