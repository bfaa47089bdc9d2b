import Crypto
import Foundation
import Payments
import TestSupport
import Testing

@testable import PaymentCodes

@Suite struct PaymentCodeRefusalTests {
    @Test("a code with any one digit changed is refused")
    func everyMutation() throws {
        let campus = try Campus()
        let text = Array(try campus.signer.sign(Campus.claims()).text.utf8)
        var refusals: [CodeRefusal: Int] = [:]
        for index in text.indices {
            for digit in UInt8(ascii: "0")...UInt8(ascii: "9") where digit != text[index] {
                var changed = text
                changed[index] = digit
                let result = campus.verifier.verify(String(decoding: changed, as: UTF8.self))
                guard let refusal = result.refusal else {
                    Issue.record("digit \(index) changed, and the code was taken")
                    continue
                }
                refusals[refusal, default: 0] += 1
            }
        }
        #expect(refusals.values.reduce(0, +) == 226 * 9)
        #expect(Set(refusals.keys) == [.malformed, .versionUnknown, .keyUnknown, .forged])
    }

    @Test("a code cut anywhere is refused")
    func truncated() throws {
        let campus = try Campus()
        let text = try campus.signer.sign(Campus.claims()).text
        for count in 0..<text.count {
            #expect(campus.verifier.verify(String(text.prefix(count))).refusal == .malformed)
        }
    }

    @Test("a code with something after it is refused", arguments: ["0", "000", "98", "\r", " ", "\u{0}"])
    func extended(suffix: String) throws {
        let campus = try Campus()
        let text = try campus.signer.sign(Campus.claims()).text
        #expect(campus.verifier.verify(text + suffix).refusal == .malformed)
    }

    @Test("an endless text is refused without being decoded")
    func tooLong() throws {
        let campus = try Campus()
        #expect(campus.verifier.verify("98" + String(repeating: "1", count: 511)).refusal == .tooLong)
        #expect(campus.verifier.verify("98" + String(repeating: "1", count: 5_000_000)).refusal == .tooLong)
        #expect(campus.verifier.verify("98" + String(repeating: "0", count: 510)).refusal == .malformed)
    }

    @Test("other versions and the reserved prefix are told apart from bad codes")
    func versions() throws {
        let campus = try Campus()
        let signed = PaymentCodeLayout.signedBytes(try Campus.claims(), keyID: 7)
        for version: UInt8 in [2, 3, 255] {
            let text = try campus.text(signing: [version] + signed.dropFirst())
            #expect(campus.verifier.verify(text).refusal == .versionUnknown)
        }
        #expect(campus.verifier.verify(try campus.text(signing: [0] + signed.dropFirst())).refusal == .malformed)
        let good = try campus.signer.sign(Campus.claims()).text
        #expect(campus.verifier.verify("97" + good.dropFirst(2)).refusal == .versionUnknown)
        #expect(campus.verifier.verify("96" + good.dropFirst(2)).refusal == .malformed)
    }

    @Test("a version 1 code of another length is refused even when it is signed")
    func lengthOfVersion() throws {
        let campus = try Campus()
        let signed = PaymentCodeLayout.signedBytes(try Campus.claims(), keyID: 7)
        #expect(campus.verifier.verify(try campus.text(signing: signed + [0])).refusal == .malformed)
        #expect(campus.verifier.verify(try campus.text(signing: signed.dropLast())).refusal == .malformed)
    }

    @Test("an unknown key is told apart from a bad signature")
    func keys() throws {
        var campus = try Campus()
        let text = try campus.signer.sign(Campus.claims()).text
        let stranger = PaymentCodeSigner(keyID: 7, key: Curve25519.Signing.PrivateKey())
        #expect(campus.verifier.verify(try stranger.sign(Campus.claims()).text).refusal == .forged)
        let other = PaymentCodeSigner(keyID: 8, key: campus.key)
        #expect(campus.verifier.verify(try other.sign(Campus.claims()).text).refusal == .keyUnknown)
        campus.verifier.keys = IssuerKeySet()
        #expect(campus.verifier.verify(text).refusal == .keyUnknown)
    }

    @Test("during a change of keys both keys work, each in its time")
    func keyRotation() throws {
        let change = Campus.issuedAt
        let former = PaymentCodeSigner(keyID: 1, key: Curve25519.Signing.PrivateKey())
        let next = PaymentCodeSigner(keyID: 2, key: Curve25519.Signing.PrivateKey())
        let verifier = PaymentCodeVerifier(
            keys: IssuerKeySet(keys: [
                1: try Campus.issuerKey(former, until: change), 2: try Campus.issuerKey(next, from: change),
            ]))
        let before = try Campus.claims(issuedAt: change.advanced(by: .seconds(-1)))
        let after = try Campus.claims(issuedAt: change)
        #expect(verifier.verify(try former.sign(before).text).refusal == nil)
        #expect(verifier.verify(try next.sign(after).text).refusal == nil)
        #expect(verifier.verify(try former.sign(after).text).refusal == .keyNotInUse)
        #expect(verifier.verify(try next.sign(before).text).refusal == .keyNotInUse)
        #expect(IssuerKey(publicKey: next.publicKey, validFrom: change, validUntil: change) == nil)
    }

    @Test("a lifetime above the terminal's maximum is refused although it is signed")
    func lifetime() throws {
        var campus = try Campus()
        let atMaximum = try campus.signer.sign(Campus.claims(lifetime: .seconds(120))).text
        let above = try campus.signer.sign(Campus.claims(lifetime: .seconds(121))).text
        #expect(campus.verifier.verify(atMaximum).refusal == nil)
        #expect(campus.verifier.verify(above).refusal == .lifetimeTooLong)
        campus.verifier.lifetimeMaximum = .seconds(30)
        #expect(campus.verifier.verify(atMaximum).refusal == .lifetimeTooLong)
    }

    @Test(
        "impossible contents are refused although they are signed",
        arguments: [
            (2, "0000000000000000"),  // account 0
            (2, "0DE0B6B3A7640000"),  // account 10^18
            (2, "FFFFFFFFFFFFFFFF"),
            (14, "0000"),  // lifetime 0
            (16, "00000000"),  // limit 0
            (16, "05F5E101"),  // one fen over the sale maximum
            (16, "FFFFFFFF"),
        ])
    func contents(offset: Int, hex: String) throws {
        let campus = try Campus()
        var signed = PaymentCodeLayout.signedBytes(try Campus.claims(), keyID: 7)
        let field = try #require(Hex.decode(hex))
        signed.replaceSubrange(offset..<offset + field.count, with: field)
        #expect(campus.verifier.verify(try campus.text(signing: signed)).refusal == .contentInvalid)
    }

    @Test("a signature over the same bytes for another purpose is no payment code", arguments: ["", "batch\u{0}"])
    func domain(domain: String) throws {
        let campus = try Campus()
        let signed = PaymentCodeLayout.signedBytes(try Campus.claims(), keyID: 7)
        #expect(campus.verifier.verify(try campus.text(signing: signed)).refusal == nil)
        #expect(campus.verifier.verify(try campus.text(signing: signed, domain: domain)).refusal == .forged)
    }

    @Test("a code has one text only: the signature's other form with the group order added is refused")
    func malleability() throws {
        let campus = try Campus()
        let text = try campus.signer.sign(Campus.claims()).text
        var bytes = try #require(DigitPacking.decode(text.dropFirst(2).utf8))
        // Order of the base point (RFC 8032 section 5.1), little-endian.
        let order = try #require(Hex.decode("EDD3F55C1A631258D69CF7A2DEF9DE1400000000000000000000000000000010"))
        var carry = 0
        for index in order.indices {
            let sum = Int(bytes[60 + index]) + Int(order[index]) + carry
            bytes[60 + index] = UInt8(truncatingIfNeeded: sum)
            carry = sum >> 8
        }
        #expect(carry == 0)
        #expect(campus.verifier.verify("98" + DigitPacking.encode(bytes)).refusal == .forged)
    }

    @Test("garbage of any kind is refused and never stops the program", arguments: [21, 22])
    func garbage(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let campus = try Campus()
        for count in 0..<600 {
            let digits = (0..<count).map { _ in UInt8.random(in: 0x30...0x39, using: &generator) }
            #expect(campus.verifier.verify("98" + String(decoding: digits, as: UTF8.self)).refusal != nil)
            #expect(campus.verifier.verify(String(decoding: generator.bytes(count), as: UTF8.self)).refusal != nil)
        }
    }

    @Test("only what the signature says has a decline reason, and every refusal has texts")
    func declineReasons() {
        let reasons: [CodeRefusal: DeclineReason] = [
            .forged: .codeForged, .keyUnknown: .codeKeyUnknown, .keyNotInUse: .codeKeyUnknown,
        ]
        let all: [CodeRefusal] = [
            .tooLong, .malformed, .versionUnknown, .keyUnknown, .keyNotInUse, .forged, .lifetimeTooLong,
            .contentInvalid,
        ]
        for refusal in all {
            #expect(refusal.declineReason == reasons[refusal])
            #expect(!refusal.englishText.isEmpty)
            #expect(!refusal.chineseText.isEmpty)
        }
    }
}
