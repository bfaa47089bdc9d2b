import Payments
import Testing

@Suite("Identifiers")
struct IdentifierTests {
    @Test("a transaction id is terminal, journal and trace in 16 bytes, both ways")
    func transactionID() throws {
        let terminal = try #require(TerminalID(text: "0102030405A6"))
        let id = TransactionID(terminal: terminal, journal: JournalID(number: 0xDEAD_BEEF), trace: TraceNumber(258))
        #expect(id.text == "0102030405A6DEADBEEF000000000102")
        #expect(TransactionID(text: id.text) == id)
        #expect(TransactionID(bytes: id.bytes) == id)
    }

    @Test(
        "only the canonical text is an id",
        arguments: ["", "0102030405a6", "0102030405A", "0102030405A6F", "0102030405G6", "01 0203040506"])
    func terminalRefuses(text: String) { #expect(TerminalID(text: text) == nil) }

    @Test(
        "account numbers have no leading zero and at most 18 digits",
        arguments: ["0", "01", "1234567890123456789", "x", ""])
    func accountRefuses(text: String) { #expect(AccountID(text: text) == nil) }

    @Test(
        "a card is a purse serial of 10 bytes or a UID of 4, 7 or 10",
        arguments: ["purse:00061998081700000030", "uid:04A1B2C3", "uid:04A1B2C3D4E5F6", "uid:0102030405060708090A"])
    func card(text: String) throws { #expect(try #require(CardID(text: text)).text == text) }

    @Test("other cards are refused", arguments: ["uid:", "uid:0102", "purse:01", "chip:04A1B2C3", "uid:04a1b2c3", ""])
    func cardRefuses(text: String) { #expect(CardID(text: text) == nil) }

    @Test("descriptions show no more than four digits of a card or an account (promise 13)")
    func masking() throws {
        let card = try #require(CardID(text: "purse:00061998081700000030"))
        #expect("\(card)" == "card …0030")
        let account = try #require(AccountID(text: "2026010001"))
        #expect("\(account)" == "account …0001")
    }

    @Test(
        "book accounts round-trip", arguments: ["cardholder:2026010001", "merchant:canteen-1", "funding", "suspense"])
    func bookAccount(text: String) throws { #expect(try #require(BookAccount(text: text)).text == text) }
}

@Suite("Time")
struct TimeTests {
    @Test(
        "calendar form in UTC",
        arguments: [
            (0, "1970-01-01T00:00:00Z"), (951_782_400, "2000-02-29T00:00:00Z"), (1_798_761_599, "2026-12-31T23:59:59Z"),
            (-1, "1969-12-31T23:59:59Z"), (4_107_542_400, "2100-03-01T00:00:00Z"),
        ])
    func utc(seconds: Int64, text: String) {
        #expect(CalendarTime(UnixTime(seconds: seconds)).utcText == text)
    }

    @Test("China Standard Time is eight hours ahead")
    func offset() {
        let time = CalendarTime(UnixTime(seconds: 1_798_761_599), offset: 28_800)
        #expect(time.compactDate + time.compactTime == "20270101075959")
    }
}
