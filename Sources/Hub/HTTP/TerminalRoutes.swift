import CrashPoints
import Crypto
import HTTPTypes
import HubProtocol
import Payments

/// The terminals' interface.
package struct TerminalRoutes: Sendable {
    let store: any HubStore
    let rules: HoldRules
    let hubKey: HubVerifyingKey
    private let pacing: SharedIngestPacing

    /// - Parameter backlogRate: records a second that all backlogs together may bring.
    package init(
        store: any HubStore, rules: HoldRules, hubKey: HubVerifyingKey,
        backlogRate: Int = IngestPacing.standardCapacity
    ) {
        pacing = SharedIngestPacing(capacity: backlogRate)
        self.store = store
        self.rules = rules
        self.hubKey = hubKey
    }

    package var table: [Route] {
        [
            .reading(.get, "/v1/health", "getHealth", .open, health),
            .taking(.post, "/v1/journals", "registerJournal", .lateTerminal, JournalRegistration.self, register),
            .taking(.post, "/v1/holds", "placeHold", .terminal, HoldRequest.self, hold),
            .taking(.post, "/v1/loads", "placeLoad", .terminal, LoadHoldRequest.self, load),
            .taking(.post, "/v1/batches", "uploadBatch", .lateTerminal, BatchUpload.self, upload),
            .taking(.post, "/v1/standing", "reportStanding", .terminal, TerminalStanding.self, standing),
            .reading(.get, "/v1/changes", "getChanges", .terminal, changes),
            .reading(.get, "/v1/snapshot", "getSnapshot", .terminal, snapshot),
        ]
    }

    private func health(_ request: HubRequest) async throws -> HealthAnswer {
        try await store.probe()
        return HealthAnswer(status: "ok", hubTimeMilliseconds: request.now.milliseconds)
    }

    private func register(
        _ request: HubRequest, _ registration: JournalRegistration
    ) async throws -> AcknowledgementMessage {
        let flaw = HubRefusalError(.malformedRequest, "publicKey: 64 hexadecimal digits of an Ed25519 key")
        guard registration.publicKey.utf8.count == 64, let key = Hex.decode(registration.publicKey),
            (try? Curve25519.Signing.PublicKey(rawRepresentation: key)) != nil
        else { throw flaw }
        let acknowledged = try await store.registerJournal(
            registration.journal, publicKey: key, claim: JournalClaim(registration),
            terminal: request.authenticatedTerminal(), now: request.now)
        return AcknowledgementMessage(acknowledged: acknowledged, hubKey: hubKey, hubTime: request.now)
    }

    private func hold(_ request: HubRequest, _ hold: HoldRequest) async throws -> HoldAnswer {
        let verdict = try await store.placeHold(
            HoldTerms(hold), HoldCircumstances(hold),
            terminal: request.authenticatedTerminal(), rules: rules, now: request.now)
        CrashPoint.holdStored.reach()
        return verdict.answer(hubTime: request.now)
    }

    private func load(_ request: HubRequest, _ load: LoadHoldRequest) async throws -> LoadHoldAnswer {
        let verdict = try await store.placeLoad(
            LoadTerms(load), undelivered: Amount(fen: load.undeliveredFen),
            terminal: request.authenticatedTerminal(), holds: rules, now: request.now)
        return verdict.answer(hubTime: request.now)
    }

    private func upload(_ request: HubRequest, _ upload: BatchUpload) async throws -> AcknowledgementMessage {
        let terminal = try request.authenticatedTerminal()
        let batch = try ReadBatch(upload, terminal: terminal)
        let start = ContinuousClock.now
        let acknowledged = try await store.store(batch, terminal: terminal, now: request.now)
        CrashPoint.batchStored.reach()
        var answer = AcknowledgementMessage(acknowledged: acknowledged, hubTime: request.now)
        answer.recordsPerSecond = pacing.allowance(
            terminal, backlog: upload.backlog ?? 0, elapsed: ContinuousClock.now - start, now: request.now)
        return answer
    }

    private func standing(_ request: HubRequest, _ standing: TerminalStanding) async throws -> StandingAnswer {
        if let flaw = standing.flaw { throw HubRefusalError(.malformedRequest, flaw) }
        try await store.noteStanding(standing, of: request.authenticatedTerminal(), now: request.now)
        return StandingAnswer(hubTimeMilliseconds: request.now.milliseconds)
    }

    private func changes(_ request: HubRequest) async throws -> ChangesPage {
        let after: UInt64? = try request.number(query: "after", in: 0...HubLimits.storableInteger, standard: 0)
        let most = HubProtocolLimits.pageChanges
        let limit: Int? = try request.number(query: "limit", in: 1...most, standard: most)
        return try await store.changes(
            after: after ?? 0, limit: limit ?? most, terminal: request.authenticatedTerminal(), now: request.now)
    }

    private func snapshot(_ request: HubRequest) async throws -> SnapshotPage {
        let most = HubProtocolLimits.pageChanges
        let limit: Int? = try request.number(query: "limit", in: 1...most, standard: most)
        return try await store.snapshot(
            after: request.query["after"], limit: limit ?? most, terminal: request.authenticatedTerminal(),
            now: request.now)
    }
}

extension TerminalStanding {
    /// What no terminal can have, or a program's name that nobody would read; `nil` when all is well.
    fileprivate var flaw: String? {
        for (name, version) in [("policy", policy), ("policyNotUnderstood", policyNotUnderstood)] {
            if let version, version > HubLimits.storableInteger { return "\(name): to \(HubLimits.storableInteger)" }
        }
        guard (version ?? "").utf8.count <= HubLimits.programVersionBytes else {
            return "version: at most \(HubLimits.programVersionBytes) bytes"
        }
        return nil
    }
}
