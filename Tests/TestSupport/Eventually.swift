import Testing

/// Waits until `condition` holds, and fails the test when it does not within `deadline`.
///
/// For conditions of the outside world only (a process, a device): where the test owns the clock it has no need.
package func eventually(
    within deadline: Duration = .seconds(90), _ what: String,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () async throws -> Bool
) async throws {
    let clock = ContinuousClock()
    let end = clock.now + deadline
    while clock.now < end {
        if try await condition() { return }
        try await Task.sleep(for: .milliseconds(10))
    }
    Issue.record("not within \(deadline): \(what)", sourceLocation: sourceLocation)
    throw DeadlinePassed(what: what)
}

/// A condition that a test waited for did not come.
package struct DeadlinePassed: Error {
    package let what: String
}
