import Foundation
import HTTPTypes
import HubProtocol
import Payments
import TestSupport
import Testing

@testable import Hub

@Suite("Snapshots and hot-list versions (promise 9)") struct SnapshotTests {
    let hub: HubFixture
    let terminal: TestTerminal
    let key: HubVerifyingKey

    init() async throws {
        hub = try await HubFixture.open { $0.hotListHistory = 5 }
        terminal = try await hub.terminal([try await hub.merchant()])
        let answer = try await terminal.register().decoded(as: AcknowledgementMessage.self)
        let text = try #require(answer.hubKey)
        key = try #require(HubVerifyingKey(text: text))
    }

    private func report(_ number: UInt64, _ what: String) async throws {
        try await hub.operate(.post, "/cards/\(HubFixture.card(number).text)/\(what)", as: CardSummary.self)
    }

    private func snapshot(_ position: String?, limit: Int = 3) async throws -> SnapshotPage {
        let after = position.map { "after=\($0)&" } ?? ""
        let reply = try await terminal.ask(.get, "/v1/snapshot?\(after)limit=\(limit)")
        try #require(reply.status == 200, "\(reply.text)")
        return try reply.decoded()
    }

    @Test("each page names the version after it, signed, and each version's digest is that of its list")
    func versions() async throws {
        for number in 1...4 as ClosedRange<UInt64> { try await hub.account(number) }
        try await report(1, "lost")
        try await report(2, "stolen")
        try await report(1, "found")
        var state = HotListState()
        var listed: [CardID: DeclineReason] = [:]
        var cursor: UInt64 = 0
        var more = true
        while more {
            let page = try await terminal.changes(after: cursor, limit: 2)
            for entry in page.changes.compactMap(\.hotList) {
                let reason = entry.reason.flatMap(DeclineReason.init(rawValue:))
                state.change(entry.card, from: listed[entry.card], to: reason)
                listed[entry.card] = reason
                #expect(entry.version == state.version)
            }
            #expect(try #require(page.hotList).summary(signedBy: key) == state.summary)
            (cursor, more) = (page.cursor, page.more)
        }
        #expect(state.version == 3)
        #expect(listed == [HubFixture.card(2): .cardReportedStolen])
    }

    @Test("a cursor from before the changes that are kept is told so, and a snapshot brings everything")
    func horizon() async throws {
        for number in 1...7 as ClosedRange<UInt64> { try await hub.account(number, fen: Int64(number) * 100) }
        let early = try await terminal.changes().cursor
        for number in 1...6 as ClosedRange<UInt64> { try await report(number, "lost") }
        try await report(6, "found")
        let refusal = try await terminal.ask(.get, "/v1/changes?after=\(early)")
        #expect(refusal.status == 410)
        #expect(try refusal.refusal().refusal == .cursorTooOld)

        var changes: [ChangeMessage] = []
        var position: String?
        var last: SnapshotPage
        repeat {
            last = try await snapshot(position)
            #expect(last.changes.count <= 3)
            #expect(last.hotList.summary(signedBy: key) != nil)
            changes += last.changes
            position = last.next
        } while position != nil
        #expect(Set(changes.compactMap(\.account).map(\.id)).count == 7)
        #expect(Set(changes.compactMap(\.card).map(\.id)).count == 7)
        #expect(Set(changes.compactMap(\.hotList).map(\.card)) == Set((1...5).map { HubFixture.card($0) }))
        #expect(changes.compactMap(\.codeKey).count == 1)
        #expect(changes.allSatisfy { $0.cursor <= last.cursor && $0.hotList?.version == nil })
        var digest = HotListDigest()
        for entry in changes.compactMap(\.hotList) {
            digest.add(entry.card, reason: try #require(entry.reason.flatMap(DeclineReason.init(rawValue:))))
        }
        let signed = try #require(last.hotList.summary(signedBy: key))
        #expect((signed.version, signed.entries, signed.digest) == (7, 5, digest.short))
        // From there the feed goes on.
        #expect(try await terminal.changes(after: last.cursor).changes.isEmpty)
    }

    @Test(
        "a position that no page gave out is refused",
        arguments: ["x", "cards", "nothing:1", ":", "Cards:", "cards:", "x.cards:", "2.cards:", "1.2.cards:"])
    func positions(text: String) async throws {
        let refusal = try await terminal.ask(.get, "/v1/snapshot?after=\(text)").refusal()
        #expect(refusal.refusal == .malformedRequest)
    }

    @Test("a snapshot begins anew when the hub was started anew: it may be an older copy")
    func restartDuringSnapshot() async throws {
        for number in 1...7 as ClosedRange<UInt64> { try await hub.account(number) }
        let next = try #require(try await snapshot(nil).next)
        #expect(try await snapshot(next).changes.count == 3)
        let again = terminal.moved(to: try await hub.reopened())
        #expect(try await again.ask(.get, "/v1/snapshot?after=\(next)").refusal().refusal == .malformedRequest)
        let reply = try await again.ask(.get, "/v1/snapshot?limit=3")
        #expect(try reply.decoded(as: SnapshotPage.self).changes.count == 3)
    }

    @Test("the versions outlive a restart")
    func restart() async throws {
        try await hub.account(1)
        try await report(1, "lost")
        let before = try await terminal.changes()
        try await hub.hub.store.close()
        let again = try await HubFixture.open(directory: hub.directory)
        #expect(try await terminal.moved(to: again).changes().hotList?.digest == before.hotList?.digest)
        try await again.operate(.post, "/cards/\(HubFixture.card(1).text)/found", as: CardSummary.self)
        #expect(try await terminal.moved(to: again).changes().hotList?.version == 2)
    }
}
