import HubProtocol
import Payments
import Synchronization
import Terminal

/// Journal, send queue, replica and archive in memory. What "on disk" means here is that it outlives the call.
package final class SimulatedJournal: PaymentJournal, SendQueue, Replica, HubKeyStore, JournalArchive,
    CorrectionJournal
{
    package let terminal: TerminalID
    package let journal: JournalID
    package let session = TerminalSession(number: 1, instance: 1)
    private let state: Mutex<SimulatedJournalState>

    /// - Parameter reservationWindow: numbers that a commit reserves beyond the newest one given out.
    package init(terminal: TerminalID, journal: JournalID, reservationWindow: UInt64 = 32) {
        self.terminal = terminal
        self.journal = journal
        state = Mutex(
            SimulatedJournalState(terminal: terminal, journal: journal, reservationWindow: reservationWindow))
    }

    /// Makes the next `count` commits fail, changing nothing.
    package func failCommits(_ count: Int, with code: LedgerError.Code = .diskFull) {
        state.withLock { state in
            state.failingCommits = count
            state.failure = code
        }
    }

    package func mint() async throws(LedgerError) -> TransactionID {
        try state.withLock { state throws(LedgerError) in try state.mint() }
    }

    package func view(of instrument: Instrument) async throws(LedgerError) -> LedgerView {
        state.withLock { $0.knowledge(of: instrument).view }
    }

    package func conclude(
        _ request: AuthorizationRequest, hub: HubAnswer, authorizer: Authorizer, now: UnixTime
    ) async throws(LedgerError) -> ConcludedTransaction {
        try state.withLock { state throws(LedgerError) in
            try state.conclude(request, hub: hub, authorizer: authorizer, now: now)
        }
    }

    package func standing(of card: CardEvidence) async throws(LedgerError) -> CardStanding {
        state.withLock { state in
            CardStanding(
                open: state.openCardTransaction(of: card.card), view: state.knowledge(of: .card(card)).view)
        }
    }

    package func intend(
        _ transaction: TransactionID, _ sale: JournalRecord.Sale, reference: SaleReference, now: UnixTime
    ) async throws(LedgerError) {
        let intent = OpenCardTransaction(
            transaction: transaction, sale: sale, reference: reference, intendedAt: now)
        try state.withLock { state throws(LedgerError) in try state.intend(intent) }
    }

    package func record(
        _ transaction: TransactionID, _ outcome: Outcome, _ sale: JournalRecord.Sale, now: UnixTime
    ) async throws(LedgerError) -> StoredRecord {
        let record = try state.withLock { state throws(LedgerError) in
            try state.record(transaction, outcome, sale, now: now)
        }
        return StoredRecord(record: record, commitTime: .zero)
    }

    package func preview(
        _ request: CorrectionRequest, rules: CorrectionRules, now: UnixTime
    ) async throws(LedgerError) -> CorrectionResult? {
        state.withLock { state in
            if case .failure(let result) = state.decide(request, rules: rules, now: now) { result.result } else { nil }
        }
    }

    package func correct(
        _ transaction: TransactionID, _ request: CorrectionRequest, rules: CorrectionRules, now: UnixTime
    ) async throws(LedgerError) -> CorrectionResult {
        try state.withLock { state throws(LedgerError) in
            try state.correct(transaction, request, rules: rules, now: now)
        }
    }

    package func correction(under reference: SaleReference) async throws(LedgerError) -> StoredCorrection? {
        state.withLock { $0.correction(under: reference) }
    }

    /// What a stop of any kind and the next opening do: every reserved number without a record gets one.
    package func reopen(now: UnixTime) { state.withLock { $0.reopen(now: now) } }

    package func void(_ transaction: TransactionID, now: UnixTime) async throws(LedgerError) {
        try state.withLock { state throws(LedgerError) in try state.void(transaction, now: now) }
    }

    package func unsent(limit: Int) async throws(LedgerError) -> UnsentRecords? {
        state.withLock { state in
            let found = state.archive(after: state.acknowledged, limit: max(limit, 1))
            return found.last.map { UnsentRecords(records: found.map(\.record), hash: $0.hash) }
        }
    }

    package func acknowledge(_ acknowledgement: Acknowledgement) async throws(LedgerError) {
        try state.withLock { state throws(LedgerError) in
            guard try state.reachesFurther(acknowledgement) else { return }
            try state.commit { $0.acknowledged = acknowledgement.sequence }
        }
    }

    package func records(after known: Acknowledgement, limit: Int) async throws(LedgerError) -> UnsentRecords? {
        try state.withLock { state throws(LedgerError) in
            _ = try state.reachesFurther(known)
            let found = state.archive(after: known.sequence, limit: max(limit, 1))
            return found.last.map { UnsentRecords(records: found.map(\.record), hash: $0.hash) }
        }
    }

    package func contest(_ refusal: HubRefusal) async throws(LedgerError) { state.withLock { $0.contested = refusal } }

    package func endContest() async throws(LedgerError) { state.withLock { $0.contested = nil } }

    package func figures() async throws(LedgerError) -> JournalFigures { state.withLock { $0.figures } }

    package func cursor() async throws(LedgerError) -> UInt64 { state.withLock { $0.replicaCursor } }

    package func apply(_ page: ChangesPage, after cursor: UInt64) async throws(LedgerError) {
        try state.withLock { state throws(LedgerError) in try state.apply(page, after: cursor) }
    }

    package func nextFetch() async throws(LedgerError) -> ReplicaFetch {
        state.withLock { $0.snapshot?.nextFetch ?? .changes(after: $0.replicaCursor) }
    }

    package func wantSnapshot() async throws(LedgerError) {
        try state.withLock { state throws(LedgerError) in try state.commit { $0.snapshot = SimulatedSnapshot() } }
    }

    package func stage(_ page: SnapshotPage, after position: String?) async throws(LedgerError) {
        try state.withLock { state throws(LedgerError) in
            try state.commit { state throws(LedgerError) in try state.stage(page, after: position) }
        }
    }

    package func stage(_ page: ChangesPage, after cursor: UInt64) async throws(LedgerError) {
        try state.withLock { state throws(LedgerError) in
            try state.commit { state throws(LedgerError) in try state.stage(page, after: cursor) }
        }
    }

    package func codeKeys() async throws(LedgerError) -> [CodeKeyMessage] {
        state.withLock { $0.replica.codeKeys.values.sorted { $0.keyID < $1.keyID } }
    }

    package func hubKey() async throws(LedgerError) -> HubVerifyingKey? { state.withLock { $0.hubKey } }

    package func pin(hubKey key: HubVerifyingKey) async throws(LedgerError) {
        try state.withLock { state throws(LedgerError) in
            guard state.hubKey ?? key == key else { throw LedgerError(.hubKeyChanged) }
            state.hubKey = key
        }
    }

    package func replace(hubKey key: HubVerifyingKey) async throws(LedgerError) {
        state.withLock { $0.hubKey = key }
    }

    package func records(after sequence: UInt64, limit: Int) async throws(LedgerError) -> [ArchivedRecord] {
        state.withLock { $0.archive(after: sequence, limit: max(limit, 0)) }
    }

    package func verify() async throws(LedgerError) -> JournalVerification { state.withLock { $0.verification } }
}
