import Certificates
import Crypto
import HubProtocol
import Payments

/// Makes enrolment codes, and gives terminals their certificates.
struct EnrolmentDesk: Sendable {
    let store: any IdentityStore
    let authority: CertificateAuthority
    let random: any HubRandom
    /// Of a terminal's certificate.
    let certificateLifetime: Duration

    /// A new code for a terminal. It is in the answer and nowhere else.
    func makeCode(_ terms: EnrolmentTerms, terminal: TerminalID, now: UnixTime) async throws -> IssuedEnrolmentCode {
        let lifetime = terms.lifetimeSeconds ?? HubLimits.enrolmentLifetimeSeconds
        let allowed = HubLimits.enrolmentLifetimes
        guard allowed.contains(lifetime) else {
            throw HubRefusalError(
                .malformedRequest, "lifetimeSeconds: a number from \(allowed.lowerBound) to \(allowed.upperBound)")
        }
        let code = EnrolmentCode(secret: random.bytes(count: EnrolmentCode.partLength), root: authority.root)
        let expires = now.advanced(by: .seconds(lifetime))
        try await store.store(
            enrolmentDigest: Self.digest(ofSecret: code.secret), terminal: terminal, now: now, expires: expires)
        return IssuedEnrolmentCode(
            terminal: terminal, code: code.text, expiresAtMilliseconds: expires.milliseconds)
    }

    /// A certificate for whoever knows the terminal's code.
    func enrol(_ request: EnrolmentRequest, now: UnixTime) async throws -> CertificateAnswer {
        guard let secret = Hex.decode(request.secret), secret.count == EnrolmentCode.partLength else {
            throw HubRefusalError(.malformedRequest, "secret: 30 hexadecimal digits")
        }
        let certificate = try issue(request.certificateRequest, terminal: request.terminal, now: now)
        try await store.enrol(certificate, enrolmentDigest: Self.digest(ofSecret: secret), now: now)
        return CertificateAnswer(certificate: certificate.pem, hubTime: now)
    }

    /// Another certificate for a terminal that shows `current`.
    func renew(
        _ request: RenewalRequest, terminal: TerminalID, current: CertificateSerial, now: UnixTime
    ) async throws -> CertificateAnswer {
        let certificate = try issue(request.certificateRequest, terminal: terminal, now: now)
        try await store.renew(certificate, current: current, now: now)
        return CertificateAnswer(certificate: certificate.pem, hubTime: now)
    }

    var authorityAnswer: AuthorityAnswer { AuthorityAnswer(certificate: authority.root.pem) }

    private func issue(_ pem: String, terminal: TerminalID, now: UnixTime) throws -> TerminalCertificate {
        let request: CertificateRequest
        do throws(CertificateError) {
            request = try CertificateRequest(pem: pem)
        } catch {
            throw HubRefusalError(.certificateRequestInvalid, error.message)
        }
        return try authority.issue(
            request, terminal: terminal,
            serial: CertificateSerial(random: random.bytes(count: CertificateSerial.length)), now: now,
            lifetime: certificateLifetime)
    }

    /// What the hub keeps of a code's secret. 120 random bits need no slow hash.
    private static func digest(ofSecret secret: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: secret)) }
}
