import Crypto
import PaymentCodes
import Payments

/// Payment codes: nothing but the issuer's own codes is accepted.
enum PaymentCodeTarget {
    private static let signer: PaymentCodeSigner = {
        do {
            let key = try Curve25519.Signing.PrivateKey(rawRepresentation: [UInt8](repeating: 7, count: 32))
            return PaymentCodeSigner(keyID: 7, key: key)
        } catch {
            fatalError("a constant of the fuzzers is not valid")
        }
    }()

    private static let verifier: PaymentCodeVerifier = {
        guard
            let key = IssuerKey(
                publicKey: signer.publicKey, validFrom: UnixTime(seconds: 1_780_000_000),
                validUntil: UnixTime(seconds: 1_800_000_000))
        else { fatalError("a constant of the fuzzers is not valid") }
        return PaymentCodeVerifier(keys: IssuerKeySet(keys: [7: key]))
    }()

    /// A code of the issuer's. Ed25519 in this library is randomised, so the text differs from run to run; whether it
    /// is accepted does not.
    private static let genuine: [UInt8] = {
        guard let account = AccountID(number: 2_026_010_203),
            let claims = PaymentCodeClaims(
                account: account, issuedAt: UnixTime(seconds: 1_788_220_800), lifetime: .seconds(60),
                limit: Amount(fen: 20_000), serial: 9)
        else { fatalError("a constant of the fuzzers is not valid") }
        do { return Array(try signer.sign(claims).text.utf8) } catch { fatalError("the code cannot be signed") }
    }()

    static func run(_ input: [UInt8]) {
        var rest = FuzzInput(input)
        guard rest.byte() & 1 == 1 else {
            // Made of nothing: to be accepted it would have to be forged.
            if case .success = verifier.verify(String(decoding: rest.remainder(), as: UTF8.self)) {
                fatalError("a code was accepted that the issuer never made")
            }
            return
        }
        var text = genuine
        let edits = Int(rest.byte() & 0x07)
        for _ in 0..<edits {
            let place = (Int(rest.byte()) << 8 | Int(rest.byte())) % text.count
            text[place] = 0x30 + rest.byte() % 10
        }
        let verdict = verifier.verify(String(decoding: text, as: UTF8.self))
        switch verdict {
        case .success: invariant(text == genuine, "a changed code was accepted")
        case .failure(let refusal): invariant(text != genuine, "the issuer's code was refused: \(refusal)")
        }
    }
}
