import Crypto
import FoundationEssentials
import Payments
import X509

/// A certificate as terminals have it: the subject's common name is the terminal, the only use is a TLS client.
package struct TerminalCertificate: Sendable, Hashable {
    package let der: [UInt8]
    package let serial: CertificateSerial
    package let terminal: TerminalID
    /// Whole seconds.
    package let issued: UnixTime
    /// Whole seconds; from then on it counts as expired.
    package let expires: UnixTime

    /// Reads a certificate. Who signed it is ``RootCertificate/signed(_:)``'s question.
    ///
    /// - Throws: ``CertificateError/Code/malformed``, also for a certificate for another use.
    package init(der: [UInt8]) throws(CertificateError) {
        let certificate = try CertificateText.certificate(der)
        guard let serial = CertificateSerial(bytes: Array(certificate.serialNumber.bytes)) else {
            throw CertificateError(.malformed, detail: "serial number")
        }
        guard let terminal = Self.terminal(certificate.subject) else {
            throw CertificateError(.malformed, detail: "subject")
        }
        guard Self.isForClients(certificate) else { throw CertificateError(.malformed, detail: "key usage") }
        self.der = der
        self.serial = serial
        self.terminal = terminal
        issued = UnixTime(certificate.notValidBefore)
        expires = UnixTime(certificate.notValidAfter)
    }

    /// - Parameter pem: one certificate.
    package init(pem: String) throws(CertificateError) {
        try self.init(der: CertificateText.part(CertificateText.certificate, of: pem))
    }

    package var pem: String { CertificateText.pem(CertificateText.certificate, der) }

    /// SHA-256 over the whole certificate: what the hub keeps of it.
    package var digest: [UInt8] { Self.digest(of: der) }

    /// SHA-256 over a certificate's DER.
    package static func digest(of der: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: der)) }

    private static func terminal(_ name: DistinguishedName) -> TerminalID? {
        let attributes = name.flatMap { Array($0) }
        guard attributes.count == 1, attributes[0].type == .RDNAttributeType.commonName else { return nil }
        return String(attributes[0].value).flatMap(TerminalID.init(text:))
    }

    private static func isForClients(_ certificate: Certificate) -> Bool {
        guard let usage = try? certificate.extensions.extendedKeyUsage, Array(usage) == [.clientAuth],
            case .notCertificateAuthority? = try? certificate.extensions.basicConstraints
        else { return false }
        return true
    }
}

extension UnixTime {
    /// Rounded down to whole seconds, as certificates count.
    init(_ date: Date) { self.init(seconds: Int64(date.timeIntervalSince1970.rounded(.down))) }

    /// The date that certificates are made with.
    var date: Date { Date(timeIntervalSince1970: Double(seconds)) }
}
