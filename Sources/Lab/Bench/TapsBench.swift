import ControlClient
import ControlProtocol
import Foundation
import Payments
import Simulation

/// Sales through the whole line of real parts: what of each was ours, beside syncs of the same disk taken between them.
struct TapsBench {
    /// More than the standard policy allows one account without the hub, because here one card pays all the time.
    private static let policy = """
        offline: {card_count: 1000, card_amount: 10000.00}
        """
    private static let account = "2026010001"
    private static let amount = Amount(fen: 100)
    /// Syncs after each sale.
    private static let syncs = 3

    let bench: Bench

    /// One kind of sale, measured.
    private struct Kind {
        let name: String
        var own = Samples()
        var total = Samples()
        var card = Samples()
        var hub = Samples()
        var commit = Samples()
        var sync = Samples()

        mutating func add(_ sale: SaleMessage, decidedBy path: String) throws {
            guard sale.state == .approved, sale.decidedBy == path, let timing = sale.timing else {
                let reason = sale.reason?.name ?? sale.problem?.code ?? "no reason"
                throw LabError("\(name): \(sale.state.rawValue) \(sale.decidedBy ?? "by nobody"), \(reason)")
            }
            total.add(.microseconds(timing.totalMicroseconds))
            card.add(.microseconds(timing.cardMicroseconds))
            hub.add(.microseconds(timing.hubMicroseconds))
            commit.add(.microseconds(timing.commitMicroseconds))
            own.add(.microseconds(timing.totalMicroseconds - timing.cardMicroseconds - timing.hubMicroseconds))
        }

        /// Account tender: one sync. Targets of section 5 of the design.
        var figures: [BenchFigure] {
            [
                BenchFigure(
                    "\(name), our own share, median", own.median, .milliseconds, floor: sync.median,
                    of: "one fdatasync"
                ).atMost(1.3 * sync.median + 1, "1.3 × sync + 1 ms"),
                BenchFigure("\(name), our own share, p99", own.p99, .milliseconds, floor: sync.p99)
                    .atMost(2 * sync.p99 + 3, "2 × sync + 3 ms"),
                BenchFigure("  its commit, median", commit.median, .milliseconds, floor: sync.median),
                BenchFigure("  card and reader, median", card.median, .milliseconds),
                BenchFigure("  hub, median", hub.median, .milliseconds),
                BenchFigure("  all together, median", total.median, .milliseconds),
                BenchFigure("  all together, p99", total.p99, .milliseconds),
            ]
        }
    }

    func result() async throws -> BenchResult {
        bench.progress.show("taps: starting hub, pcscd, terminal daemon and scanner")
        let campus = try await LabCampus(
            folder: try bench.emptyFolder("campus"), programs: bench.options.programs, extra: Self.policy)
        do {
            let result = try await measure(campus)
            await campus.stop()
            return result
        } catch {
            await campus.stop()
            throw error
        }
    }

    private func measure(_ campus: LabCampus) async throws -> BenchResult {
        let card = try await campus.enrol(
            Self.account, name: "Bench Student", balance: "1000.00", serial: "00061998081700000030")
        let peer = campus.peer(card)
        _ = try await campus.terminal.client.sync()
        let count = bench.options.isQuick ? 15 : 60
        var frame = 0
        let online = try await kind("tap, hub in reach", count, &frame) {
            (try await campus.tap(peer, amount: Self.amount), "online")
        }
        let code = try await kind("payment code, hub in reach", count, &frame) {
            let text = try await campus.hub.issueCode(account: Self.account)
            return (try await campus.scan(text, amount: Self.amount), "online")
        }
        _ = try await campus.terminal.client.sync()
        await campus.hub.stop()
        let offline = try await kind("tap, hub stopped", count, &frame) {
            (try await campus.tap(peer, amount: Self.amount), "offline")
        }
        return BenchResult(
            row: .taps, figures: online.figures + code.figures + offline.figures,
            notes: ["\(count) sales of each kind; our own share is all together less card and hub"])
    }

    private func kind(
        _ name: String, _ count: Int, _ frame: inout Int,
        sell: () async throws -> (sale: SaleMessage, path: String)
    ) async throws -> Kind {
        var kind = Kind(name: name)
        for number in 0...count {
            bench.progress.show("taps: \(name), \(number) of \(count)")
            let (sale, path) = try await sell()
            // The first one pays for what is set up once: connections, statements, the card's first power-up.
            if number > 0 { try kind.add(sale, decidedBy: path) }
            let sync = try await bench.floors.sync("\(bench.state)/campus-sync", count: Self.syncs, first: frame)
            frame += Self.syncs
            kind.sync.add(nanoseconds: sync.nanoseconds)
        }
        return kind
    }
}
