import Payments
import Simulation
import SmartCards
import Testing

@Suite("The number in a MIFARE Classic sector")
struct MIFAREClassicIdentityTests {
    let campus: ClassicCampus

    init() throws { campus = try ClassicCampus() }

    private func identify(_ card: SimulatedClassicCard, _ interferences: [Int: Interference] = [:]) -> (
        MIFAREClassicResult?, ClassicTap
    ) {
        var tap = ClassicTap(card, interferences)
        let machine = MIFAREClassicMachine(
            profile: campus.profile(.account), amount: 0, terminal: campus.terminal, time: campus.time, dialect: nil)
        return (tap.run(machine), tap)
    }

    @Test("one tap reads it: identifier, key, sector, block")
    func identified() {
        let (result, tap) = identify(campus.card())
        let expected = MIFAREClassicIdentity(identifier: campus.identifier, serial: ClassicCampus.serial)
        #expect(result == .identified(expected))
        #expect(expected.card.text == "purse:00002026012345678901")
        #expect(tap.words == ["GET UID", "LOAD KEY", "AUTHENTICATE 4", "READ 4"])
        #expect(!"\(expected)".contains("20260123"))
    }

    @Test(
        "a wrong key ends the tap: no other key, no read", arguments: [0x6300, 0x6982, 0x6983, 0x6984] as [UInt16])
    func wrongKey(word: UInt16) {
        var card = campus.card()
        card.refusedKey = StatusWord(word)
        card.chip.personalise(sector: 1, keyA: campus.purseKey, keyB: campus.purseKey, accessBytes: [0x78, 0x77, 0x88])
        let (result, tap) = identify(card)
        #expect(result == .failed(.keyRefused(StatusWord(word))))
        #expect(tap.words == ["GET UID", "LOAD KEY", "AUTHENTICATE 4"])
    }

    @Test("a reader or card without such a command is another profile's", arguments: [2, 3])
    func notSupported(exchange: Int) {
        for word in [0x6A81, 0x6D00, 0x6E00, 0x6700] as [UInt16] {
            let (result, _) = identify(
                campus.card(), [exchange: .refused(StatusWord(word).rawValue.bigEndianBytes(count: 2))])
            #expect(result == .failed(.notThisProfile(StatusWord(word))))
        }
    }

    @Test("an identifier that is drawn at random is refused before a key is loaded")
    func randomIdentifier() {
        let (result, tap) = identify(campus.card(identifier: [0x08, 1, 2, 3]))
        #expect(result == .failed(.identifierUnusable(.random)))
        #expect(tap.words == ["GET UID"])
    }

    @Test(
        "a blank or garbled number is refused",
        arguments: [
            "00000000000000000000", "FFFFFFFFFFFFFFFFFFFF", "0000202601234567890A", "DEADBEEFDEADBEEFDEAD",
        ])
    func garbage(text: String) throws {
        var card = campus.card()
        card.chip.personalise(block: 4, try hex(text) + [UInt8](repeating: 0, count: 6))
        #expect(identify(card).0 == .failed(.identityNotReadable))
    }

    @Test("answers of wrong length are refused at every exchange", arguments: 1...4)
    func lengths(exchange: Int) {
        for bytes in [[], [0x90]] as [[UInt8]] {
            let stage: StorageCardStage? = [1: nil, 2: .loadKey, 3: .authenticate, 4: .read][exchange] ?? nil
            #expect(identify(campus.card(), [exchange: .replaced(bytes)]).0 == .failed(.communicationFailed(stage)))
        }
        #expect(
            identify(campus.card(), [exchange: .lostBefore]).0.map { "\($0)" }?.contains("communicationFailed") == true)
    }

    @Test("a block that is not 16 bytes is malformed", arguments: [0, 1, 15, 17])
    func blockLength(count: Int) {
        let answer = [UInt8](repeating: 0x12, count: count) + [0x90, 0x00]
        let expected = CardDataError(.answerLength)
        #expect(identify(campus.card(), [4: .replaced(answer)]).0 == .failed(.malformedAnswer(expected, .read)))
    }

    @Test("a card without a reader's help is gone: 6986")
    func noCard() {
        let (result, _) = identify(campus.card(), [4: .refused([0x69, 0x86])])
        #expect(result == .failed(.communicationFailed(.read)))
    }

    private func field(
        _ encoding: MIFAREClassicIdentityField.Encoding, block: UInt8 = 4, offset: Int = 2, length: Int
    ) throws -> MIFAREClassicIdentityField? {
        MIFAREClassicIdentityField(
            block: block, offset: offset, length: length, encoding: encoding,
            key: try #require(MIFAREClassicKey(.a, fixed: campus.identityKey)))
    }

    @Test("the number is read as it is written")
    func encodings() throws {
        let binary = try #require(try field(.binary, length: 4))
        #expect(binary.serial(in: try hex("FFFF 0000ABCD 00000000000000000000")) == (try hex("0000000000000000ABCD")))
        let decimal = try #require(try field(.binaryCodedDecimal, length: 3))
        #expect(decimal.serial(in: try hex("FFFF 123456 0000000000000000000000")) == (try hex("00000000000000123456")))
        let text = try #require(try field(.decimalText, length: 9))
        #expect(text.serial(in: try hex("0000 323032363132330000 0000000000")) == (try hex("00000000000002026123")))
        #expect(text.serial(in: try hex("0000 323032363132332020 0000000000")) == (try hex("00000000000002026123")))
        for bad in ["0000 3230323600363233 3400 000000000000", "0000 41 0000000000000000 0000000000"] {
            #expect(text.serial(in: Array(try hex(bad).prefix(16))) == nil)
        }
        #expect(binary.serial(in: [1, 2, 3]) == nil)
    }

    @Test("a field outside one data block is no field")
    func fields() throws {
        #expect(try field(.binary, block: 7, length: 4) == nil)
        #expect(try field(.binary, block: 0, length: 4) == nil)
        #expect(try field(.binary, length: 11) == nil)
        #expect(try field(.binary, length: 0) == nil)
        #expect(try field(.decimalText, offset: 1, length: 16) == nil)
        #expect(try field(.decimalText, offset: 0, length: 16) != nil)
        #expect(try field(.binary, offset: -1, length: 4) == nil)
    }

    @Test("a derived key opens the card that it was made for, and no other")
    func derivedKey() throws {
        let master = [UInt8](repeating: 0x5A, count: 16)
        let key = try #require(MIFAREClassicKey(.a, derivedFrom: master))
        let field = try #require(
            MIFAREClassicIdentityField(block: 4, offset: 0, length: 10, encoding: .binary, key: key))
        let machine = MIFAREClassicMachine(
            profile: MIFAREClassicProfile(name: "derived", identity: field), amount: 0, terminal: campus.terminal,
            time: campus.time, dialect: nil)
        var card = campus.card()
        card.chip.personalise(
            sector: 1, keyA: key.bytes(identifier: campus.identifier, sector: 1), keyB: campus.purseKey,
            accessBytes: [0x78, 0x77, 0x88])
        var tap = ClassicTap(card)
        #expect(
            tap.run(machine)
                == .identified(MIFAREClassicIdentity(identifier: campus.identifier, serial: ClassicCampus.serial)))
        var other = campus.card(identifier: [1, 2, 3, 4])
        other.chip.personalise(
            sector: 1, keyA: key.bytes(identifier: campus.identifier, sector: 1), keyB: campus.purseKey,
            accessBytes: [0x78, 0x77, 0x88])
        var otherTap = ClassicTap(other)
        #expect(otherTap.run(machine) == .failed(.keyRefused(StatusWord(0x6300))))
    }
}
