import Payments

/// Layout version 1 of a payment code: 92 bytes, all numbers big-endian.
///
/// | offset | bytes | field |
/// |---|---|---|
/// | 0 | 1 | layout version, 1 |
/// | 1 | 1 | issuer key id |
/// | 2 | 8 | account number |
/// | 10 | 4 | issued at, seconds since 1970-01-01T00:00:00Z |
/// | 14 | 2 | lifetime, seconds |
/// | 16 | 4 | limit, fen |
/// | 20 | 8 | serial |
/// | 28 | 64 | Ed25519 signature (RFC 8032) |
///
/// The signature runs over ``domain`` followed by bytes 0–27, so that it can never be taken for a signature that the
/// same key made over something else. The limit has four bytes, not three: then it reaches ``Amount/saleMaximum``
/// and needs no rule of its own, for three digits more.
///
/// As text: `98` and the 224 digits of ``DigitPacking``, 226 characters, a symbol of version 6 at correction level M
/// (room for 255 digits). `97` is kept for codes to come.
enum PaymentCodeLayout {
    static let version: UInt8 = 1
    static let signedByteCount = 28
    static let signatureByteCount = 64
    static let byteCount = signedByteCount + signatureByteCount
    static let prefix = "98"
    static let reservedPrefix = "97"
    /// Characters of a version 1 text.
    static let textLength = prefix.utf8.count + DigitPacking.digitCount(byteCount: byteCount)
    /// What the signed message begins with; ends in NUL so that no other domain can be its continuation.
    static let domain = Array("campus-payment-code/1".utf8) + [0]

    /// Bytes 0–27.
    static func signedBytes(_ claims: PaymentCodeClaims, keyID: UInt8) -> [UInt8] {
        [version, keyID]
            + claims.account.number.bigEndianBytes(count: 8)
            + claims.issuedAtSeconds.bigEndianBytes(count: 4)
            + claims.lifetimeSeconds.bigEndianBytes(count: 2)
            + claims.limit.fen.bigEndianBytes(count: 4)
            + claims.serial.bigEndianBytes(count: 8)
    }

    /// The claims in bytes 0–27; `nil` when a field is outside its range.
    static func claims(_ signed: ArraySlice<UInt8>) -> PaymentCodeClaims? {
        invariant(signed.count == signedByteCount, "the signed part of a payment code has 28 bytes")
        func number(_ range: Range<Int>) -> UInt64 {
            signed.dropFirst(range.lowerBound).prefix(range.count).reduce(0) { $0 << 8 | UInt64($1) }
        }
        guard let account = AccountID(number: number(2..<10)) else { return nil }
        return PaymentCodeClaims(
            account: account, issuedAt: UnixTime(seconds: Int64(number(10..<14))),
            lifetime: .seconds(Int64(number(14..<16))), limit: Amount(fen: Int64(number(16..<20))),
            serial: number(20..<28))
    }
}
