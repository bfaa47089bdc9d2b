import Crypto
import Payments
import Testing

@testable import PaymentCodes

/// One issuer with a known key, and its terminal.
struct Campus {
    static let issuedAt = UnixTime(seconds: 1_788_000_000)

    let signer: PaymentCodeSigner
    let key: Curve25519.Signing.PrivateKey
    var verifier: PaymentCodeVerifier

    init(keyID: UInt8 = 7) throws {
        key = try Curve25519.Signing.PrivateKey(rawRepresentation: Array(1...32))
        signer = PaymentCodeSigner(keyID: keyID, key: key)
        verifier = PaymentCodeVerifier(keys: IssuerKeySet(keys: [keyID: try Self.issuerKey(signer)]))
    }

    static func issuerKey(
        _ signer: PaymentCodeSigner, from: UnixTime = UnixTime(seconds: 1_780_000_000),
        until: UnixTime = UnixTime(seconds: 1_800_000_000)
    ) throws -> IssuerKey {
        try #require(IssuerKey(publicKey: signer.publicKey, validFrom: from, validUntil: until))
    }

    static func claims(
        account: UInt64 = 2_026_010_203, issuedAt: UnixTime = issuedAt, lifetime: Duration = .seconds(60),
        limit: Int64 = 5000, serial: UInt64 = 0x0123_4567_89AB_CDEF
    ) throws -> PaymentCodeClaims {
        let account = try #require(AccountID(number: account))
        return try #require(
            PaymentCodeClaims(
                account: account, issuedAt: issuedAt, lifetime: lifetime, limit: Amount(fen: limit), serial: serial))
    }

    /// A text whose signature is good over whatever `signed` is: what only a faulty issuer can make.
    func text(signing signed: [UInt8], domain: String = "campus-payment-code/1\u{0}") throws -> String {
        let signature = try Array(key.signature(for: Array(domain.utf8) + signed))
        return "98" + DigitPacking.encode(signed + signature)
    }
}

extension Result {
    var refusal: Failure? { if case .failure(let failure) = self { failure } else { nil } }
}
