import ControlProtocol
import Foundation

/// Sales of one kind, measured beside syncs of the same disk.
package struct SaleKind {
    /// Syncs after each sale.
    private static let syncsAfterSale = 3
    /// Before each of them, as about so much passes before a commit of a tap: syncs one right after the other find a
    /// disk and a processor that are still awake, and took half of the time.
    private static let pause = Duration.milliseconds(2)

    let name: String
    /// How many syncs the promises need: one for the decision, another for the intent to take a card's own money.
    let syncs: Int
    private(set) var own = Samples()
    /// Our own share with the way through our stack to the card, beyond what bare calls need; empty without a card.
    private(set) var strictlyOwn = Samples()
    private(set) var total = Samples()
    private(set) var card = Samples()
    private(set) var hub = Samples()
    private(set) var commit = Samples()
    private(set) var sync = Samples()

    package init(name: String, syncs: Int = 1) {
        self.name = name
        self.syncs = syncs
    }

    /// A sale, who must have decided it, and what card and way to it took, where there was a card.
    package typealias Sold = (sale: SaleMessage, path: String, atCard: Duration?)

    /// Makes `count` sales, and one before them that pays for what is set up once: connections, statements, the card's
    /// first power-up.
    mutating func measure(_ count: Int, _ bench: Bench, sell: () async throws -> Sold) async throws {
        var frame = 0
        for number in 0...count {
            bench.progress.show("\(name), \(number) of \(count)")
            let sold = try await sell()
            if number > 0 { try add(sold) }
            sync.add(
                nanoseconds: try await bench.floors.sync(
                    "\(bench.state)/campus-sync", count: Self.syncsAfterSale, first: frame, pause: Self.pause
                ).nanoseconds)
            frame += Self.syncsAfterSale
        }
    }

    /// Counts a sale; one that was not approved as expected is an error.
    package mutating func add(_ sold: Sold) throws {
        let sale = sold.sale
        guard sale.state == .approved, sale.decidedBy == sold.path, let timing = sale.timing else {
            let reason = sale.reason?.name ?? sale.problem?.code ?? "no reason"
            throw LabError("\(name): \(sale.state.rawValue) \(sale.decidedBy ?? "by nobody"), \(reason)")
        }
        let all = Duration.microseconds(timing.totalMicroseconds)
        let atHub = Duration.microseconds(timing.hubMicroseconds)
        let asDaemonSays = Duration.microseconds(timing.cardMicroseconds)
        total.add(all)
        hub.add(atHub)
        commit.add(.microseconds(timing.commitMicroseconds))
        if let atCard = sold.atCard { strictlyOwn.add(all - atHub - atCard) }
        card.add(asDaemonSays)
        own.add(all - atHub - asDaemonSays)
    }

    /// With the targets of the design's section 5.
    package var figures: [BenchFigure] {
        let (median, p99) = (1.3 * Double(syncs), 2 * Double(syncs))
        var figures = [
            BenchFigure(
                "\(name), our own share, median", own.median, .milliseconds, floor: sync.median, of: "one fdatasync"
            ).atMost(median * sync.median + 1, "\(String(format: "%g", median)) × sync + 1 ms"),
            BenchFigure("\(name), our own share, p99", own.p99, .milliseconds, floor: sync.p99)
                .atMost(p99 * sync.p99 + 3, "\(String(format: "%g", p99)) × sync + 3 ms"),
        ]
        if strictlyOwn.count > 0 {
            figures.append(
                BenchFigure(
                    "  with our stack on the way to the card, median", strictlyOwn.median, .milliseconds,
                    floor: sync.median))
        }
        return figures + [
            BenchFigure("  the last commit, median", commit.median, .milliseconds, floor: sync.median),
            BenchFigure("  card and reader, median", card.median, .milliseconds),
            BenchFigure("  hub, median", hub.median, .milliseconds),
            BenchFigure("  all together, median", total.median, .milliseconds),
            BenchFigure("  all together, p99", total.p99, .milliseconds),
        ]
    }
}
