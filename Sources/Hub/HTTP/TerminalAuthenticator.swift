import Certificates
import Crypto
import Foundation
import HubProtocol
import NIOCore
import Payments

/// Recognises terminals: over TLS by their certificates, on this machine's own unencrypted port by
/// `Authorization: Bearer <terminal id>.<64 hexadecimal digits>`.
struct TerminalAuthenticator: Sendable {
    let store: any TerminalStore & IdentityStore

    /// The terminal behind the header.
    ///
    /// An unknown terminal and a wrong secret get the same answer after the same work, so that nobody can find out
    /// which terminals exist.
    func terminal(authorization header: String?, now: UnixTime) async throws -> TerminalID {
        guard let header, let credentials = Credentials(header) else { throw Self.unauthenticated }
        let known = try await store.authentication(of: credentials.terminal)
        // `Digest` compares in constant time.
        let matches = SHA256.hash(data: credentials.secret) == known?.secretDigest ?? Self.nobody
        guard let known, matches else { throw Self.unauthenticated }
        try admit(credentials.terminal, known, now: now)
        return credentials.terminal
    }

    /// The certificate that the other end of `channel` proved to hold. That the campus's authority signed it was
    /// checked
    /// in the handshake; here it must be one that this hub issued and nobody revoked.
    ///
    /// - Parameters:
    ///   - permitsExpired: whether the route serves terminals whose certificate has expired.
    ///   - peer: learns the terminal before it is refused, for the log.
    func certificate(
        on channel: any Channel, permitsExpired: Bool, peer: RequestPeer, now: UnixTime
    ) async throws -> CertificateRecord {
        guard let der = try await TerminalTLS.peerCertificate(of: channel) else {
            throw HubRefusalError(.certificateRequired, "a terminal shows its certificate; enrol it")
        }
        guard let shown = try? TerminalCertificate(der: der), let record = try await store.certificate(shown.serial),
            record.digest == shown.digest, let known = try await store.authentication(of: record.terminal)
        else { throw HubRefusalError(.certificateRequired, "this hub did not issue the certificate") }
        peer.note(record.terminal)
        guard record.revoked == nil else {
            throw HubRefusalError(.certificateRevoked, "the certificate is revoked; enrol the terminal anew")
        }
        guard permitsExpired || now < record.expires else {
            throw HubRefusalError(.certificateExpired, "the certificate has expired; renew it")
        }
        try admit(record.terminal, known, now: now)
        return record
    }

    private func admit(_ terminal: TerminalID, _ known: TerminalAuthentication, now: UnixTime) throws {
        guard known.enabled else {
            throw HubRefusalError(.terminalNotPermitted, "the terminal is disabled")
        }
        store.noteContact(terminal, now: now)
    }

    /// What the hub keeps of a secret.
    static func digest(ofSecret secret: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: secret)) }

    private static let unauthenticated = HubRefusalError(.unauthenticated, "credentials are missing or wrong")
    /// A digest of the right length for terminals that do not exist.
    private static let nobody = [UInt8](repeating: 0, count: SHA256.byteCount)

    private struct Credentials {
        let terminal: TerminalID
        let secret: [UInt8]

        init?(_ header: String) {
            let scheme = "Bearer "
            guard header.hasPrefix(scheme) else { return nil }
            let parts = header.dropFirst(scheme.count).split(separator: ".", omittingEmptySubsequences: false)
            guard parts.count == 2, let terminal = TerminalID(text: String(parts[0])), parts[1].utf8.count == 64,
                let secret = Hex.decode(parts[1]), secret.count == 32
            else { return nil }
            self.terminal = terminal
            self.secret = secret
        }
    }
}
