import Crypto
import Foundation
import HTTPTypes
import Hub
import HubProtocol
import Payments
import Synchronization
import Testing

/// A terminal as the hub sees one: credentials, a journal and its chain.
final class TestTerminal: Sendable {
    struct Journal {
        var trace: UInt64 = 0
        var records: [JournalRecord] = []
    }

    let hub: HubFixture
    let credentials: TerminalCredentials
    let merchant: MerchantID
    let journalID: JournalID
    let key: Curve25519.Signing.PrivateKey
    let journal = Mutex(Journal())

    init(
        hub: HubFixture, credentials: TerminalCredentials, merchant: MerchantID, journal: JournalID,
        key: Curve25519.Signing.PrivateKey = Curve25519.Signing.PrivateKey()
    ) {
        self.hub = hub
        self.credentials = credentials
        self.merchant = merchant
        journalID = journal
        self.key = key
    }

    var authorization: String { "Bearer \(credentials.id.text).\(credentials.secret)" }
    var records: [JournalRecord] { journal.withLock { $0.records } }
    var lane: LaneID { get throws { try #require(LaneID(text: "lane-1")) } }

    /// The same terminal on another hub object or with another journal.
    func moved(to hub: HubFixture) -> TestTerminal {
        let moved = TestTerminal(hub: hub, credentials: credentials, merchant: merchant, journal: journalID, key: key)
        let state = journal.withLock { $0 }
        moved.journal.withLock { $0 = state }
        return moved
    }

    func withJournal(_ number: UInt32) -> TestTerminal {
        TestTerminal(hub: hub, credentials: credentials, merchant: merchant, journal: JournalID(number: number))
    }

    // MARK: Journal

    func mint() -> TransactionID {
        let trace = journal.withLock { journal in
            journal.trace += 1
            return journal.trace
        }
        return TransactionID(terminal: credentials.id, journal: journalID, trace: TraceNumber(trace))
    }

    /// Writes a record about `transaction`, a fresh one unless given.
    @discardableResult
    func write(
        _ outcome: Outcome, _ account: AccountID?, fen: Int64 = 100, transaction: TransactionID? = nil,
        path: AuthorizationPath = .offline(.unreachable), code: CodeReference? = nil, merchant: MerchantID? = nil,
        subsidy: Int64 = 0
    ) throws -> JournalRecord {
        let transaction = transaction ?? mint()
        var sale: JournalRecord.Sale?
        if outcome != .voided {
            let payer: JournalRecord.Payer =
                code.map { .code($0) } ?? .card(HubFixture.card(account?.number ?? 1), .proven)
            sale = JournalRecord.Sale(
                amount: Amount(fen: fen), subsidy: Amount(fen: subsidy), payer: payer, account: account,
                merchant: merchant ?? self.merchant,
                lane: try lane, path: path)
        }
        let now = hub.clock.now()
        return journal.withLock { [sale] journal in
            let record = JournalRecord(
                sequence: UInt64(journal.records.count) + 1, transaction: transaction, outcome: outcome, sale: sale,
                decidedAt: now, replicaCursor: 7)
            journal.records.append(record)
            return record
        }
    }

    /// The chain's hash after `sequence` records.
    func hash(after sequence: UInt64) -> JournalHash {
        records.prefix(Int(sequence)).reduce(.genesis(terminal: credentials.id, journal: journalID)) {
            $0.following($1)
        }
    }

    /// Records `range` with their signed checkpoint.
    func batch(_ range: ClosedRange<UInt64>) throws -> BatchUpload {
        let records = records[Int(range.lowerBound) - 1...Int(range.upperBound) - 1]
        return BatchUpload(
            records: records.map(RecordMessage.init), checkpoint: try checkpoint(range.upperBound))
    }

    func checkpoint(_ sequence: UInt64, hash: JournalHash? = nil) throws -> Checkpoint {
        try Checkpoint(
            terminal: credentials.id, journal: journalID, sequence: sequence,
            hash: hash ?? self.hash(after: sequence), key: key)
    }

    // MARK: Asking the hub

    func ask(_ method: HTTPRequest.Method, _ path: String, _ body: (any Encodable)? = nil) async throws -> HubReply {
        try await hub.ask(
            method, path, body: body.map { try JSONEncoder().encode($0) }, authorization: authorization)
    }

    @discardableResult
    func register() async throws -> HubReply {
        try await ask(
            .post, "/v1/journals",
            JournalRegistration(journal: journalID, publicKey: Array(key.publicKey.rawRepresentation)))
    }

    func upload(_ batch: BatchUpload) async throws -> HubReply { try await ask(.post, "/v1/batches", batch) }

    /// Uploads records `range` and expects them to be taken.
    @discardableResult
    func deliver(
        _ range: ClosedRange<UInt64>, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Acknowledgement {
        let reply = try await upload(try batch(range))
        try #require(reply.status == 200, "\(reply.text)", sourceLocation: sourceLocation)
        return try reply.decoded(as: AcknowledgementMessage.self).acknowledged
    }

    /// Uploads everything.
    @discardableResult
    func deliverAll(sourceLocation: SourceLocation = #_sourceLocation) async throws -> Acknowledgement {
        try await deliver(1...UInt64(records.count), sourceLocation: sourceLocation)
    }

    func holdRequest(
        _ transaction: TransactionID, number: UInt64, fen: Int64, proof: IdentityProof = .proven,
        undelivered: Int64 = 0, merchant: MerchantID? = nil, code: CodeReference? = nil
    ) throws -> HoldRequest {
        let now = hub.clock.now()
        let instrument: Instrument
        if let code {
            instrument = .code(
                CodeEvidence(
                    reference: code, account: try #require(AccountID(number: number)), issuedAt: now, expiresAt: now,
                    limit: Amount(fen: fen)))
        } else {
            instrument = .card(CardEvidence(card: HubFixture.card(number), proof: proof))
        }
        return HoldRequest(
            AuthorizationRequest(
                transaction: transaction, amount: Amount(fen: fen), instrument: instrument,
                merchant: merchant ?? self.merchant, lane: try lane),
            undelivered: Amount(fen: undelivered))
    }

    /// Asks for a hold and gives what it means.
    func hold(_ request: HoldRequest, sourceLocation: SourceLocation = #_sourceLocation) async throws -> HubAnswer {
        let reply = try await ask(.post, "/v1/holds", request)
        try #require(reply.status == 200, "\(reply.text)", sourceLocation: sourceLocation)
        return try reply.decoded(as: HoldAnswer.self).hubAnswer(to: Amount(fen: request.amountFen))
    }

    func changes(after cursor: UInt64 = 0, limit: Int = 2000) async throws -> ChangesPage {
        let reply = try await ask(.get, "/v1/changes?after=\(cursor)&limit=\(limit)")
        try #require(reply.status == 200, "\(reply.text)")
        return try reply.decoded()
    }
}
