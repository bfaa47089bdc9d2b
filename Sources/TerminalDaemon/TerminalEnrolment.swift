import Certificates
import Terminal
import Uplink

/// What `tilld enrol` does.
package struct TerminalEnrolment: Sendable {
    private let configuration: DaemonConfiguration

    package init(configuration: DaemonConfiguration) { self.configuration = configuration }

    /// Gets the certificate and keeps it where the daemon looks for it.
    ///
    /// - Throws: ``DaemonError/Code/hubWithoutTLS``, ``Terminal/HubError``, ``Certificates/CertificateError``.
    package func enrol(_ code: EnrolmentCode) async throws -> TerminalCertificate {
        guard configuration.hub.address.isEncrypted else { throw DaemonError(.hubWithoutTLS) }
        let client = EnrolmentClient(
            address: configuration.hub.address, userAgent: "tilld/\(TerminalVersion.text)")
        let identity = try await client.enrol(configuration.terminal, code: code)
        try TerminalIdentityFile(path: configuration.identityFile).enrol(identity)
        return identity.certificate
    }
}
