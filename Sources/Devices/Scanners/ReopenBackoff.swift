/// How long to wait before a lost device is opened again: doubling, so that a missing scanner costs nothing, and
/// short, so that one plugged in again works before the next customer stands there.
package struct ReopenBackoff: Sendable, Hashable {
    package static let firstMilliseconds: Int32 = 100
    package static let maximumMilliseconds: Int32 = 2000

    private var nextMilliseconds = firstMilliseconds

    package init() {}

    /// The wait before this attempt, in milliseconds.
    package mutating func next() -> Int32 {
        defer { nextMilliseconds = min(nextMilliseconds * 2, Self.maximumMilliseconds) }
        return nextMilliseconds
    }

    /// The device has proven to work.
    package mutating func reset() { nextMilliseconds = Self.firstMilliseconds }
}
