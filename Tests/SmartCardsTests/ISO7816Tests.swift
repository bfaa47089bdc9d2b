import Payments
import SmartCards
import Testing

@Suite("Commands, answers and status words")
struct APDUTests {
    @Test(
        "the four short cases survive encoding and decoding",
        arguments: ["00A40000", "00B095001E", "00C0000000", "00A40000023F00", "805001020B01000012340011223344550F"])
    func roundTrip(text: String) throws {
        let bytes = try hex(text)
        #expect(try CommandAPDU(decoding: bytes).bytes == bytes)
    }

    @Test("a Le of 00 means 256")
    func fullLength() throws {
        #expect(try CommandAPDU(decoding: hex("00C0000000")).expectedLength == 256)
        #expect(try CommandAPDU(decoding: hex("00A40000023F0000")).expectedLength == 256)
    }

    @Test(
        "malformed commands are refused",
        arguments: ["", "00", "00A400", "00A40000023F", "00A40000023F000000", "00A4000000 00", "00A40000000002 3F00"])
    func malformed(text: String) throws {
        let bytes = try hex(text)
        #expect(throws: CardDataError(.commandMalformed)) { try CommandAPDU(decoding: bytes) }
    }

    @Test("an answer needs two bytes and has at most 258", arguments: [0, 1, 259, 300])
    func answerLength(count: Int) {
        #expect(throws: CardDataError.self) { try ResponseAPDU(decoding: [UInt8](repeating: 0x90, count: count)) }
    }

    @Test("an answer is data and status")
    func answer() throws {
        let answer = try ResponseAPDU(decoding: hex("01029000"))
        #expect(answer.data == [1, 2])
        #expect(answer.status == .success)
        #expect(try answer.bytes == hex("01029000"))
    }

    @Test("61xx and 6Cxx carry a count, 00 meaning 256; 63Cx the attempts left")
    func counts() {
        #expect(StatusWord(0x6108).moreDataCount == 8)
        #expect(StatusWord(0x6100).moreDataCount == 256)
        #expect(StatusWord(0x6C1E).wantedLength == 30)
        #expect(StatusWord(0x6C00).wantedLength == 256)
        #expect(StatusWord(0x63C2).triesLeft == 2)
        #expect(StatusWord.success.moreDataCount == nil)
        #expect(StatusWord.moreData(256) == StatusWord(0x6100))
        #expect(StatusWord.repeatExpecting(30) == StatusWord(0x6C1E))
    }

    @Test(
        "words after which the memory may have changed prove nothing",
        arguments: [0x9000, 0x6108, 0x6C08, 0x6281, 0x6283, 0x6300, 0x63C1, 0x6400, 0x6581, 0x6F00, 0x9406, 0x0000])
    func uncertain(word: UInt16) { #expect(!StatusWord(word).provesNothingChanged) }

    @Test("known words have a meaning for the operator")
    func meanings() {
        #expect(StatusWord.locked.meaning.contains("locked"))
        #expect(StatusWord(0x63C2).meaning.contains("2 attempts"))
        #expect(StatusWord(0x1234).meaning == "unknown status")
        #expect(StatusWord.fileNotFound.description == "6A82")
    }

    @Test("descriptions of commands and answers leave the data out")
    func descriptions() throws {
        let command = CommandAPDU(0x80, 0x50, 0x01, 0x02, data: try hex("CAFEBABE"))
        let answer = ResponseAPDU(data: try hex("CAFEBABE"), status: .success)
        #expect(!"\(command)\(answer)".contains("CAFE"))
    }
}

@Suite("One command with its follow-ups")
struct CardExchangeTests {
    @Test("61xx leads to GET RESPONSE and its data is the answer")
    func getResponse() throws {
        var exchange = CardExchange(GeneralCommand.select(file: 0x3F01))
        #expect(exchange.receive(try hex("6103")) == .transmit(GeneralCommand.getResponse(3)))
        #expect(
            exchange.receive(try hex("010203 9000"))
                == .complete(ResponseAPDU(data: [1, 2, 3], status: .success)))
    }

    @Test("6Cxx repeats the same command with the card's length")
    func wrongLength() throws {
        var exchange = CardExchange(PurseCommand.readPublicInformation)
        #expect(exchange.receive(try hex("6C10")) == .transmit(PurseCommand.readPublicInformation.expecting(16)))
        #expect(exchange.hadFollowUp)
    }

    @Test("what may come only once is not repeated after 6Cxx, its GET RESPONSE is")
    func onlyOnce() throws {
        var exchange = CardExchange(PurseCommand.getBalance, isRepeatable: false)
        #expect(exchange.receive(try hex("6C04")) == .complete(ResponseAPDU(status: .repeatExpecting(4))))
        exchange = CardExchange(PurseCommand.getBalance, isRepeatable: false)
        #expect(exchange.receive(try hex("6103")) == .transmit(GeneralCommand.getResponse(3)))
        #expect(exchange.receive(try hex("6C04")) == .transmit(GeneralCommand.getResponse(4)))
    }

    @Test("data in several parts is put together")
    func parts() throws {
        var exchange = CardExchange(PurseCommand.getBalance)
        #expect(exchange.receive(try hex("0102 6102")) == .transmit(GeneralCommand.getResponse(2)))
        #expect(
            exchange.receive(try hex("0304 9000")) == .complete(ResponseAPDU(data: [1, 2, 3, 4], status: .success)))
    }

    @Test("a card that never stops announcing is given up", arguments: ["6110", "6C10"])
    func endless(text: String) throws {
        var exchange = CardExchange(PurseCommand.getBalance)
        for _ in 0..<CardExchange.followUpMaximum {
            guard case .transmit = exchange.receive(try hex(text)) else {
                Issue.record("given up too early")
                return
            }
        }
        #expect(exchange.receive(try hex(text)) == .malformed(CardDataError(.answerInTooManyParts)))
    }

    @Test("parts that add up to more than an answer holds are refused")
    func tooLong() {
        var exchange = CardExchange(PurseCommand.getBalance)
        _ = exchange.receive([UInt8](repeating: 1, count: 200) + [0x61, 0xC8])
        #expect(
            exchange.receive([UInt8](repeating: 1, count: 200) + [0x90, 0x00])
                == .malformed(CardDataError(.answerTooLong)))
    }
}
