import Crypto
import Foundation
import HubProtocol
import Payments
import Terminal
import Uplink

/// Batches from many terminals at once into the real hub, beside the syncs of its disk.
struct IngestBench {
    private static let terminals = 200
    private static let batch = 100
    private static let accounts = 50

    let bench: Bench

    func result() async throws -> BenchResult {
        bench.progress.show("ingest: starting the hub")
        let paths = try LabPaths(folder: try bench.emptyFolder("ingest"), programs: bench.options.programs)
        let hub = try LabHub(paths: paths)
        _ = try LabCards(paths: paths)
        try await hub.start()
        do {
            let result = try await measure(hub)
            await hub.stop()
            return result
        } catch {
            await hub.stop()
            throw error
        }
    }

    private func measure(_ hub: LabHub) async throws -> BenchResult {
        try await hub.addMerchant(LabCampus.merchant, name: "First Canteen 第一食堂")
        let payers = BenchPayers(count: Self.accounts)
        for payer in 0..<Self.accounts {
            bench.progress.show("ingest: account \(payer + 1) of \(Self.accounts)")
            let account = try payers.account(payer)
            try await hub.createAccount(account.text, name: "Bench Student \(payer)")
            try await hub.topUp(account.text, amount: "1000000.00")
            try await hub.issueCard(payers.card(payer), account: account.text)
        }
        let perTerminal = bench.options.isQuick ? 4 : 20
        var uplinks: [BenchUplink] = []
        for number in 1...Self.terminals {
            bench.progress.show("ingest: terminal \(number) of \(Self.terminals)")
            uplinks.append(
                try await BenchUplink(
                    number, hub: hub, payers: payers, batches: perTerminal, recordsPerBatch: Self.batch))
        }
        bench.progress.show("ingest: \(Self.terminals) terminals upload")
        let begin = ContinuousClock.now
        let samples = try await withThrowingTaskGroup(of: Samples.self) { group in
            for uplink in uplinks { group.addTask { try await uplink.upload() } }
            return try await group.reduce(into: Samples()) { $0.add(nanoseconds: $1.nanoseconds) }
        }
        let elapsed = ContinuousClock.now - begin
        for uplink in uplinks { await uplink.close() }
        let books = try await hub.checkBooks()
        guard books.sound else { throw LabError("the books are not sound: \(books.findings.prefix(3))") }
        let records = Self.terminals * perTerminal * Self.batch
        let sync = try await bench.floors.sync("\(bench.state)/ingest-sync", count: 200)
        return BenchResult(
            row: .ingest,
            figures: [
                BenchFigure("records ingested", Double(records) / (elapsed.milliseconds / 1000), .perSecond)
                    .atLeast(10_000),
                BenchFigure(
                    "acknowledgement of a batch, p99", samples.p99, .milliseconds, floor: sync.p99, of: "one fdatasync"
                ).atMost(100),
                BenchFigure("  the same, median", samples.median, .milliseconds, floor: sync.median),
            ],
            notes: [
                "\(records) records in batches of \(Self.batch) from \(Self.terminals) terminals, all sending at once; "
                    + "terminals and hub share this machine",
                "the books were checked afterwards: sound, \(books.postings) postings",
            ])
    }
}

/// One terminal of the ingest bench, with its batches signed and ready.
private struct BenchUplink: Sendable {
    private let gateway: HTTPHubGateway
    private let batches: [BatchUpload]

    init(_ number: Int, hub: LabHub, payers: BenchPayers, batches: Int, recordsPerBatch: Int) async throws {
        let id = String(format: "%012X", 0xB000 + number)
        guard let terminal = TerminalID(text: id), let merchant = MerchantID(text: LabCampus.merchant),
            let lane = LaneID(text: LabTerminal.lane)
        else { throw LabError("the bench's terminal, merchant and lane have names") }
        gateway = try await hub.gateway(registering: id, name: "Bench \(number)", merchant: LabCampus.merchant)
        let journal = JournalID(number: UInt32(number))
        let key = Curve25519.Signing.PrivateKey()
        _ = try await gateway.register(
            JournalRegistration(journal: journal, publicKey: Array(key.publicKey.rawRepresentation)))
        var hash = JournalHash.genesis(terminal: terminal, journal: journal)
        var ready: [BatchUpload] = []
        var sequence: UInt64 = 0
        for _ in 0..<batches {
            var records: [RecordMessage] = []
            for _ in 0..<recordsPerBatch {
                sequence += 1
                let payer = payers.payer(of: Int(sequence) + number)
                let record = JournalRecord(
                    sequence: sequence,
                    transaction: TransactionID(terminal: terminal, journal: journal, trace: TraceNumber(sequence)),
                    outcome: .approved,
                    sale: JournalRecord.Sale(
                        amount: Amount(fen: Int64(100 + sequence % 900)), payer: .card(payers.card(payer), .proven),
                        account: try payers.account(payer), merchant: merchant, lane: lane,
                        path: .offline(.unreachable)),
                    decidedAt: BenchLedger.now(), replicaCursor: 0)
                hash = hash.following(record)
                records.append(RecordMessage(record))
            }
            ready.append(
                BatchUpload(
                    records: records,
                    checkpoint: try Checkpoint(
                        terminal: terminal, journal: journal, sequence: sequence, hash: hash, key: key)))
        }
        self.batches = ready
    }

    /// Sends one batch after the other, as a terminal does: the next when the last is acknowledged.
    func upload() async throws -> Samples {
        var samples = Samples()
        for batch in batches {
            let start = ContinuousClock.now
            let answer = try await gateway.upload(batch)
            samples.add(.now - start)
            guard answer.acknowledged.sequence == batch.checkpoint.sequence else {
                throw LabError("the hub acknowledged \(answer.acknowledged.sequence)")
            }
        }
        return samples
    }

    func close() async { await gateway.shutdown() }
}
