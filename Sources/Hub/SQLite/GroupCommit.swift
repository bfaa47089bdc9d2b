import CrashPoints
import GRDB
import Synchronization

/// Lets writes that wait at the same moment share one commit and so one sync of the disk.
///
/// Each write runs in a savepoint of its own: one that throws leaves nothing and does not disturb the others. Nobody
/// is answered before the commit is on disk (promise 12); when the commit fails, everybody in the group fails.
final class GroupCommit: Sendable {
    private struct State {
        var waiting: CommitQueue<any WaitingWrite>
        /// Whether a group is running or about to run.
        var scheduled = false
    }

    private let queue: DatabaseQueue
    private let state: Mutex<State>

    /// - Parameters:
    ///   - limit: most writes in one commit.
    ///   - recordsMaximum: most records that they store together.
    init(queue: DatabaseQueue, limit: Int, recordsMaximum: Int = HubLimits.groupedRecords) {
        self.queue = queue
        state = Mutex(State(waiting: CommitQueue(writesMaximum: limit, recordsMaximum: recordsMaximum)))
    }

    /// Runs `body` in a transaction and returns when it is durable.
    func write<Value: Sendable>(
        _ urgency: CommitUrgency = .records(1), _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let start = state.withLock { state in
                state.waiting.append(Write(body: body, continuation: continuation), urgency)
                defer { state.scheduled = true }
                return !state.scheduled
            }
            if start { schedule() }
        }
    }

    /// Writes that wait for their group.
    var waitingCount: Int { state.withLock { $0.waiting.urgentCount + $0.waiting.ordinaryCount } }
    /// Those of them for which a payer waits.
    var urgentCount: Int { state.withLock { $0.waiting.urgentCount } }

    private func schedule() {
        queue.asyncWriteWithoutTransaction { db in
            let group = self.state.withLock { $0.waiting.next() }
            Self.commit(group, db)
            let more = self.state.withLock { state in
                state.scheduled = !state.waiting.isEmpty
                return state.scheduled
            }
            // Another entry of the queue, not a loop here, so that reads waiting in the queue get their turn.
            if more { self.schedule() }
        }
    }

    private static func commit(_ group: [any WaitingWrite], _ db: Database) {
        var failure: (any Error)?
        do {
            try db.inTransaction(.immediate) {
                for write in group {
                    write.run(db)
                    // SQLite rolls the whole transaction back by itself on a full disk or an I/O error.
                    guard db.isInsideTransaction else { throw HubStoreError(.writeFailed, detail: "rolled back") }
                }
                CrashPoint.groupWritten.reach()
                return .commit
            }
        } catch {
            failure = error
        }
        for write in group { write.finish(failure: failure) }
    }
}

/// A write in a group, whatever its value.
private protocol WaitingWrite: Sendable {
    func run(_ db: Database)
    func finish(failure: (any Error)?)
}

private final class Write<Value: Sendable>: WaitingWrite {
    private let body: @Sendable (Database) throws -> Value
    private let continuation: CheckedContinuation<Value, any Error>
    private let result = Mutex<Result<Value, any Error>?>(nil)

    init(
        body: @escaping @Sendable (Database) throws -> Value, continuation: CheckedContinuation<Value, any Error>
    ) {
        self.body = body
        self.continuation = continuation
    }

    func run(_ db: Database) {
        let outcome = Result<Value, any Error> {
            var value: Value?
            try db.inSavepoint {
                value = try body(db)
                return .commit
            }
            guard let value else { throw HubStoreError(.writeFailed, detail: "savepoint") }
            return value
        }
        result.withLock { $0 = outcome }
    }

    func finish(failure: (any Error)?) {
        let outcome = result.withLock { $0 }
        switch (outcome, failure) {
        // Its own error says more than the group's.
        case (.failure(let error), _): continuation.resume(throwing: error)
        case (_, let error?): continuation.resume(throwing: error)
        case (.success(let value), nil): continuation.resume(returning: value)
        case (nil, nil): continuation.resume(throwing: HubStoreError(.writeFailed, detail: "not run"))
        }
    }
}
