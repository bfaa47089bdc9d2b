import Crypto
import Foundation
import HubProtocol
import Ledger
import Payments
import Terminal

/// A hot list as long as a nation's: looking a card up, what it takes in memory, and a change of 1,000 entries from its
/// check to its commit.
struct HotListBench {
    private static let entries = 360_000
    private static let delta = 1000
    private static let lookups = 1_000_000

    let bench: Bench

    func result() async throws -> BenchResult {
        let hub = HubSigningKey(privateKey: Curve25519.Signing.PrivateKey())
        let ledger = try BenchLedger(folder: try bench.emptyFolder("hotlist")).open()
        try await ledger.pin(hubKey: hub.verifyingKey)
        var list = HotListState()
        var cursor: UInt64 = 0
        let genesis = Acknowledgement(
            sequence: 0, hash: .genesis(terminal: ledger.terminal, journal: ledger.journal))
        func page(_ cards: Range<Int>) throws -> ChangesPage {
            var changes: [ChangeMessage] = []
            for (place, number) in cards.enumerated() {
                list.change(Self.card(number), from: nil, to: .cardReportedLost)
                changes.append(
                    ChangeMessage(
                        cursor: cursor + UInt64(place) + 1,
                        hotList: HotListMessage(
                            card: Self.card(number), reason: .cardReportedLost, version: list.version)))
            }
            return ChangesPage(
                changes: changes, cursor: cursor + UInt64(cards.count), more: false, acknowledged: genesis,
                hotList: try HotListVersionMessage(list.summary, key: hub), hubTime: BenchLedger.now())
        }
        for start in stride(from: 0, to: Self.entries, by: Self.delta) {
            bench.progress.show("hotlist: \(start) of \(Self.entries)")
            let next = try page(start..<start + Self.delta)
            try await ledger.apply(next, after: cursor)
            cursor = next.cursor
        }
        var deltas = Samples()
        let rounds = bench.options.isQuick ? 10 : 40
        for round in 0..<rounds {
            let start = Self.entries + round * Self.delta
            let next = try page(start..<start + Self.delta)
            let began = ContinuousClock.now
            try await ledger.apply(next, after: cursor)
            deltas.add(.now - began)
            cursor = next.cursor
        }
        try await ledger.close()
        let sync = try await bench.floors.sync("\(bench.state)/hotlist-sync", count: 100)
        let (index, lookup, floor) = measureLookups()
        return BenchResult(
            row: .hotList,
            figures: [
                BenchFigure("lookup of a card", lookup, .nanoseconds, floor: floor, of: "Set<CardID>").atMost(1000),
                BenchFigure("memory of the list", Double(index.byteCount) / 1_048_576, .mebibytes).atMost(8),
                BenchFigure(
                    "a change of \(Self.delta) entries, median", deltas.median, .milliseconds, floor: sync.median,
                    of: "one fdatasync"
                ).atMost(20),
                BenchFigure("  the same, p99", deltas.p99, .milliseconds, floor: sync.p99),
            ],
            notes: ["half of the cards looked up are listed; a listed one is then also looked for in the table on disk"]
        )
    }

    /// - Returns: the index of the whole list, and nanoseconds for one lookup in it and in a set of the cards.
    private func measureLookups() -> (HotListIndex, index: Double, set: Double) {
        bench.progress.show("hotlist: lookups")
        let cards = (0..<Self.entries).map(Self.card)
        let index = HotListIndex(hashes: ContiguousArray(cards.map(HotListIndex.hash)))
        let set = Set(cards)
        let asked = (0..<4096).map { Self.card($0 * 175) }
        func time(_ contains: (CardID) -> Bool) -> (Double, Int) {
            var found = 0
            let start = ContinuousClock.now
            for lookup in 0..<Self.lookups where contains(asked[lookup & 4095]) { found += 1 }
            return (Double((ContinuousClock.now - start).nanoseconds) / Double(Self.lookups), found)
        }
        let (ours, ourHits) = time { index.mayContain($0) }
        let (floor, hits) = time { set.contains($0) }
        // Used, so that no lookup is optimized away; an index may say yes where the set says no, never the reverse.
        invariant(ourHits >= hits, "the index has every listed card")
        return (index, ours, floor)
    }

    private static func card(_ number: Int) -> CardID {
        .purse(applicationSerial: UInt64(number).bigEndianBytes(count: 10))
    }
}
