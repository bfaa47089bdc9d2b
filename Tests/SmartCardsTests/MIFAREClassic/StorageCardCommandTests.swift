import Payments
import SmartCards
import Testing

@Suite("Memory-card commands of PC/SC part 3")
struct StorageCardCommandTests {
    @Test("the commands have the bytes of the reference")
    func bytes() throws {
        let key = try hex("A0A1A2A3A4A5")
        let slot = StorageCardKeySlot()
        #expect(CardIdentifier.command.bytes == (try hex("FFCA000000")))
        #expect(StorageCardCommand.historicalBytes.bytes == (try hex("FFCA010000")))
        #expect(StorageCardCommand.loadKey(key, into: slot).bytes == (try hex("FF82000006A0A1A2A3A4A5")))
        let kept = StorageCardKeySlot(number: 0x05, isVolatile: false)
        #expect(StorageCardCommand.loadKey(key, into: kept).bytes == (try hex("FF82200506A0A1A2A3A4A5")))
        #expect(
            StorageCardCommand.authenticate(block: 4, as: .a, slot: slot).bytes == (try hex("FF860000050100046000")))
        #expect(
            StorageCardCommand.authenticate(block: 0xFE, as: .b, slot: kept).bytes
                == (try hex("FF8600000501 00FE6105")))
        #expect(
            StorageCardCommand.legacyAuthenticationBytes(block: 4, as: .a, slot: slot) == (try hex("FF8800046000")))
        #expect(StorageCardCommand.read(block: 9).bytes == (try hex("FFB0000910")))
        let content = [UInt8](0..<16)
        #expect(
            StorageCardCommand.update(block: 9, with: content).bytes
                == (try hex("FFD6000910000102030405060708090A0B0C0D0E0F")))
    }

    @Test("a command with a key does not show it")
    func secret() throws {
        let command = StorageCardCommand.loadKey(try hex("A0A1A2A3A4A5"), into: StorageCardKeySlot())
        let key = try #require(MIFAREClassicKey(.a, fixed: try hex("A0A1A2A3A4A5")))
        let derived = try #require(MIFAREClassicKey(.b, derivedFrom: [UInt8](repeating: 0xA1, count: 16)))
        for text in [
            "\(command)", "\(key)", String(reflecting: key), "\(derived)", "\(Mirror(reflecting: key).children)",
        ] {
            #expect(!text.contains("A1"))
            #expect(!text.contains("161"))
        }
    }

    @Test(
        "status words become values",
        arguments: [
            (0x9000, StorageCardStatus.success, false), (0x6300, .operationFailed, false),
            (0x6982, .notAuthenticated, false), (0x6983, .authenticationFailed, false), (0x6A81, .notSupported, true),
            (0x6D00, .notSupported, true), (0x6700, .wrongLength, true), (0x6986, .noCard, false),
            (0x6581, .other(StatusWord(0x6581)), false),
        ] as [(UInt16, StorageCardStatus, Bool)])
    func status(word: UInt16, expected: StorageCardStatus, nothingWritten: Bool) {
        #expect(StorageCardStatus(StatusWord(word)) == expected)
        #expect(expected.provesNothingWritten == nothingWritten)
    }

    @Test("sectors of a 4K card have 4 blocks up to 31 and 16 blocks from 32 on")
    func geometry() {
        #expect(MIFAREClassicBlock(0).isManufacturerBlock)
        #expect(MIFAREClassicBlock(7).sector == 1 && MIFAREClassicBlock(7).isTrailer)
        #expect(MIFAREClassicBlock(127).sector == 31 && MIFAREClassicBlock(127).isTrailer)
        #expect(MIFAREClassicBlock(128).sector == 32 && MIFAREClassicBlock(131).isData)
        #expect(MIFAREClassicBlock(255).sector == 39 && MIFAREClassicBlock(255).isTrailer)
    }

    @Test("a derived key differs by card and by sector")
    func derivedKey() throws {
        let key = try #require(MIFAREClassicKey(.a, derivedFrom: try hex("00112233445566778899AABBCCDDEEFF")))
        let first = key.bytes(identifier: [1, 2, 3, 4], sector: 1)
        #expect(first.count == 6)
        #expect(first == key.bytes(identifier: [1, 2, 3, 4], sector: 1))
        #expect(first != key.bytes(identifier: [1, 2, 3, 4], sector: 2))
        #expect(first != key.bytes(identifier: [1, 2, 3, 5], sector: 1))
        #expect(MIFAREClassicKey(.a, derivedFrom: [1, 2, 3]) == nil)
        #expect(MIFAREClassicKey(.a, fixed: [1, 2, 3, 4, 5]) == nil)
    }
}
