import Crypto
import HubProtocol
import Payments
import Testing

@Suite("Hot list digest") struct HotListDigestTests {
    private static func card(_ number: UInt64) -> CardID { .purse(applicationSerial: number.bigEndianBytes(count: 10)) }

    @Test("the same list has the same digest, whatever the order and whatever came and went")
    func order() {
        var one = HotListDigest()
        var other = HotListDigest()
        for number in 1...50 as ClosedRange<UInt64> { one.add(Self.card(number), reason: .cardReportedLost) }
        other.add(Self.card(99), reason: .cardReportedStolen)
        for number in (1...50 as ClosedRange<UInt64>).reversed() {
            other.add(Self.card(number), reason: .cardReportedLost)
        }
        #expect(one != other)
        other.remove(Self.card(99), reason: .cardReportedStolen)
        #expect(one == other)
        #expect(one.short == other.short)
        for number in 1...50 as ClosedRange<UInt64> { one.remove(Self.card(number), reason: .cardReportedLost) }
        #expect(one == HotListDigest())
    }

    @Test("card, kind of card and reason all count")
    func fields() {
        func digest(_ card: CardID, _ reason: DeclineReason) -> HotListDigest {
            var digest = HotListDigest()
            digest.add(card, reason: reason)
            return digest
        }
        let bytes: [UInt8] = Array(1...10)
        let digests = Set([
            digest(.purse(applicationSerial: bytes), .cardReportedLost), digest(.uid(bytes), .cardReportedLost),
            digest(.purse(applicationSerial: bytes), .cardReportedStolen),
            digest(.uid([1, 2, 3, 4]), .cardReportedLost),
        ])
        #expect(digests.count == 4)
    }

    @Test("its bytes make it again; another length makes nothing")
    func bytes() {
        var digest = HotListDigest()
        digest.add(Self.card(1), reason: .cardReportedLost)
        digest.remove(Self.card(2), reason: .cardReportedLost)
        #expect(HotListDigest(bytes: digest.bytes) == digest)
        #expect(HotListDigest(bytes: Array(digest.bytes.dropLast())) == nil)
    }

    @Test("a signed version is believed only whole and from the right key")
    func signed() throws {
        let key = HubSigningKey(privateKey: Curve25519.Signing.PrivateKey())
        let other = HubSigningKey(privateKey: Curve25519.Signing.PrivateKey())
        var state = HotListState()
        state.change(Self.card(1), from: nil, to: .cardReportedLost)
        let message = try HotListVersionMessage(state.summary, key: key)
        #expect(message.summary(signedBy: key.verifyingKey) == state.summary)
        #expect(message.summary(signedBy: other.verifyingKey) == nil)
        var changed = message
        changed.version += 1
        #expect(changed.summary(signedBy: key.verifyingKey) == nil)
        changed = message
        changed.entries = 0
        #expect(changed.summary(signedBy: key.verifyingKey) == nil)
        changed = message
        changed.digest = String(repeating: "0", count: 64)
        #expect(changed.summary(signedBy: key.verifyingKey) == nil)
        changed.digest = "0"
        #expect(changed.summary(signedBy: key.verifyingKey) == nil)
    }
}
