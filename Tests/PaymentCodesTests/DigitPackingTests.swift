import Payments
import TestSupport
import Testing

@testable import PaymentCodes

@Suite struct DigitPackingTests {
    @Test(
        "known bytes have their known digits",
        arguments: [
            ("", ""), ("00", "000"), ("FF", "255"), ("FFFF", "65535"), ("00010203040506", "00001108152157446"),
            ("000102030405060708", "0000110815215744601800"), ("FFFFFFFFFFFFFF", "72057594037927935"),
            ("00000000000000", "00000000000000000"),
        ])
    func vectors(hex: String, digits: String) throws {
        let bytes = try #require(Hex.decode(hex))
        #expect(DigitPacking.encode(bytes) == digits)
        #expect(DigitPacking.decode(digits.utf8) == bytes)
    }

    @Test("each number of bytes has its number of digits and comes back", arguments: [1, 2, 3])
    func roundTrip(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for count in 0..<300 {
            let bytes = generator.bytes(count)
            let digits = DigitPacking.encode(bytes)
            #expect(digits.utf8.count == DigitPacking.digitCount(byteCount: count))
            #expect(DigitPacking.decode(digits.utf8) == bytes)
        }
    }

    @Test("a group is as short as 256 to its bytes allows")
    func groupLengths() {
        #expect((0...7).map(DigitPacking.digitCount) == [0, 3, 5, 8, 10, 13, 15, 17])
    }

    @Test(
        "the smallest number that needs one byte more is refused",
        arguments: [
            "256", "65536", "16777216", "4294967296", "1099511627776", "281474976710656", "72057594037927936",
            "99999999999999999", "72057594037927935256",
        ])
    func notCanonical(digits: String) {
        #expect(DigitPacking.decode(digits.utf8) == nil)
    }

    @Test("a length that no byte string has is refused", arguments: [1, 2, 4, 6, 7, 9, 11, 12, 14, 16, 18, 19, 21])
    func impossibleLength(count: Int) {
        #expect(DigitPacking.decode(String(repeating: "0", count: count).utf8) == nil)
    }

    @Test(
        "anything but ASCII digits is refused",
        arguments: ["12a", " 12", "-12", "+12", "1.2", "1\u{0}2", "１２", "/00", ":00"])
    func notDigits(text: String) {
        #expect(DigitPacking.decode(text.utf8) == nil)
    }
}
