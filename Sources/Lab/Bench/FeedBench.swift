import Crypto
import HubProtocol
import Ledger
import Payments
import Synchronization
import Terminal

/// What a sale waits for the ledger, alone and while a full snapshot comes in force: 360,000 cards of a hot list,
/// 50,000 accounts with their holders' terms and 50,000 cards, into a journal of 100,000 records.
struct FeedBench {
    private static let listed = 360_000
    /// Entities in a page, as the hub sends them.
    private static let perPage = 2000
    /// Between two sales, so that they meet every kind of work.
    private static let pause = Duration.milliseconds(2)
    private static let authorizer = Authorizer(policy: .standard)

    let bench: Bench

    func result() async throws -> BenchResult {
        let original = try await BenchLedger.kept(in: bench.state, progress: bench.progress)
        let folder = try bench.emptyFolder("feed")
        let ledger = try original.copy(to: folder).open()
        let hub = HubSigningKey(privateKey: Curve25519.Signing.PrivateKey())
        try await ledger.pin(hubKey: hub.verifyingKey)
        let pages = try await pages(ledger, hub)
        let count = bench.options.isQuick ? 300 : 1500
        bench.progress.show("feed: sales alone")
        var debit = BenchLedger.records
        let before = try await sell(ledger, from: &debit) { $0.count < count }
        let sync = try await bench.floors.sync(folder + "/sync", count: 300)

        // The sales go on until the snapshot is in force and everything that it replaced is cleared away.
        let isApplied = Atomic(false)
        let begin = ContinuousClock.now
        async let applied: Duration = {
            defer { isApplied.store(true, ordering: .releasing) }
            try await apply(pages, to: ledger)
            return .now - begin
        }()
        let during = try await sell(ledger, from: &debit) { _ in !isApplied.load(ordering: .acquiring) }
        let elapsed = try await applied
        let after = try await sell(ledger, from: &debit) { $0.count < count }
        let findings = try await ledger.figures()
        guard findings.hotListed == Self.listed, findings.accounts == BenchLedger.payers.count else {
            throw LabError("after the snapshot there are \(findings.hotListed) listed cards")
        }
        try await ledger.close()
        return BenchResult(
            row: .feed,
            figures: [
                BenchFigure(
                    "a sale at the ledger while a snapshot is applied, median", during.median, .milliseconds,
                    floor: sync.median, of: "one fdatasync"
                ).atMost(1.3 * sync.median + 1, "1.3 × sync + 1 ms"),
                BenchFigure("  the same, p99", during.p99, .milliseconds, floor: sync.p99)
                    .atMost(2 * sync.p99 + 3, "2 × sync + 3 ms"),
                BenchFigure("  the same, slowest", during.percentile(100), .milliseconds),
                BenchFigure("  before it, median", before.median, .milliseconds, floor: sync.median),
                BenchFigure("  before it, p99", before.p99, .milliseconds, floor: sync.p99),
                BenchFigure("  after it, with terms of every account, median", after.median, .milliseconds),
                BenchFigure("the whole snapshot", elapsed.milliseconds, .milliseconds),
            ],
            notes: [
                "\(during.count) sales meanwhile, one every \(Self.pause) and its own time; each asks the ledger for "
                    + "what it knows, takes a number and concludes"
            ])
    }

    private func sell(
        _ ledger: SQLiteLedger, from debit: inout Int, while isWanted: (Samples) -> Bool
    ) async throws -> Samples {
        var samples = Samples()
        while isWanted(samples) {
            let start = ContinuousClock.now
            let (request, answer) = try BenchLedger.payers.request(try await ledger.mint(), debit: debit)
            _ = try await ledger.view(of: request.instrument)
            let concluded = try await ledger.conclude(
                request, hub: answer, authorizer: Self.authorizer, now: BenchLedger.now())
            samples.add(.now - start)
            guard case .approved = concluded.decision else {
                throw LabError("sale \(debit) was declined: \(concluded.decision.reason?.name ?? "without a reason")")
            }
            debit += 1
            try await Task.sleep(for: Self.pause)
        }
        return samples
    }

    private func apply(_ pages: [SnapshotPage], to ledger: SQLiteLedger) async throws {
        try await ledger.wantSnapshot()
        var position: String?
        for (number, page) in pages.enumerated() {
            bench.progress.show("feed: page \(number) of \(pages.count)")
            try await ledger.stage(page, after: position)
            position = page.next
        }
        guard let last = pages.last else { return }
        try await ledger.stage(
            ChangesPage(
                changes: [], cursor: last.cursor, more: false, acknowledged: last.acknowledged,
                hotList: last.hotList, hubTime: BenchLedger.now()), after: last.cursor)
    }

    /// The whole snapshot, made before anything is measured.
    private func pages(_ ledger: SQLiteLedger, _ hub: HubSigningKey) async throws -> [SnapshotPage] {
        bench.progress.show("feed: making the snapshot")
        let figures = try await ledger.figures()
        guard let newest = try await ledger.records(after: figures.acknowledged - 1, limit: 1).first else {
            throw LabError("the journal has no acknowledged record")
        }
        var state = HotListState()
        var changes = try BenchLedger.payers.page(
            0..<BenchLedger.payers.count,
            acknowledged: Acknowledgement(sequence: figures.acknowledged, hash: newest.hash),
            hubTime: BenchLedger.now()
        ).changes
        guard let student = ClassName(text: "student") else { throw LabError("the class of students has a name") }
        for index in changes.indices {
            changes[index].account?.terms = AccountTermsMessage(
                cardClass: student, limits: SpendingLimits(single: Amount(fen: 50_000), day: nil))
        }
        for number in 0..<Self.listed {
            // Other cards than those that buy.
            let card = CardID.purse(applicationSerial: UInt64(1_000_000 + number).bigEndianBytes(count: 10))
            state.change(card, from: nil, to: .cardReportedLost)
            changes.append(
                ChangeMessage(cursor: 1, hotList: HotListMessage(card: card, reason: .cardReportedLost)))
        }
        let signed = try HotListVersionMessage(state.summary, key: hub)
        return stride(from: 0, to: changes.count, by: Self.perPage).map { start in
            let end = min(start + Self.perPage, changes.count)
            return SnapshotPage(
                changes: Array(changes[start..<end]), cursor: figures.replicaCursor,
                next: end == changes.count ? nil : "\(end)",
                acknowledged: Acknowledgement(sequence: figures.acknowledged, hash: newest.hash), hotList: signed,
                hubTime: BenchLedger.now())
        }
    }
}
