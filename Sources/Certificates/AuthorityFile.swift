import Payments

/// The file in which the hub keeps its authority: key and certificate in PEM, mode 0600, made at the first start.
package enum AuthorityFile {
    /// The authority in the file; a new one when there is no file.
    ///
    /// - Parameter random: gives that many random bytes.
    /// - Throws: ``CertificateError``. A file that cannot be used is never replaced: every terminal trusts what is in
    ///   it.
    package static func loadOrCreate(
        path: String, now: UnixTime, random: (_ count: Int) -> [UInt8]
    ) throws(CertificateError) -> CertificateAuthority {
        guard let text = try PrivateFile.read(path) else {
            let authority = try CertificateAuthority(
                serial: CertificateSerial(random: random(CertificateSerial.length)), now: now)
            try PrivateFile.write(authority.pem, to: path)
            return authority
        }
        let parts = try CertificateText.parts(text)
        guard parts.map(\.label) == [CertificateText.privateKey, CertificateText.certificate] else {
            throw CertificateError(.malformed, detail: path)
        }
        return try CertificateAuthority(
            key: IdentityKey(der: parts[0].der), root: RootCertificate(der: parts[1].der))
    }
}
