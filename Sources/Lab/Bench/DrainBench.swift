import ControlClient
import ControlProtocol
import Foundation
import Payments

/// How long a terminal takes to deliver what it sold in a day without the hub, and what taps cost meanwhile.
struct DrainBench {
    private static let account = "2026010001"
    /// Cards that bought without the hub; another one taps while the terminal delivers.
    private static let buyers = 50
    private static let amount = Amount(fen: 100)
    private static let patience = Duration.seconds(300)
    /// Taps go on while the backlog uses up what the standard policy allows without the hub.
    private static let policy = """
        offline: {card_count: 1000, card_amount: 100000.00, terminal_count: 100000, terminal_amount: 1000000.00}
        """

    let bench: Bench

    /// 36,000 in the design: the records that terminals of the field store.
    private var backlog: Int { bench.options.isQuick ? 6000 : 36_000 }

    func result() async throws -> BenchResult {
        try await bench.withCampus("drain", extra: Self.policy) { try await measure($0) }
    }

    private func measure(_ campus: LabCampus) async throws -> BenchResult {
        let enrolled = try await campus.enrol(
            Self.account, name: "Bench Student", balance: "1000000.00", serial: "00061998081700000030")
        var buyers: [CardID] = []
        for number in 0..<Self.buyers {
            bench.progress.show("drain: cardholder \(number + 1) of \(Self.buyers)")
            buyers.append(
                try await campus.enrol(
                    String(2_026_020_001 + number), name: "Bench Student", balance: "100000.00",
                    serial: "000619980817000001" + Hex.encode([UInt8(number)])
                ).id)
        }
        _ = try await campus.terminal.client.sync()
        let bare = try await BenchCard(enrolled, on: campus, floors: bench.floors)
        var before = SaleKind(name: "tap before")
        let count = bench.options.isQuick ? 10 : 40
        try await before.measure(count, bench) {
            let (sale, atCard) = try await bare.pay { try await campus.tap($0, amount: Self.amount) }
            return (sale, "online", atCard)
        }
        _ = try await campus.terminal.client.sync()
        await campus.hub.stop()
        await campus.terminal.stop()
        bench.progress.show("drain: selling \(backlog) times without the hub")
        try await OfflineBacklog(count: backlog).sell(to: buyers, in: campus.paths.terminalState)
        try await campus.terminal.start()
        bench.progress.show("drain: \(backlog) records")
        let begin = ContinuousClock.now
        try await campus.hub.start()
        var during = SaleKind(name: "tap while it drains")
        async let drained = waitUntilDrained(campus, since: begin)
        // Taps for as long as the drain lasts, at most as many as before.
        try await during.measure(count, bench) {
            let (sale, atCard) = try await bare.pay { try await campus.tap($0, amount: Self.amount) }
            return (sale, sale.decidedBy ?? "", atCard)
        }
        let elapsed = try await drained
        let books = try await campus.hub.checkBooks()
        guard books.sound else { throw LabError("the books are not sound: \(books.findings.prefix(3))") }
        let limit = 60.0 * Double(backlog) / 36_000
        return BenchResult(
            row: .drain,
            figures: [
                BenchFigure("drain of \(backlog) records", elapsed.milliseconds, .milliseconds).atMost(limit * 1000),
                BenchFigure(
                    "records delivered", Double(backlog) / (elapsed.milliseconds / 1000), .perSecond),
            ] + during.figures.prefix(2)
                + [
                    BenchFigure(
                        "  the same before, median", before.own.median, .milliseconds, floor: before.sync.median)
                ],
            notes: ["from the start of the hub until it had acknowledged everything, one terminal, batches of 500"])
    }

    private func waitUntilDrained(_ campus: LabCampus, since begin: ContinuousClock.Instant) async throws -> Duration {
        try await campus.terminal.wait("the hub has everything", within: Self.patience) { status in
            status.hub.reachable && status.journal.unsentCount < 50
        }
        return .now - begin
    }
}
