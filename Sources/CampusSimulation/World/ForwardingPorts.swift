import HubProtocol
import Payments
import Terminal

/// A replica in front of another one: what it does not do itself, that one does.
protocol ForwardingReplica: Replica {
    var replica: any Replica { get }
}

extension ForwardingReplica {
    func cursor() async throws(LedgerError) -> UInt64 { try await replica.cursor() }

    func apply(_ page: ChangesPage, after cursor: UInt64) async throws(LedgerError) {
        try await replica.apply(page, after: cursor)
    }

    func nextFetch() async throws(LedgerError) -> ReplicaFetch { try await replica.nextFetch() }

    func wantSnapshot() async throws(LedgerError) { try await replica.wantSnapshot() }

    func stage(_ page: SnapshotPage, after position: String?) async throws(LedgerError) {
        try await replica.stage(page, after: position)
    }

    func stage(_ page: ChangesPage, after cursor: UInt64) async throws(LedgerError) {
        try await replica.stage(page, after: cursor)
    }

    func codeKeys() async throws(LedgerError) -> [CodeKeyMessage] { try await replica.codeKeys() }
}

/// A send queue in front of another one: what it does not do itself, that one does.
protocol ForwardingQueue: SendQueue {
    var queue: any SendQueue { get }
}

extension ForwardingQueue {
    var terminal: TerminalID { queue.terminal }
    var journal: JournalID { queue.journal }
    var session: TerminalSession { queue.session }

    func unsent(limit: Int) async throws(LedgerError) -> UnsentRecords? { try await queue.unsent(limit: limit) }

    func acknowledge(_ acknowledgement: Acknowledgement) async throws(LedgerError) {
        try await queue.acknowledge(acknowledgement)
    }

    func records(after known: Acknowledgement, limit: Int) async throws(LedgerError) -> UnsentRecords? {
        try await queue.records(after: known, limit: limit)
    }

    func contest(_ refusal: HubRefusal) async throws(LedgerError) { try await queue.contest(refusal) }

    func endContest() async throws(LedgerError) { try await queue.endContest() }

    func figures() async throws(LedgerError) -> JournalFigures { try await queue.figures() }
}
