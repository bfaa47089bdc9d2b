import PaymentCodes
import Testing

@testable import CodeRendering

@Suite struct QRSymbolTests {
    @Test("a payment code is a symbol of version 6 with a quiet zone of four modules")
    func paymentCode() throws {
        let text = try Campus().signer.sign(Campus.claims()).text
        let symbol = try QRSymbol(text: text)
        #expect(symbol.version == 6)
        #expect(symbol.side == 41 + 8)
        for row in 0..<symbol.side {
            for column in 0..<symbol.side where min(row, column) < 4 || max(row, column) >= symbol.side - 4 {
                #expect(!symbol.isDark(row: row, column: column))
            }
        }
        for (row, column) in [(4, 4), (4, 44), (44, 4)] { #expect(symbol.isDark(row: row, column: column)) }
        #expect(!symbol.isDark(row: -1, column: 4))
        #expect(!symbol.isDark(row: 4, column: symbol.side))
    }

    @Test("digits take numeric mode and other texts their own", arguments: [(255, 6), (256, 7)])
    func numericMode(count: Int, version: Int) throws {
        #expect(try QRSymbol(text: String(repeating: "9", count: count)).version == version)
    }

    @Test("the correction level is the one asked for")
    func correction() throws {
        let text = String(repeating: "9", count: 180)
        let versions = try QRErrorCorrection.allCases.map { try QRSymbol(text: text, errorCorrection: $0).version }
        #expect(versions == [4, 5, 7, 8])
    }

    @Test("an empty text, a NUL and a text too long are errors")
    func errors() {
        #expect(throws: QRSymbolError(.textInvalid)) { try QRSymbol(text: "") }
        #expect(throws: QRSymbolError(.textInvalid)) { try QRSymbol(text: "12\u{0}34") }
        let error = #expect(throws: QRSymbolError.self) { try QRSymbol(text: String(repeating: "1", count: 5597)) }
        #expect(error?.code == .textTooLong)
        #expect(throws: Never.self) { try QRSymbol(text: String(repeating: "1", count: 5596)) }
    }

    @Test("a scale out of range is an error", arguments: [Int.min, -1, 0, 33, Int.max])
    func scales(scale: Int) throws {
        let symbol = try QRSymbol(text: "1")
        #expect(throws: QRSymbolError(.scaleInvalid)) { try symbol.png(scale: scale) }
        #expect(throws: QRSymbolError(.scaleInvalid)) { try symbol.svg(scale: scale) }
    }

    @Test("the checksums are those of their standards")
    func checksums() {
        #expect(Checksum.crc32(Array("123456789".utf8)) == 0xCBF4_3926)
        #expect(Checksum.crc32([]) == 0)
        #expect(Checksum.adler32(Array("Wikipedia".utf8)) == 0x11E6_0398)
        #expect(Checksum.adler32([]) == 1)
        // 100,000 bytes of 0xFF: far beyond where the sums would overflow (Python's zlib).
        #expect(Checksum.adler32([UInt8](repeating: 0xFF, count: 100_000)) == 0x149A_302C)
    }

    @Test("what is printed of a symbol does not hold its modules")
    func redaction() throws {
        let symbol = try QRSymbol(text: "9800")
        var dumped = ""
        dump(symbol, to: &dumped)
        #expect(!"\(symbol)\(String(reflecting: symbol))\(dumped)".contains("true"))
    }
}
