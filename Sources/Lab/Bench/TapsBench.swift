import ControlClient
import Payments

/// Sales through the whole line of real parts: what of each was ours, beside syncs of the same disk taken between them.
struct TapsBench {
    /// More than the standard policy allows one account without the hub, because here one card pays all the time.
    private static let policy = """
        offline: {card_count: 1000, card_amount: 10000.00}
        """
    private static let account = "2026010001"
    private static let amount = Amount(fen: 100)

    let bench: Bench

    func result() async throws -> BenchResult {
        try await bench.withCampus("taps", extra: Self.policy) { try await measure($0) }
    }

    private func measure(_ campus: LabCampus) async throws -> BenchResult {
        let enrolled = try await campus.enrol(
            Self.account, name: "Bench Student", balance: "1000.00", serial: "00061998081700000030")
        _ = try await campus.terminal.client.sync()
        let card = try await BenchCard(enrolled, on: campus, floors: bench.floors)
        try await FullLog.fill(campus, bench) { amount in
            try await card.pay { try await campus.tap($0, amount: amount) }.sale
        }
        _ = try await campus.terminal.client.sync()
        let count = bench.options.isQuick ? 15 : 60
        var online = SaleKind(name: "tap, hub in reach")
        try await online.measure(count, bench) {
            let (sale, atCard) = try await card.pay { try await campus.tap($0, amount: Self.amount) }
            return (sale, "online", atCard)
        }
        var code = SaleKind(name: "payment code, hub in reach")
        try await code.measure(count, bench) {
            let text = try await campus.hub.issueCode(account: Self.account)
            return (try await campus.scan(text, amount: Self.amount), "online", nil)
        }
        _ = try await campus.terminal.client.sync()
        await campus.hub.stop()
        var offline = SaleKind(name: "tap, hub stopped")
        try await offline.measure(count, bench) {
            let (sale, atCard) = try await card.pay { try await campus.tap($0, amount: Self.amount) }
            return (sale, "offline", atCard)
        }
        return BenchResult(
            row: .taps, figures: online.figures + code.figures + offline.figures,
            notes: [
                "\(count) sales of each kind; our own share is all less card and hub, as the daemon times them",
                "our stack on the way to the card: \(BenchCard.note)",
            ])
    }
}

extension Bench {
    /// Runs `body` on a whole line of its own.
    func withCampus(
        _ row: String, tender: Tender = .account, extra: String = "",
        _ body: (LabCampus) async throws -> BenchResult
    ) async throws -> BenchResult {
        progress.show("\(row): starting hub, pcscd, terminal daemon and scanner")
        let campus = try await LabCampus(
            folder: try emptyFolder("campus"), programs: options.programs, tender: tender, extra: extra)
        do {
            let result = try await body(campus)
            await campus.stop()
            return result
        } catch {
            await campus.stop()
            throw error
        }
    }
}
