import Certificates
import HummingbirdCore
import HummingbirdTLS
import NIOCore
import NIOSSL
import Payments

/// The hub's side of TLS.
///
/// The handshake lets in whoever shows no certificate (for enrolment) or one of this campus's authority for a client;
/// a certificate of anybody else ends it. Expiry and revocation are the routes' business: there a terminal gets an
/// answer
/// with a stable code, and one that was cut off for longer than its certificate lives may still deliver its journal.
enum TerminalTLS {
    /// HTTP/1.1 over TLS 1.3.
    static func server(_ identity: ServerIdentity, root: RootCertificate) throws -> HTTPServerBuilder {
        let certificates = try [identity.certificateDER, root.der].map {
            NIOSSLCertificateSource.certificate(try NIOSSLCertificate(bytes: $0, format: .der))
        }
        let key = try NIOSSLPrivateKey(bytes: identity.key.der, format: .der)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: certificates, privateKey: .privateKey(key))
        // Both ends are ours.
        configuration.minimumTLSVersion = .tlsv13
        configuration.applicationProtocols = ["http/1.1"]
        configuration.certificateVerification = .optionalVerification
        configuration.trustRoots = .certificates([try NIOSSLCertificate(bytes: root.der, format: .der)])
        return try .tls(
            .http1(),
            configuration: TLSChannelConfiguration(tlsConfiguration: configuration) { chain, promise in
                promise.succeed(accepts(chain, root: root) ? .certificateVerified : .failed)
            })
    }

    private static func accepts(_ chain: [NIOSSLCertificate], root: RootCertificate) -> Bool {
        guard let der = try? chain.first?.toDERBytes() else { return false }
        return (try? root.signed(der)) != nil
    }

    /// The certificate that the other end of `channel` showed; `nil` without one.
    static func peerCertificate(of channel: any Channel) async throws -> [UInt8]? {
        try await channel.nioSSL_peerCertificate().get()?.toDERBytes()
    }
}
