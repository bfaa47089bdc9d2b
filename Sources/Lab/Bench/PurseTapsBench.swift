import ControlClient
import Payments

/// Sales from a card's own purse, through the whole line of real parts. The hub takes no part in one.
struct PurseTapsBench {
    private static let account = "2026010001"
    private static let amount = Amount(fen: 100)
    /// Fen; more than a run takes.
    private static let purse: UInt32 = 100_000

    let bench: Bench

    func result() async throws -> BenchResult {
        try await bench.withCampus("purse", tender: .purse) { try await measure($0) }
    }

    private func measure(_ campus: LabCampus) async throws -> BenchResult {
        let enrolled = try await campus.enrol(
            Self.account, name: "Bench Student", balance: "0.01", serial: "00061998081700000030", purse: Self.purse)
        _ = try await campus.terminal.client.sync()
        let card = try await BenchCard(enrolled, on: campus, floors: bench.floors)
        try await FullLog.fill(campus, bench) { amount in
            try await card.pay { try await campus.tap($0, amount: amount) }.sale
        }
        _ = try await campus.terminal.client.sync()
        await campus.hub.stop()
        let count = bench.options.isQuick ? 15 : 60
        var taps = SaleKind(name: "tap, purse tender", syncs: 2)
        try await taps.measure(count, bench) {
            let (sale, atCard) = try await card.pay { try await campus.tap($0, amount: Self.amount) }
            return (sale, "local", atCard)
        }
        return BenchResult(
            row: .purse, figures: taps.figures,
            notes: [
                "\(count) sales with the hub stopped; our own share is intent, record and all "
                    + "between, less the calls to card and secure module as the daemon times them",
                "our stack on the way to the card: \(BenchCard.note)",
            ])
    }
}
