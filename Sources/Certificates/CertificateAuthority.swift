import Crypto
import FoundationEssentials
import Payments
import SwiftASN1
import X509

/// The campus's own certificate authority.
///
/// It signs two kinds of certificate: for terminals, which may only be TLS clients, and for the hub, which may only be
/// a TLS server. So no terminal's key can stand in for the hub.
package struct CertificateAuthority: Sendable {
    /// How long a new authority lasts, and with it the hub's certificate: 20 years, longer than a terminal hangs.
    package static let lifetime = Duration.seconds(20 * 366 * 86_400)

    package let root: RootCertificate
    private let key: IdentityKey

    /// Makes a new authority.
    ///
    /// - Parameters:
    ///   - serial: of its own certificate.
    ///   - now: from which its life is counted. It is valid from 1970 on all the same: a terminal whose clock lost its
    ///     battery must still recognise its hub, from which it learns the time.
    package init(serial: CertificateSerial, now: UnixTime) throws(CertificateError) {
        key = IdentityKey()
        let name: DistinguishedName
        do {
            // Part of the serial, so that two authorities of a campus have different names.
            name = try DistinguishedName { CommonName("CampusTill authority \(serial.text.prefix(8))") }
        } catch {
            throw CertificateError(.malformed, detail: "\(type(of: error))")
        }
        root = try RootCertificate(
            der: Self.sign(
                subject: name, publicKey: Certificate.PublicKey(key.key.publicKey), serial: serial,
                notBefore: UnixTime(seconds: 0).date, notAfter: now.advanced(by: Self.lifetime).date, issuer: name,
                key: key
            ) { subjectKey in
                try Certificate.Extensions {
                    Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                    Critical(KeyUsage(keyCertSign: true, cRLSign: true))
                    subjectKey
                }
            })
    }

    /// - Throws: ``CertificateError/Code/mismatched`` when `key` is not the root's.
    init(key: IdentityKey, root: RootCertificate) throws(CertificateError) {
        guard root.fits(key) else { throw CertificateError(.mismatched) }
        self.key = key
        self.root = root
    }

    /// The private key and the certificate: what ``AuthorityFile`` keeps.
    var pem: String { key.pem + root.pem }

    /// Issues a certificate to a terminal.
    ///
    /// - Parameter lifetime: cut off at the authority's own end.
    package func issue(
        _ request: CertificateRequest, terminal: TerminalID, serial: CertificateSerial, now: UnixTime,
        lifetime: Duration
    ) throws(CertificateError) -> TerminalCertificate {
        let start = UnixTime(seconds: now.seconds)
        do {
            let name = try DistinguishedName { CommonName(terminal.text) }
            return try TerminalCertificate(
                der: Self.sign(
                    subject: name, publicKey: request.publicKey, serial: serial, notBefore: start.date,
                    notAfter: min(start.advanced(by: lifetime).date, root.notAfter), issuer: root.subject, key: key
                ) { subjectKey in
                    try Certificate.Extensions {
                        Critical(BasicConstraints.notCertificateAuthority)
                        Critical(KeyUsage(digitalSignature: true))
                        try ExtendedKeyUsage([.clientAuth])
                        subjectKey
                        AuthorityKeyIdentifier(keyIdentifier: root.keyIdentifier.keyIdentifier)
                    }
                })
        } catch let error as CertificateError {
            throw error
        } catch {
            throw CertificateError(.malformed, detail: "\(type(of: error))")
        }
    }

    /// Issues the hub's own certificate, for a new key. It is made at every start and never written down.
    ///
    /// - Parameter names: DNS names and IP addresses under which terminals reach the hub; at least one.
    package func serverIdentity(
        names: [ServerName], serial: CertificateSerial
    ) throws(CertificateError) -> ServerIdentity {
        invariant(!names.isEmpty, "a server has a name")
        let serverKey = IdentityKey()
        do {
            let name = try DistinguishedName { CommonName("CampusTill hub") }
            let der = try Self.sign(
                subject: name, publicKey: Certificate.PublicKey(serverKey.key.publicKey), serial: serial,
                notBefore: UnixTime(seconds: 0).date, notAfter: root.notAfter, issuer: root.subject, key: key
            ) { subjectKey in
                try Certificate.Extensions {
                    Critical(BasicConstraints.notCertificateAuthority)
                    Critical(KeyUsage(digitalSignature: true))
                    try ExtendedKeyUsage([.serverAuth])
                    SubjectAlternativeNames(names.map(\.generalName))
                    subjectKey
                    AuthorityKeyIdentifier(keyIdentifier: root.keyIdentifier.keyIdentifier)
                }
            }
            return ServerIdentity(key: serverKey, certificateDER: der)
        } catch let error as CertificateError {
            throw error
        } catch {
            throw CertificateError(.malformed, detail: "\(type(of: error))")
        }
    }

    private static func sign(
        subject: DistinguishedName, publicKey: Certificate.PublicKey, serial: CertificateSerial, notBefore: Date,
        notAfter: Date, issuer: DistinguishedName, key: IdentityKey,
        extensions: (SubjectKeyIdentifier) throws -> Certificate.Extensions
    ) throws(CertificateError) -> [UInt8] {
        do {
            let certificate = try Certificate(
                version: .v3, serialNumber: Certificate.SerialNumber(bytes: serial.bytes), publicKey: publicKey,
                notValidBefore: notBefore, notValidAfter: notAfter, issuer: issuer, subject: subject,
                signatureAlgorithm: .ecdsaWithSHA256, extensions: extensions(SubjectKeyIdentifier(hash: publicKey)),
                issuerPrivateKey: Certificate.PrivateKey(key.key))
            var serializer = DER.Serializer()
            try serializer.serialize(certificate)
            return serializer.serializedBytes
        } catch {
            throw CertificateError(.malformed, detail: "\(type(of: error))")
        }
    }
}

/// What the hub shows terminals: a key and its certificate.
package struct ServerIdentity: Sendable {
    package let key: IdentityKey
    package let certificateDER: [UInt8]

    /// The certificate as PEM.
    package var certificatePEM: String { CertificateText.pem(CertificateText.certificate, certificateDER) }
}
