/// A broken promise that a checker found.
package struct CheckFinding: Sendable, Hashable, CustomStringConvertible {
    /// Number of the promise (DESIGN section 3).
    package var promise: Int
    /// What is wrong, one sentence without personal data.
    package var text: String

    package init(_ promise: Int, _ text: String) {
        self.promise = promise
        self.text = text
    }

    /// `promise 1: …`.
    package var description: String { "promise \(promise): \(text)" }
}
