import Certificates
import NIOSSL

/// The terminal's side of TLS: it trusts the campus's authority and nobody else.
enum HubTLS {
    /// As an enrolled terminal.
    static func configuration(_ identity: TerminalIdentity) throws -> TLSConfiguration {
        var configuration = try configuration(trusting: identity.root)
        configuration.certificateChain = [
            .certificate(try NIOSSLCertificate(bytes: identity.certificate.der, format: .der))
        ]
        configuration.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: identity.key.der, format: .der))
        return configuration
    }

    /// As a terminal that has no certificate yet and knows the authority from its enrolment code.
    static func configuration(trusting root: RootCertificate) throws -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv13
        configuration.trustRoots = .certificates([try NIOSSLCertificate(bytes: root.der, format: .der)])
        configuration.certificateVerification = .fullVerification
        return configuration
    }

    /// For the one request whose answer is checked by its fingerprint instead.
    static var unverified: TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv13
        configuration.certificateVerification = .none
        return configuration
    }
}
