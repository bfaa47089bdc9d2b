import Crypto
import Foundation
import HubProtocol
import Payments

/// Recognises terminals by `Authorization: Bearer <terminal id>.<64 hexadecimal digits>`.
struct TerminalAuthenticator: Sendable {
    let store: any TerminalStore

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
        guard known.enabled else {
            throw HubRefusalError(.terminalNotPermitted, "the terminal is disabled")
        }
        store.noteContact(credentials.terminal, now: now)
        return credentials.terminal
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
