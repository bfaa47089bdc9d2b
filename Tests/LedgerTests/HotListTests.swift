import HubProtocol
import Payments
import Terminal
import TestSupport
import Testing

@testable import Ledger

@Suite("Hot list index") struct HotListIndexTests {
    @Test("holds exactly the cards of a set, whatever comes and goes", arguments: [1, 2, 3])
    func againstSet(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var set: Set<UInt64> = []
        for _ in 0..<500 { set.insert(.random(in: 0..<2000, using: &generator)) }
        var index = HotListIndex(hashes: ContiguousArray(set.map { HotListIndex.hash(HotListHub.card($0)) }))
        for _ in 0..<60 {
            let new = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
                UInt64.random(in: 0..<2000, using: &generator)
            }
            let added = Set(new).subtracting(set)
            let removed = Set(set.shuffled(using: &generator).prefix(.random(in: 0...40, using: &generator)))
            index.apply(added: added.map(HotListHub.card), removed: removed.map(HotListHub.card))
            set = set.subtracting(removed).union(added)
            #expect(index.count == set.count)
            #expect((0..<2000).allSatisfy { index.mayContain(HotListHub.card($0)) == set.contains($0) })
        }
        index.apply(added: [], removed: set.map(HotListHub.card))
        #expect(index == HotListIndex())
    }

    @Test(
        "the hash of a card's text is the card's",
        arguments: ["uid:01020304", "uid:0102030405060A", "purse:00112233445566778899"])
    func texts(text: String) throws {
        let card = try #require(CardID(text: text))
        #expect(Array(text.utf8).withUnsafeBufferPointer(HotListIndex.hash(text:)) == HotListIndex.hash(card))
    }

    @Test(
        "text that is no card has no hash", arguments: ["", "uid", "uid:1", "uid:GG", "purse:001122334455667788990011"])
    func noCards(text: String) {
        #expect(Array(text.utf8).withUnsafeBufferPointer(HotListIndex.hash(text:)) == nil)
    }

    @Test("360,000 cards take 8 bytes each")
    func memory() {
        let index = HotListIndex(hashes: ContiguousArray((0..<360_000).map { HotListIndex.hash(HotListHub.card($0)) }))
        #expect(index.byteCount == 2_880_000)
        #expect(index.mayContain(HotListHub.card(359_999)))
    }
}

@Suite("Signed hot list (promise 9)") struct HotListTests {
    let file: JournalFile
    var hub: HotListHub
    let ledger: SQLiteLedger

    init() async throws {
        file = try JournalFile()
        hub = try HotListHub()
        ledger = try file.open()
        try await ledger.pin(hubKey: hub.key.verifyingKey)
        for number in 1...6 { hub.set(HotListHub.card(UInt64(number)), .cardReportedLost) }
    }

    private func page(limit: Int = 2000, _ hub: HotListHub? = nil, on ledger: SQLiteLedger? = nil) async throws
        -> ChangesPage
    {
        let ledger = ledger ?? self.ledger
        return try (hub ?? self.hub).changes(
            after: await ledger.cursor(), limit: limit, acknowledged: try await ledger.acknowledgedNow)
    }

    private func expectRefused(
        _ code: LedgerError.Code, _ page: ChangesPage, after cursor: UInt64, by ledger: SQLiteLedger,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async {
        await #expect(throws: LedgerError(code), sourceLocation: sourceLocation) {
            try await ledger.apply(page, after: cursor)
        }
    }

    private func reason(_ number: UInt64, on ledger: SQLiteLedger? = nil) async throws -> DeclineReason? {
        let card = CardEvidence(card: HotListHub.card(number), proof: .proven)
        return try await (ledger ?? self.ledger).view(of: .card(card)).hotListed
    }

    @Test("entries come, change and go version by version; a restart keeps them")
    mutating func versions() async throws {
        try await ledger.apply(try await page(limit: 4), after: 0)
        #expect(try await reason(4) == .cardReportedLost)
        #expect(try await reason(5) == nil)
        hub.set(HotListHub.card(2), nil)
        hub.set(HotListHub.card(3), .cardReportedStolen)
        hub.set(HotListHub.card(9), .cardReportedLost)
        hub.set(HotListHub.card(9), nil)
        try await ledger.apply(try await page(), after: 4)
        for ledger in [ledger] { #expect(try await reason(2, on: ledger) == nil) }
        try await ledger.close()
        let again = try file.open()
        for (number, expected) in [
            (1, .cardReportedLost), (2, nil), (3, .cardReportedStolen), (6, .cardReportedLost), (9, nil),
        ]
            as [(UInt64, DeclineReason?)]
        { #expect(try await reason(number, on: again) == expected, "card \(number)") }
        #expect(await again.standing.hotList.count == 5)
    }

    @Test("a page that another key signed, or nobody, is refused and changes nothing")
    func forged() async throws {
        var forged = try await page()
        forged.hotList = try HotListHub(seed: 9).signed(hub.state.summary)
        await expectRefused(.hotListForged, forged, after: 0, by: ledger)
        forged.hotList = nil
        await expectRefused(.hotListForged, forged, after: 0, by: ledger)
        #expect(await ledger.cursor() == 0)
        #expect(try await ledger.figures().hotListed == 0)
    }

    @Test("a terminal that has pinned no key takes no hot list")
    func unpinned() async throws {
        let ledger = try JournalFile().open()
        let page = try await page(on: ledger)
        await #expect(throws: LedgerError(.hotListForged)) { try await ledger.apply(page, after: 0) }
    }

    @Test("an entry left out, altered or made up is found by the signed digest, and the whole page is taken back")
    func contents() async throws {
        let good = try await page()
        var altered = good
        altered.changes[2].hotList?.reason = DeclineReason.cardReportedStolen.rawValue
        var other = good
        other.changes[3].hotList?.card = HotListHub.card(77)
        for bad in [altered, other] {
            await #expect(throws: LedgerError(.hotListContradicted)) { try await ledger.apply(bad, after: 0) }
        }
        var short = good
        short.changes.remove(at: 1)
        await expectRefused(.hotListRolledBack, short, after: 0, by: ledger)
        #expect(try await ledger.figures().hotListed == 0)
        try await ledger.apply(good, after: 0)
        #expect(try await ledger.figures().hotListed == 6)
    }

    @Test("an older version is refused, also under a newer cursor and after a restart")
    func rolledBack() async throws {
        let old = try await page(limit: 3)
        try await ledger.apply(try await page(), after: 0)
        try await ledger.close()
        let again = try file.open()
        var replayed = old
        replayed.changes = []
        replayed.cursor = 100
        await expectRefused(.hotListRolledBack, replayed, after: 6, by: again)
        var removal = old
        removal.changes = [
            ChangeMessage(cursor: 7, hotList: HotListMessage(card: HotListHub.card(1), reason: nil, version: 3))
        ]
        removal.cursor = 7
        await expectRefused(.hotListRolledBack, removal, after: 6, by: again)
        #expect(try await reason(1, on: again) == .cardReportedLost)
    }

    @Test("the first key is pinned for good; only the operator of the machine replaces it")
    func pinning() async throws {
        let other = try HotListHub(seed: 5).key.verifyingKey
        try await ledger.pin(hubKey: hub.key.verifyingKey)
        await #expect(throws: LedgerError(.hubKeyChanged)) { try await ledger.pin(hubKey: other) }
        try await ledger.close()
        let again = try file.open()
        #expect(try await again.hubKey() == hub.key.verifyingKey)
        await #expect(throws: LedgerError(.hubKeyChanged)) { try await again.pin(hubKey: other) }
        try await again.replace(hubKey: other)
        #expect(try await again.hubKey() == other)
    }
}
