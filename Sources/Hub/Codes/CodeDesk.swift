import HubProtocol
import Payments

/// Issues payment codes.
package struct CodeDesk: Sendable {
    let store: any CodeStore
    /// `nil` where the campus has cards only.
    let issuer: (any PaymentCodeIssuer)?
    let random: any HubRandom

    /// Issues one code. Its row is on disk before anybody sees it, so that no shown code is unknown to the hub.
    func issue(_ request: CodeRequest, now: UnixTime) async throws -> IssuedCode {
        guard let issuer else {
            throw HubRefusalError(.notPermittedInThisState, "this hub issues no payment codes")
        }
        let limit = request.limitFen ?? HubLimits.codeLimit.fen
        try Texts.checkAmount(limit, field: "limitFen")
        let lifetime = request.lifetimeSeconds ?? HubLimits.codeLifetimeSeconds
        guard (1...HubLimits.codeLifetimeMaximumSeconds).contains(lifetime) else {
            throw HubRefusalError(
                .malformedRequest, "lifetimeSeconds: from 1 to \(HubLimits.codeLifetimeMaximumSeconds)")
        }
        // Codes carry whole seconds; the row must say what the code says.
        let issuedAt = UnixTime(seconds: now.seconds)
        let evidence = CodeEvidence(
            reference: CodeReference(keyID: issuer.keyID, serial: random.number()), account: request.account,
            issuedAt: issuedAt, expiresAt: issuedAt.advanced(by: .seconds(lifetime)), limit: Amount(fen: limit))
        let text = try issuer.text(for: evidence)
        try await store.store(code: evidence)
        return IssuedCode(
            code: text, keyID: issuer.keyID, serial: CodeMessage(evidence.reference).serial, account: request.account,
            limitFen: limit, issuedAtMilliseconds: evidence.issuedAt.milliseconds,
            expiresAtMilliseconds: evidence.expiresAt.milliseconds)
    }
}
