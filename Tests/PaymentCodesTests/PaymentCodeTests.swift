import Crypto
import Foundation
import Payments
import TestSupport
import Testing

@testable import PaymentCodes

@Suite struct PaymentCodeTests {
    @Test("a signed code is read back as what was signed")
    func roundTrip() throws {
        let campus = try Campus()
        let code = try campus.signer.sign(Campus.claims())
        #expect(code.text.utf8.count == 226)
        #expect(code.text.hasPrefix("98"))
        #expect(
            try campus.verifier.verify(code.text).get()
                == CodeEvidence(
                    reference: CodeReference(keyID: 7, serial: 0x0123_4567_89AB_CDEF),
                    account: #require(AccountID(number: 2_026_010_203)), issuedAt: Campus.issuedAt,
                    expiresAt: Campus.issuedAt.advanced(by: .seconds(60)), limit: Amount(fen: 5000)))
        #expect(try campus.verifier.verify(code.text).get() == code.evidence)
    }

    @Test("codes with any values come back", arguments: [11, 12, 13])
    func randomRoundTrip(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let campus = try Campus()
        for _ in 0..<50 {
            let claims = try Campus.claims(
                account: .random(in: 1..<1_000_000_000_000_000_000, using: &generator),
                issuedAt: UnixTime(seconds: .random(in: 1_780_000_000..<1_800_000_000, using: &generator)),
                lifetime: .seconds(Int64.random(in: 1...120, using: &generator)),
                limit: .random(in: 1...100_000_000, using: &generator), serial: generator.next())
            let code = try campus.signer.sign(claims)
            #expect(try campus.verifier.verify(code.text).get() == code.evidence)
        }
    }

    @Test("the layout of version 1 never changes")
    func golden() throws {
        let code = try Campus().signer.sign(Campus.claims())
        let bytes = try #require(DigitPacking.decode(code.text.dropFirst(2).utf8))
        #expect(
            Hex.encode(bytes.prefix(28)) == "01" + "07" + "0000000078C2765B" + "6A92B700" + "003C" + "00001388"
                + "0123456789ABCDEF")
        #expect(code.text == Self.goldenText)
    }

    /// Signature made and checked with OpenSSL from the table of the layout, outside this code.
    static let goldenText =
        "980028917155810520854736280483968768000659706989465610992793517855895930091025584199721504"
        + "088806764736975097671010590882656618393851352067583313878341488762065222562762790661330128"
        + "6468643213418241200608384449112506253972895000"

    @Test("claims outside their ranges cannot be made")
    func claimRanges() throws {
        let account = try #require(AccountID(number: 1))
        func claims(issuedAt: Int64 = 0, lifetime: Duration = .seconds(60), limit: Int64 = 1) -> PaymentCodeClaims? {
            PaymentCodeClaims(
                account: account, issuedAt: UnixTime(seconds: issuedAt), lifetime: lifetime, limit: Amount(fen: limit),
                serial: 0)
        }
        #expect(claims() != nil)
        #expect(claims(issuedAt: 0xFFFF_FFFF, lifetime: .seconds(65_535), limit: 100_000_000) != nil)
        #expect(claims(issuedAt: -1) == nil)
        #expect(claims(issuedAt: 0x1_0000_0000) == nil)
        #expect(claims(lifetime: .milliseconds(999)) == nil)
        #expect(claims(lifetime: .seconds(65_536)) == nil)
        #expect(claims(lifetime: .seconds(-1)) == nil)
        #expect(claims(limit: 0) == nil)
        #expect(claims(limit: -1) == nil)
        #expect(claims(limit: 100_000_001) == nil)
    }

    @Test("nothing that can be printed of a code or a signer holds the code or the key")
    func redaction() throws {
        let campus = try Campus()
        let code = try campus.signer.sign(Campus.claims())
        var dumped = ""
        dump(code, to: &dumped)
        dump(campus.signer, to: &dumped)
        let printed =
            "\(code) \(campus.signer) \(String(reflecting: code)) \(String(reflecting: campus.signer)) " + dumped
        #expect(!printed.contains(code.text.suffix(20)))
        #expect(!printed.contains("2026010203"))
        #expect(!printed.contains("0102030405"))
    }
}
