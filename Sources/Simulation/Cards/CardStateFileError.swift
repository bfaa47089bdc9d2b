import Payments

/// A simulated card's memory could not be kept or found. Numbers 1451–1459, lab only.
package struct CardStateFileError: StableError, Equatable {
    package enum Code: Int, Sendable, CaseIterable {
        case notWritten = 1451
        case notReadable = 1454
    }

    package let code: Code
    /// The file, and what went wrong with it; nothing that stands in it.
    package let detail: String

    package init(_ code: Code, path: String, detail: String) {
        self.code = code
        self.detail = "\(path): \(detail)"
    }

    package var number: Int { code.rawValue }

    package var message: String {
        switch code {
        case .notWritten: "the simulated card's file cannot be written (\(detail))"
        case .notReadable: "the simulated card's file cannot be read (\(detail))"
        }
    }

    package static func == (left: Self, right: Self) -> Bool { left.code == right.code }
}
