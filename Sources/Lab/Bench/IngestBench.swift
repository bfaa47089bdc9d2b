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
    /// Records a second at which the acknowledgement is timed.
    private static let offered = 10_000

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

    private static func all(
        _ uplinks: [BenchUplink], _ body: @escaping @Sendable (BenchUplink) async throws -> Samples
    ) async throws -> Samples {
        try await withThrowingTaskGroup(of: Samples.self) { group in
            for uplink in uplinks { group.addTask { try await body(uplink) } }
            return try await group.reduce(into: Samples()) { $0.add(nanoseconds: $1.nanoseconds) }
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
        let (perTerminal, paced) = bench.options.isQuick ? (4, 4) : (20, 15)
        var uplinks: [BenchUplink] = []
        for number in 1...Self.terminals {
            bench.progress.show("ingest: terminal \(number) of \(Self.terminals)")
            uplinks.append(
                try await BenchUplink(
                    number, hub: hub, payers: payers, batches: perTerminal + paced, recordsPerBatch: Self.batch))
        }
        bench.progress.show("ingest: \(Self.terminals) terminals upload as fast as they can")
        let begin = ContinuousClock.now
        let crowded = try await Self.all(uplinks) { try await $0.upload(0..<perTerminal) }
        let elapsed = ContinuousClock.now - begin
        // As many batches a second as make 10,000 records, each terminal in its own turn.
        bench.progress.show("ingest: \(Self.terminals) terminals upload \(Self.offered) records a second")
        let interval = Duration.seconds(Self.terminals * Self.batch) / Self.offered
        let start = ContinuousClock.now
        let samples = try await Self.all(uplinks) { uplink in
            try await uplink.upload(
                perTerminal..<perTerminal + paced, every: interval,
                from: start + interval / Self.terminals * (uplink.number - 1))
        }
        for uplink in uplinks { await uplink.close() }
        let books = try await hub.checkBooks()
        guard books.sound else { throw LabError("the books are not sound: \(books.findings.prefix(3))") }
        let records = Self.terminals * perTerminal * Self.batch
        let pacedRecords = Self.terminals * paced * Self.batch
        let sync = try await bench.floors.sync("\(bench.state)/ingest-sync", count: 200)
        return BenchResult(
            row: .ingest,
            figures: [
                BenchFigure("records ingested", Double(records) / (elapsed.milliseconds / 1000), .perSecond)
                    .atLeast(10_000),
                BenchFigure(
                    "acknowledgement of a batch at \(Self.offered) records/s, p99", samples.p99, .milliseconds,
                    floor: sync.p99, of: "one fdatasync"
                ).atMost(100),
                BenchFigure("  the same, median", samples.median, .milliseconds, floor: sync.median),
                BenchFigure("  with all sending as fast as they can, median", crowded.median, .milliseconds),
            ],
            notes: [
                "\(records) records in batches of \(Self.batch) from \(Self.terminals) terminals, all sending at once, "
                    + "then \(pacedRecords) at \(Self.offered) records/s; a batch's time counts from when it was due; "
                    + "terminals and hub share this machine",
                "the books were checked afterwards: sound, \(books.postings) postings",
            ])
    }
}

/// One terminal of the ingest bench, with its batches signed and ready.
private struct BenchUplink: Sendable {
    /// From 1.
    let number: Int
    private let gateway: HTTPHubGateway
    private let batches: [BatchUpload]

    init(_ number: Int, hub: LabHub, payers: BenchPayers, batches: Int, recordsPerBatch: Int) async throws {
        let id = String(format: "%012X", 0xB000 + number)
        guard let terminal = TerminalID(text: id), let merchant = MerchantID(text: LabCampus.merchant),
            let lane = LaneID(text: LabTerminal.lane)
        else { throw LabError("the bench's terminal, merchant and lane have names") }
        self.number = number
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
    func upload(_ range: Range<Int>) async throws -> Samples {
        var samples = Samples()
        for batch in batches[range] {
            let start = ContinuousClock.now
            try await send(batch)
            samples.add(.now - start)
        }
        return samples
    }

    /// Sends a batch when it is due, and counts from that moment: one that had to wait for the one before is late.
    func upload(_ range: Range<Int>, every interval: Duration, from start: ContinuousClock.Instant) async throws
        -> Samples
    {
        var samples = Samples()
        for (place, batch) in batches[range].enumerated() {
            let due = start + interval * place
            try await Task.sleep(until: due, clock: .continuous)
            try await send(batch)
            samples.add(.now - due)
        }
        return samples
    }

    private func send(_ batch: BatchUpload) async throws {
        let answer = try await gateway.upload(batch)
        guard answer.acknowledged.sequence == batch.checkpoint.sequence else {
            throw LabError("the hub acknowledged \(answer.acknowledged.sequence)")
        }
    }

    func close() async { await gateway.shutdown() }
}
