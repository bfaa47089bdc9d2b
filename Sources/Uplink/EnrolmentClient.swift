import AsyncHTTPClient
import Certificates
import FoundationEssentials
import HubProtocol
import NIOHTTP1
import Payments
import Terminal

/// Gets a new terminal its certificate.
///
/// The first request only fetches the certificate of the campus's authority, from whoever answers; it is compared with
/// the fingerprint in the code. The secret of the code goes over a second connection, which trusts that authority
/// alone.
package struct EnrolmentClient: Sendable {
    private let address: HubAddress
    private let userAgent: String

    /// - Parameter address: with `https`.
    package init(address: HubAddress, userAgent: String) {
        self.address = address
        self.userAgent = userAgent
    }

    /// Makes a key, and asks for a certificate for it. The key is in the result and nowhere else.
    ///
    /// - Throws: ``Terminal/HubError``, ``Certificates/CertificateError``.
    package func enrol(_ terminal: TerminalID, code: EnrolmentCode) async throws -> TerminalIdentity {
        let root = try await authority()
        guard code.recognises(root) else { throw CertificateError(.hubNotRecognised, detail: address.text) }
        let key = IdentityKey()
        let message = EnrolmentRequest(
            terminal: terminal, secret: Hex.encode(code.secret),
            certificateRequest: try CertificateRequest(for: key, terminal: terminal).pem)
        let connection = HubConnection(try .hub(tls: HubTLS.configuration(trusting: root)))
        let answer: CertificateAnswer
        do {
            answer = try await client(connection).post("/v1/enrolment", message, timeout: Self.patience)
        } catch {
            await connection.shutdown()
            throw error
        }
        await connection.shutdown()
        return try TerminalIdentity(key: key, answer: answer.certificate, root: root, terminal: terminal)
    }

    private func authority() async throws -> RootCertificate {
        let connection = HubConnection(.hub(tls: HubTLS.unverified))
        let answer: AuthorityAnswer
        do {
            answer = try await client(connection).get("/v1/authority", timeout: Self.patience)
        } catch {
            await connection.shutdown()
            throw error
        }
        await connection.shutdown()
        return try RootCertificate(pem: answer.certificate)
    }

    private static let patience = HTTPHubGateway.exchangeTimeout

    private func client(_ connection: HubConnection) -> HubExchange {
        HubExchange(
            client: connection.client, address: address,
            headers: ["User-Agent": userAgent, "Accept": "application/json"])
    }
}
