import HubProtocol
import PaymentCodes
import Payments

extension IssuerKey: PaymentCodeIssuer {
    package func text(for evidence: CodeEvidence) throws -> String {
        invariant(evidence.reference.keyID == keyID, "a code is signed by the key that it names")
        let claims = PaymentCodeClaims(
            account: evidence.account, issuedAt: evidence.issuedAt,
            lifetime: evidence.expiresAt.since(evidence.issuedAt), limit: evidence.limit,
            serial: evidence.reference.serial)
        guard let claims else {
            throw HubRefusalError(.malformedRequest, "the code's limit or lifetime cannot be signed")
        }
        return try PaymentCodeSigner(keyID: keyID, key: privateKey).sign(claims).text
    }
}
