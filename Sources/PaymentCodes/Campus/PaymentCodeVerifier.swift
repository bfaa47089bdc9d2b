import Crypto
import Payments

/// Reads a payment code and checks that the issuer made it.
///
/// Looks neither at the clock nor at earlier use: expiry and replay are decided with the debit, in one transaction.
package struct PaymentCodeVerifier: Sendable {
    package var keys: IssuerKeySet
    /// Longest lifetime accepted, inclusive, however the issuer signed.
    package var lifetimeMaximum: Duration

    package init(keys: IssuerKeySet, lifetimeMaximum: Duration = PaymentCodeLimits.lifetimeMaximum) {
        self.keys = keys
        self.lifetimeMaximum = lifetimeMaximum
    }

    /// What the code claims. The order is fixed: length, form, version, key, signature, and only then the contents.
    package func verify(_ text: String) -> Result<CodeEvidence, CodeRefusal> {
        switch open(text) {
        case .failure(let refusal): .failure(refusal)
        case .success(let bytes): verify(bytes)
        }
    }

    /// The 92 bytes of a version 1 text.
    private func open(_ text: String) -> Result<[UInt8], CodeRefusal> {
        let characters = Array(text.utf8.prefix(PaymentCodeLimits.textMaximum + 1))
        guard characters.count <= PaymentCodeLimits.textMaximum else { return .failure(.tooLong) }
        guard characters.count >= PaymentCodeLimits.offlineTextMinimum else { return .failure(.malformed) }
        guard characters.starts(with: PaymentCodeLayout.prefix.utf8) else {
            let isReserved = characters.starts(with: PaymentCodeLayout.reservedPrefix.utf8)
            return .failure(isReserved ? .versionUnknown : .malformed)
        }
        let digits = characters.dropFirst(PaymentCodeLayout.prefix.utf8.count)
        guard let bytes = DigitPacking.decode(digits), let version = bytes.first, version != 0 else {
            return .failure(.malformed)
        }
        guard version == PaymentCodeLayout.version else { return .failure(.versionUnknown) }
        guard characters.count == PaymentCodeLayout.textLength else { return .failure(.malformed) }
        return .success(bytes)
    }

    private func verify(_ bytes: [UInt8]) -> Result<CodeEvidence, CodeRefusal> {
        invariant(bytes.count == PaymentCodeLayout.byteCount, "a version 1 payment code has 92 bytes")
        let signed = bytes.prefix(PaymentCodeLayout.signedByteCount)
        let signature = Array(bytes.suffix(PaymentCodeLayout.signatureByteCount))
        let keyID = bytes[1]
        guard let key = keys[keyID] else { return .failure(.keyUnknown) }
        guard key.publicKey.isValidSignature(signature, for: PaymentCodeLayout.domain + signed) else {
            return .failure(.forged)
        }
        guard let claims = PaymentCodeLayout.claims(signed) else { return .failure(.contentInvalid) }
        guard .seconds(Int64(claims.lifetimeSeconds)) <= lifetimeMaximum else { return .failure(.lifetimeTooLong) }
        let evidence = claims.evidence(keyID: keyID)
        guard evidence.issuedAt >= key.validFrom, evidence.issuedAt < key.validUntil else {
            return .failure(.keyNotInUse)
        }
        return .success(evidence)
    }
}
