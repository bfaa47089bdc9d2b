import Payments

/// The configuration or a credential cannot be used. Numbers 5001–5099.
///
/// Holds everything that is wrong at once, so that a file is repaired in one go. Its number is the first problem's.
package struct ConfigurationError: StableError, Equatable {
    package enum Code: Int, Sendable, CaseIterable {
        /// The file is missing, is not a regular file, or may not be read.
        case fileUnreadable = 5001
        /// The file is larger than any configuration.
        case fileTooLarge = 5002
        /// The file is not UTF-8.
        case notText = 5003
        /// The file holds no keys at all, as after a power cut while it was being written.
        case emptyFile = 5004
        /// The file is not YAML.
        case malformed = 5005
        /// A key stands twice in the same section.
        case duplicateKey = 5006
        /// A key that no part of the program asks for.
        case unknownKey = 5007
        /// A required key is not there.
        case missingKey = 5008
        /// A value of the wrong type, form or range.
        case wrongValue = 5009
        /// A credential is not there or cannot be read.
        case credentialUnreadable = 5020
        /// A credential's file can be read by others.
        case credentialExposed = 5021
        /// A credential is empty or larger than any secret.
        case credentialMalformed = 5022
    }

    /// One thing that is wrong, and where.
    package struct Problem: Sendable, Equatable {
        package let code: Code
        /// The file's path as it was given.
        package let file: String
        /// From 1; `nil` when the problem is the file as a whole.
        package let line: Int?
        /// `lanes[1].reader`; `nil` when the problem is not about one key.
        package let key: String?
        /// What was expected and what was found, never the value of a secret key.
        package let text: String

        package init(_ code: Code, file: String, line: Int? = nil, key: String? = nil, text: String) {
            self.code = code
            self.file = file
            self.line = line
            self.key = key
            self.text = text
        }

        /// `config/tilld.yaml:12: lanes[1].reader: expected text, found a list`.
        package var sentence: String {
            let place = line.map { "\(file):\($0)" } ?? file
            return key.map { "\(place): \($0): \(text)" } ?? "\(place): \(text)"
        }
    }

    /// At least one, in the order of the file.
    package let problems: [Problem]

    /// - Parameter problems: at least one.
    package init(_ problems: [Problem]) {
        invariant(!problems.isEmpty, "a configuration error names a problem")
        self.problems = problems
    }

    /// The first problem's code.
    package var code: Code { problems[0].code }
    package var number: Int { code.rawValue }

    /// One line per problem.
    package var message: String { problems.map(\.sentence).joined(separator: "\n") }
}
