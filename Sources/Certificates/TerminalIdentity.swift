import Payments

/// What an enrolled terminal has: its key, its certificate, and the authority that it trusts.
package struct TerminalIdentity: Sendable {
    package let key: IdentityKey
    package let certificate: TerminalCertificate
    package let root: RootCertificate

    /// - Throws: ``CertificateError/Code/mismatched`` unless the three belong together.
    package init(
        key: IdentityKey, certificate: TerminalCertificate, root: RootCertificate
    ) throws(CertificateError) {
        let signed = try root.signed(certificate.der)
        guard signed == certificate, key.fits(try CertificateText.certificate(certificate.der)) else {
            throw CertificateError(.mismatched)
        }
        self.key = key
        self.certificate = certificate
        self.root = root
    }

    /// Takes the hub's answer to a request for `key`.
    ///
    /// - Throws: ``CertificateError/Code/answerInvalid`` unless it is a certificate of `root` for this key and
    ///   terminal.
    package init(
        key: IdentityKey, answer pem: String, root: RootCertificate, terminal: TerminalID
    ) throws(CertificateError) {
        do throws(CertificateError) {
            try self.init(key: key, certificate: TerminalCertificate(pem: pem), root: root)
        } catch {
            throw CertificateError(.answerInvalid, detail: "E\(error.number)")
        }
        guard certificate.terminal == terminal else { throw CertificateError(.answerInvalid, detail: "terminal") }
    }

    /// Key, certificate and authority, in this order.
    init(text: String) throws(CertificateError) {
        let parts = try CertificateText.parts(text)
        let labels = [CertificateText.privateKey, CertificateText.certificate, CertificateText.certificate]
        guard parts.map(\.label) == labels else { throw CertificateError(.malformed) }
        try self.init(
            key: IdentityKey(der: parts[0].der), certificate: TerminalCertificate(der: parts[1].der),
            root: RootCertificate(der: parts[2].der))
    }

    var text: String { key.pem + certificate.pem + root.pem }
}
