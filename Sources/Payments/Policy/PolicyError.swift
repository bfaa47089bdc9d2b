/// One bad value of a policy document.
package struct PolicyProblem: Sendable, Hashable, CustomStringConvertible {
    /// Where it stands, for example `rules[2].floorLimitFen`; empty for the document itself.
    package var path: String
    package var text: String

    package init(path: String, text: String) {
        self.path = path
        self.text = text
    }

    package var description: String { path.isEmpty ? text : "\(path): \(text)" }
}

/// A policy document cannot be used. Number 5031.
package struct PolicyError: StableError, Equatable {
    package enum Code: Int, Sendable, CaseIterable {
        /// Something in the document is not allowed there; ``PolicyError/problems`` names each.
        case documentInvalid = 5031
    }

    package let problems: [PolicyProblem]

    package init(_ problems: [PolicyProblem]) { self.problems = problems }

    package var code: Code { .documentInvalid }
    package var number: Int { code.rawValue }

    package var message: String {
        "the policy document is not valid: " + problems.map(\.description).joined(separator: "; ")
    }
}
