/// Gives up waiting for `work` when `budget` is over, and cancels it; what it would still give is dropped.
///
/// The HTTP client's own deadline ends with the head of the answer; this one covers everything.
///
/// - Throws: ``DeadlinePassed``, or what `work` throws.
func withDeadline<Value: Sendable>(
    _ budget: Duration, _ work: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value.self) { group in
        group.addTask { try await work() }
        group.addTask {
            try await Task.sleep(for: budget)
            throw DeadlinePassed()
        }
        defer { group.cancelAll() }
        guard let value = try await group.next() else { throw DeadlinePassed() }
        return value
    }
}

/// The time budget was used up.
struct DeadlinePassed: Error {}
