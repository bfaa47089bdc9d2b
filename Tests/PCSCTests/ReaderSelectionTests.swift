import SmartCards
import Terminal
import Testing

@testable import Devices

/// Watches for one device among readers of one model.
@Suite struct ReaderSelectionTests {
    private func reader(_ name: String, _ serial: String? = nil, port: String? = nil) -> ReaderObservation {
        ReaderObservation(
            name: name, identity: ReaderIdentity(serialNumber: serial, port: port), card: nil, eventCount: 1)
    }

    private func presence(_ selectors: String...) throws -> ReaderPresence {
        var presence = ReaderPresence()
        for selector in selectors { _ = presence.addWatch(try #require(ReaderSelector(selector)), user: selector) }
        return presence
    }

    private func users(_ presence: ReaderPresence) -> [String: String?] {
        Dictionary(presence.inventory.map { ($0.name, $0.user) }) { first, _ in first }
    }

    @Test(
        "two readers of one model stay with their lanes when they come back in the other order",
        arguments: [true, false])
    func noSwap(bySerial: Bool) throws {
        var presence = try presence(bySerial ? "serial:A" : "port:1-1", bySerial ? "serial:B" : "port:1-2")
        let lanes = bySerial ? ["serial:A", "serial:B"] : ["port:1-1", "port:1-2"]
        _ = presence.observe([reader("R 00 00", "A", port: "1-1"), reader("R 01 00", "B", port: "1-2")])
        #expect(users(presence) == ["R 00 00": lanes[0], "R 01 00": lanes[1]])
        _ = presence.observe([])
        _ = presence.observe([reader("R 00 00", "B", port: "1-2"), reader("R 01 00", "A", port: "1-1")])
        #expect(users(presence) == ["R 00 00": lanes[1], "R 01 00": lanes[0]])
    }

    @Test("a name that went over to another device of the model between two looks is noticed")
    func nameTakenOver() throws {
        var presence = try presence("serial:A", "serial:B")
        _ = presence.observe([reader("R 00 00", "A")])
        let deliveries = presence.observe([reader("R 00 00", "B")])
        #expect(deliveries.map(\.watch) == [1, 2])
        #expect(deliveries.map(\.event) == [.gone(.readerUnavailable), .available])
    }

    @Test("a device with several slots is ambiguous until the slot is named, and the error names all")
    func ambiguousDevice() throws {
        var presence = try presence("serial:A")
        let deliveries = presence.observe([reader("R [one] 00 00", "A"), reader("R [two] 00 01", "A")])
        #expect(deliveries.map(\.event) == [.gone(.readerAmbiguous)])
        guard case .unavailable(let error) = deliveries.first?.event else { throw TestCard.Failure(description: "?") }
        #expect(error.message.contains("R [one] 00 00") && error.message.contains("R [two] 00 01"))
        #expect(presence.observe([reader("R [one] 00 00", "A"), reader("R [two] 00 01", "A")]).isEmpty)
        #expect(presence.observe([reader("R [one] 00 00", "A")]).map(\.event) == [.available])
        let named = presence.addWatch(try #require(ReaderSelector("serial:A *two*")))
        #expect(named.deliveries.map(\.event) == [.gone(.readerUnavailable)])
        let both = presence.observe([reader("R [one] 00 00", "A"), reader("R [two] 00 01", "A")])
        #expect(both.map(\.event) == [.gone(.readerAmbiguous), .available], "the second slot came later")
    }

    @Test("a name pattern that fits two readers takes the first, and is reported with both names")
    func ambiguousPattern() throws {
        var presence = try presence("R*", "X")
        #expect(presence.observe([reader("R 00 00")]).first?.readerName == "R 00 00")
        #expect(presence.ambiguities.isEmpty)
        #expect(presence.observe([reader("R 00 00"), reader("R 01 00")]).isEmpty)
        let ambiguity = try #require(presence.ambiguities.first)
        #expect(presence.ambiguities.count == 1)
        #expect(ambiguity.description.contains("\"R*\" fits 2 readers: R 00 00, R 01 00"))
    }

    @Test("the inventory says what is known about each reader, who has it and who might")
    func inventory() throws {
        var presence = try presence("ACS ACR122U*", "*")
        _ = presence.observe([
            ReaderObservation(
                name: "ACS ACR122U 00 00", identity: ReaderIdentity(serialNumber: "A", port: "1-1"), card: [0x3B],
                eventCount: 1), reader("B"), reader("C"),
        ])
        let entries = presence.inventory
        #expect(entries.map(\.name) == ["ACS ACR122U 00 00", "B", "C"])
        #expect(entries.map(\.user) == ["ACS ACR122U*", "*", nil])
        #expect(entries.map(\.candidates) == [["ACS ACR122U*", "*"], ["*"], ["*"]])
        #expect(entries.map(\.quirks.model) == ["ACS ACR122U", "unknown", "unknown"])
        #expect(entries.map(\.hasCard) == [true, false, false] && entries.allSatisfy(\.isWorking))
        #expect(entries.first?.identity == ReaderIdentity(serialNumber: "A", port: "1-1"))
        _ = presence.loseService(CardReaderError(.serviceUnavailable))
        #expect(presence.inventory.isEmpty && presence.ambiguities.isEmpty)
    }
}
