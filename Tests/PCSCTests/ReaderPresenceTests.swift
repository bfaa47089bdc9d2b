import SmartCards
import Terminal
import Testing

@testable import Devices

@Suite struct ReaderPresenceTests {
    private let atr: [UInt8] = [0x3B, 0x00]

    private func reader(_ name: String, card: [UInt8]? = nil, count: UInt16 = 1) -> ReaderObservation {
        ReaderObservation(name: name, card: card, eventCount: count)
    }

    private func broken(_ name: String) -> ReaderObservation {
        ReaderObservation(name: name, isWorking: false, card: nil, eventCount: 0)
    }

    /// A presence with one watch on `A`, which is there and empty.
    private func watchingEmptyA() -> ReaderPresence {
        var presence = ReaderPresence()
        _ = presence.addWatch(.named(ReaderNamePattern("A")))
        _ = presence.observe([reader("A")])
        return presence
    }

    @Test("nothing is said before the service has spoken")
    func silentAtFirst() {
        var presence = ReaderPresence()
        #expect(presence.addWatch(.named(ReaderNamePattern("A"))).deliveries.isEmpty)
    }

    @Test("a card comes and goes")
    func insertAndRemove() {
        var presence = watchingEmptyA()
        #expect(presence.observe([reader("A", card: atr, count: 2)]).map(\.event) == [.inserted(answerToReset: atr)])
        #expect(presence.observe([reader("A", card: atr, count: 2)]).isEmpty)
        #expect(presence.observe([reader("A", count: 3)]).map(\.event) == [.removed])
        #expect(presence.observe([reader("A", count: 3)]).isEmpty)
    }

    @Test("a card that was there at the start is reported as inserted")
    func presentAtStart() {
        var presence = ReaderPresence()
        _ = presence.addWatch(.named(ReaderNamePattern("A")))
        let events = presence.observe([reader("A", card: atr)]).map(\.event)
        #expect(events == [.available, .inserted(answerToReset: atr)])
    }

    @Test("a re-tap between two looks is a removal and an insertion", arguments: [(2, 4), (0xFFFF, 1), (5, 65)])
    func fastRetap(before: UInt16, after: UInt16) {
        var presence = watchingEmptyA()
        _ = presence.observe([reader("A", card: atr, count: before)])
        let other: [UInt8] = [0x3B, 0x01, 0xFF]
        let events = presence.observe([reader("A", card: other, count: after)]).map(\.event)
        #expect(events == [.removed, .inserted(answerToReset: other)])
    }

    @Test("a card that came and left between two looks says nothing")
    func tooShortTap() {
        var presence = watchingEmptyA()
        #expect(presence.observe([reader("A", count: 7)]).isEmpty)
    }

    @Test("a missing reader is said once, and its return")
    func readerGoneAndBack() {
        var presence = watchingEmptyA()
        let gone = CardReaderEvent.unavailable(CardReaderError(.readerUnavailable))
        #expect(presence.observe([]).map(\.event) == [gone])
        #expect(presence.observe([]).isEmpty)
        #expect(presence.observe([reader("B")]).isEmpty)
        #expect(presence.observe([reader("A", card: atr)]).map(\.event).first == .available)
    }

    @Test("a reader that does not answer counts as missing")
    func readerBroken() {
        var presence = watchingEmptyA()
        #expect(presence.observe([broken("A")]).map(\.event) == [.gone(.readerUnavailable)])
        #expect(presence.observe([reader("A")]).map(\.event) == [.available])
    }

    @Test("the loss of the service is said once, to all, and names its cause")
    func serviceLost() {
        var presence = watchingEmptyA()
        _ = presence.addWatch(.named(ReaderNamePattern("B")))
        let error = CardReaderError(.serviceUnavailable, detail: "SCardEstablishContext")
        #expect(presence.loseService(error).map(\.event) == [.unavailable(error), .unavailable(error)])
        #expect(presence.loseService(error).isEmpty)
        #expect(presence.observe([reader("A"), reader("B")]).map(\.event) == [.available, .available])
    }

    @Test("a watch that is added while the service is gone hears of it")
    func watchWithoutService() {
        var presence = ReaderPresence()
        _ = presence.loseService(CardReaderError(.serviceUnavailable))
        #expect(
            presence.addWatch(.named(ReaderNamePattern("A"))).deliveries.map(\.event) == [.gone(.serviceUnavailable)])
    }

    @Test("a watch that is added later hears at once what is known")
    func laterWatch() {
        var presence = watchingEmptyA()
        _ = presence.observe([reader("A"), reader("B", card: atr)])
        let deliveries = presence.addWatch(.named(ReaderNamePattern("B"))).deliveries
        #expect(deliveries.map(\.event) == [.available, .inserted(answerToReset: atr)])
        #expect(deliveries.map(\.readerName) == ["B", "B"])
    }

    @Test("two watches never share a reader, and a freed one goes to who waits for it")
    func noSharing() {
        var presence = ReaderPresence()
        let first = presence.addWatch(.named(ReaderNamePattern("*"))).number
        let second = presence.addWatch(.named(ReaderNamePattern("*"))).number
        let deliveries = presence.observe([reader("A")])
        #expect(deliveries.map(\.watch) == [first, second])
        #expect(deliveries.map(\.event) == [.available, .gone(.readerUnavailable)])
        let freed = presence.removeWatch(first)
        #expect(freed.map(\.watch) == [second])
        #expect(freed.map(\.event) == [.available])
    }

    @Test("a watch keeps its reader when an earlier one that also fits appears")
    func keepsReader() {
        var presence = ReaderPresence()
        _ = presence.addWatch(.named(ReaderNamePattern("*")))
        _ = presence.observe([reader("B")])
        #expect(presence.observe([reader("A"), reader("B")]).isEmpty)
        #expect(presence.observe([reader("A"), reader("B", card: atr, count: 2)]).map(\.readerName) == ["B"])
    }

    @Test("another fitting reader takes the place of one that went away")
    func replacement() {
        var presence = ReaderPresence()
        _ = presence.addWatch(.named(ReaderNamePattern("*")))
        _ = presence.observe([reader("A"), reader("B")])
        let deliveries = presence.observe([reader("B")])
        #expect(deliveries.map(\.event) == [.gone(.readerUnavailable), .available])
        #expect(deliveries.map(\.readerName) == [nil, "B"])
    }
}
