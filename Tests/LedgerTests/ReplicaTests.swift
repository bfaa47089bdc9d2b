import HubProtocol
import Payments
import Terminal
import Testing

@testable import Ledger

@Suite("Replica of the hub's accounts (promise 9)")
struct ReplicaTests {
    private static let card = Campus.card()

    private static func page(
        _ ledger: SQLiteLedger, _ changes: [ChangeMessage], to cursor: UInt64, at time: UnixTime = Campus.morning
    ) async throws -> ChangesPage {
        ChangesPage(
            changes: changes, cursor: cursor, more: false, acknowledged: try await ledger.acknowledgedNow, hubTime: time
        )
    }

    @Test("a page fills accounts, cards, hot list and keys in one commit")
    func filling() async throws {
        let file = try JournalFile()
        var ledger = try await file.openFilled()
        var hub = try HotListHub()
        try await ledger.pin(hubKey: hub.key.verifyingKey)
        hub.set(Self.card, .cardReportedStolen)
        let before = await ledger.commitCount
        let key = CodeKeyMessage(
            keyID: 7, publicKey: Array(repeating: 0xAB, count: 32), validFrom: UnixTime(seconds: 1),
            validThrough: UnixTime(seconds: 2))
        var page = try await Self.page(
            ledger,
            [
                ChangeMessage(
                    cursor: 7, hotList: HotListMessage(card: Self.card, reason: .cardReportedStolen, version: 1)),
                ChangeMessage(cursor: 9, codeKey: key),
            ], to: 9)
        page.hotList = try hub.signed(hub.state.summary)
        try await ledger.apply(page, after: 6)
        #expect(await ledger.commitCount - before == 1)
        try await ledger.close()
        ledger = try file.open()
        #expect(await ledger.cursor() == 9)
        #expect(try await ledger.codeKeys() == [key])
        let figures = try await ledger.figures()
        #expect((figures.accounts, figures.hotListed, figures.replicaCursor) == (3, 1, 9))
        #expect(figures.lastHubContact == Campus.morning)
        let view = try await ledger.view(of: Campus.cardEvidence())
        #expect(view.hotListed == .cardReportedStolen)
        #expect(view.card == .active)
        #expect(view.account?.available == Amount(fen: 100_000))
    }

    @Test("a card leaves the hot list only by a later page")
    func hotList() async throws {
        let file = try JournalFile()
        let ledger = try await file.openFilled()
        var hub = try HotListHub()
        try await ledger.pin(hubKey: hub.key.verifyingKey)
        func page(_ reason: DeclineReason?, version: UInt64, cursor: UInt64) async throws -> ChangesPage {
            let entry = HotListMessage(card: Self.card, reason: reason, version: version)
            var page = try await Self.page(ledger, [ChangeMessage(cursor: cursor, hotList: entry)], to: cursor)
            page.hotList = try hub.signed(hub.state.summary)
            return page
        }
        hub.set(Self.card, .cardReportedLost)
        try await ledger.apply(try await page(.cardReportedLost, version: 1, cursor: 7), after: 6)
        let hold = HubAnswer.held(account: Campus.account(), available: .zero)
        #expect(try await ledger.sell(hub: hold).decision == .declined(.cardReportedLost, .local))

        // An older page, as a hub restored from a backup would send it.
        try await ledger.apply(
            try await Self.page(
                ledger, [ChangeMessage(cursor: 5, hotList: HotListMessage(card: Self.card, reason: nil))], to: 5),
            after: 4)
        #expect(try await ledger.view(of: Campus.cardEvidence()).hotListed == .cardReportedLost)
        #expect(await ledger.cursor() == 7)

        hub.set(Self.card, nil)
        try await ledger.apply(try await page(nil, version: 2, cursor: 8), after: 7)
        #expect(try await ledger.view(of: Campus.cardEvidence()).hotListed == nil)
        #expect(try await ledger.figures().hotListed == 0)
    }

    @Test("a page that leaves a gap, goes back or is out of order is refused and changes nothing")
    func pagesThatDoNotFollow() async throws {
        let file = try JournalFile()
        let ledger = try await file.openFilled()
        let card = CardMessage(id: Self.card, account: Campus.account(), status: .lost)
        let pages: [(UInt64, [UInt64], UInt64)] = [
            (7, [8], 8), (6, [], 5), (6, [7, 7], 8), (6, [8, 7], 8), (6, [6], 8), (6, [9], 8), (6, [], .max),
        ]
        for (after, cursors, end) in pages {
            let page = try await Self.page(ledger, cursors.map { ChangeMessage(cursor: $0, card: card) }, to: end)
            await #expect(throws: LedgerError(.changesDoNotFollow), "\(cursors)") {
                try await ledger.apply(page, after: after)
            }
        }
        #expect(await ledger.cursor() == 6)
        #expect(try await ledger.view(of: Campus.cardEvidence()).card == .active)
    }

    @Test("a change that cannot be understood is refused with its whole page")
    func malformedChanges() async throws {
        let file = try JournalFile()
        let ledger = try await file.openFilled()
        let card = CardMessage(id: Self.card, account: Campus.account(), status: .lost)
        var unknownReason = HotListMessage(card: Self.card, reason: nil)
        unknownReason.reason = 1234
        var shortKey = CodeKeyMessage(
            keyID: 1, publicKey: [], validFrom: UnixTime(seconds: 0), validThrough: UnixTime(seconds: 1))
        var reversedKey = shortKey
        shortKey.publicKey = "AB"
        reversedKey.publicKey = Hex.encode(Array(repeating: 1, count: 32))
        reversedKey.validFromSeconds = 2
        var rich = AccountMessage(id: Campus.account(), status: .active, balance: .zero)
        rich.balanceFen = .min
        let malformed = [
            ChangeMessage(cursor: 8),
            ChangeMessage(cursor: 8, card: card, hotList: HotListMessage(card: Self.card, reason: nil)),
            ChangeMessage(cursor: 8, hotList: unknownReason), ChangeMessage(cursor: 8, codeKey: shortKey),
            ChangeMessage(cursor: 8, codeKey: reversedKey), ChangeMessage(cursor: 8, account: rich),
        ]
        for change in malformed {
            let page = try await Self.page(ledger, [ChangeMessage(cursor: 7, card: card), change], to: 8)
            await #expect(throws: LedgerError(.changeMalformed)) { try await ledger.apply(page, after: 6) }
        }
        for milliseconds in [Int64.min, -1, .max] {
            let page = try await Self.page(ledger, [], to: 7, at: UnixTime(milliseconds: milliseconds))
            await #expect(throws: LedgerError(.changeMalformed)) { try await ledger.apply(page, after: 6) }
        }
        #expect(await ledger.cursor() == 6)
        #expect(try await ledger.view(of: Campus.cardEvidence()).card == .active)
    }

    @Test("hub contact is never lowered")
    func hubContact() async throws {
        let file = try JournalFile()
        let ledger = try await file.openFilled()
        let later = Campus.morning.advanced(by: .seconds(10))
        try await ledger.apply(try await Self.page(ledger, [], to: 6, at: later), after: 6)
        try await ledger.apply(try await Self.page(ledger, [], to: 6, at: Campus.morning), after: 6)
        #expect(try await ledger.figures().lastHubContact == later)
    }

    @Test("a page whose acknowledgement is another journal's is refused and changes nothing")
    func foreignAcknowledgement() async throws {
        let file = try JournalFile()
        let ledger = try await file.openFilled()
        try await ledger.sell()
        var page = try await Self.page(
            ledger,
            [ChangeMessage(cursor: 7, card: CardMessage(id: Self.card, account: Campus.account(), status: .lost))],
            to: 7)
        page.acknowledged.sequence = 2
        await #expect(throws: LedgerError(.acknowledgementMismatch)) { try await ledger.apply(page, after: 6) }
        #expect(await ledger.cursor() == 6)
        #expect(try await ledger.view(of: Campus.cardEvidence()).card == .active)
        #expect(try await ledger.figures().acknowledged == 0)
    }

    @Test("a page acknowledges what it says the hub has")
    func pageAcknowledges() async throws {
        let file = try JournalFile()
        let ledger = try await file.openFilled()
        try await ledger.sell()
        try await ledger.apply(try await Self.page(ledger, [], to: 6), after: 6)
        #expect(try await ledger.figures().acknowledged == 1)
        #expect(try await ledger.unsent(limit: 10) == nil)
    }
}
