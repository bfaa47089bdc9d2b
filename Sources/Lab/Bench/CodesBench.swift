import CodeRendering
import Crypto
import Foundation
import PaymentCodes
import Payments

/// Checking and drawing payment codes.
struct CodesBench {
    /// What a version 1 code is made of; see Sources/PaymentCodes/Campus/PaymentCodeLayout.swift. The floor checks the
    /// same signature over the same bytes without our reader of the code.
    private static let domain = Array("campus-payment-code/1".utf8) + [0]
    private static let prefixLength = 2
    private static let signedByteCount = 28
    private static let keyID: UInt8 = 7

    let bench: Bench

    func result() async throws -> BenchResult {
        bench.progress.show("codes")
        let issuer = Curve25519.Signing.PrivateKey()
        let codes = try (0..<20).map { try Self.code($0, issuer: issuer) }
        let (verified, bare) = try verify(codes, issuer: issuer.publicKey)
        let (rendered, encoded) = try await render(codes)
        return BenchResult(
            row: .codes,
            figures: [
                BenchFigure(
                    "verify, median", verified.median, .milliseconds, floor: bare.median,
                    of: "the Ed25519 verification alone"
                ).atMost(0.5),
                BenchFigure("verify, p99", verified.p99, .milliseconds, floor: bare.p99),
                BenchFigure(
                    "render as PNG, median", rendered.median, .milliseconds, floor: encoded.median,
                    of: "libqrencode alone"
                ).atMost(1),
                BenchFigure("render as PNG, p99", rendered.p99, .milliseconds, floor: encoded.p99),
            ],
            notes: ["\(verified.count) verifications and \(rendered.count) pictures of 8 pixels per module"])
    }

    private static func code(_ number: Int, issuer: Curve25519.Signing.PrivateKey) throws -> PaymentCode {
        let claims = PaymentCodeClaims(
            account: try BenchLedger.payers.account(number), issuedAt: BenchLedger.now(), lifetime: .seconds(60),
            limit: Amount(fen: 10_000), serial: .random(in: .min ... .max))
        guard let claims else { throw LabError("the claims of a bench code are out of range") }
        return try PaymentCodeSigner(keyID: keyID, key: issuer).sign(claims)
    }

    private func verify(
        _ codes: [PaymentCode], issuer: Curve25519.Signing.PublicKey
    ) throws -> (ours: Samples, floor: Samples) {
        let now = BenchLedger.now()
        let key = IssuerKey(
            publicKey: issuer, validFrom: now.advanced(by: .seconds(-3600)),
            validUntil: now.advanced(by: .seconds(3600)))
        guard let key else { throw LabError("the bench key's interval is empty") }
        let verifier = PaymentCodeVerifier(keys: IssuerKeySet(keys: [Self.keyID: key]))
        let signed = try codes.map(Self.signedMessage)
        var (ours, floor) = (Samples(), Samples())
        for number in 0..<(bench.options.isQuick ? 1000 : 5000) {
            let code = codes[number % codes.count]
            let start = ContinuousClock.now
            let result = verifier.verify(code.text)
            ours.add(ContinuousClock.now - start)
            guard case .success = result else { throw LabError("a bench code was refused") }
            let (message, signature) = signed[number % signed.count]
            let bareStart = ContinuousClock.now
            let isValid = issuer.isValidSignature(signature, for: message)
            floor.add(ContinuousClock.now - bareStart)
            guard isValid else { throw LabError("the bare signature was refused") }
        }
        return (ours, floor)
    }

    private static func signedMessage(_ code: PaymentCode) throws -> (message: [UInt8], signature: [UInt8]) {
        guard let bytes = DigitPacking.decode(Array(code.text.utf8.dropFirst(prefixLength))) else {
            throw LabError("a bench code has no bytes")
        }
        return (domain + bytes.prefix(signedByteCount), Array(bytes.dropFirst(signedByteCount)))
    }

    private func render(_ codes: [PaymentCode]) async throws -> (ours: Samples, floor: Samples) {
        let folder = try bench.emptyFolder("codes")
        var (ours, floor) = (Samples(), Samples())
        for (number, code) in codes.enumerated() {
            let file = "\(folder)/code-\(number)"
            try code.text.write(toFile: file, atomically: true, encoding: .utf8)
            let count = bench.options.isQuick ? 20 : 100
            for _ in 0..<count {
                let start = ContinuousClock.now
                let picture = try QRSymbol(text: code.text).png()
                ours.add(ContinuousClock.now - start)
                guard !picture.isEmpty else { throw LabError("an empty picture") }
            }
            floor.add(nanoseconds: try await bench.floors.symbol(file, count: count).nanoseconds)
        }
        return (ours, floor)
    }
}
