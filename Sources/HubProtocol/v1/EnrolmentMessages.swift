import Payments

/// `POST /v1/enrolment`: a new terminal asks for its certificate. The only request that needs none.
package struct EnrolmentRequest: Codable, Sendable, Hashable {
    package var terminal: TerminalID
    /// The secret part of the enrolment code: 30 hexadecimal digits.
    package var secret: String
    /// PKCS #10 in PEM, for a P-256 key that never leaves the terminal.
    package var certificateRequest: String

    package init(terminal: TerminalID, secret: String, certificateRequest: String) {
        self.terminal = terminal
        self.secret = secret
        self.certificateRequest = certificateRequest
    }
}

/// `POST /v1/certificates`: a terminal renews its certificate, under the one that it has.
package struct RenewalRequest: Codable, Sendable, Hashable {
    /// PKCS #10 in PEM, for a new key.
    package var certificateRequest: String

    package init(certificateRequest: String) { self.certificateRequest = certificateRequest }
}

/// The terminal's certificate.
package struct CertificateAnswer: Codable, Sendable, Hashable {
    /// X.509 in PEM.
    package var certificate: String
    package var hubTimeMilliseconds: Int64

    package init(certificate: String, hubTime: UnixTime) {
        self.certificate = certificate
        hubTimeMilliseconds = hubTime.milliseconds
    }
}

/// `GET /v1/authority`: the campus's authority. It proves nothing by itself: a new terminal compares it with the
/// fingerprint in its enrolment code.
package struct AuthorityAnswer: Codable, Sendable, Hashable {
    /// X.509 in PEM.
    package var certificate: String

    package init(certificate: String) { self.certificate = certificate }
}
