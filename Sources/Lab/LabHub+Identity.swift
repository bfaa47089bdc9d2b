import Foundation
import Payments

/// How terminals of the lab get and lose their certificates.
extension LabHub {
    /// A one-time code for the terminal.
    package func enrolmentCode(_ terminal: String) async throws -> String {
        struct Issued: Decodable { var code: String }
        let issued: Issued = try await json("terminal", "enrol", terminal)
        return issued.code
    }

    package func revoke(_ terminal: String) async throws { _ = try await run("terminal", "revoke", terminal) }

    /// A terminal's certificate as the hub shows it.
    package struct CertificateFigures: Decodable, Sendable {
        package var serial: String
        package var issuedAtMilliseconds: Int64
        package var expiresAtMilliseconds: Int64
        package var revokedAtMilliseconds: Int64?
    }

    /// The terminal's certificates, newest first.
    package func certificates(_ terminal: String) async throws -> [CertificateFigures] {
        struct List: Decodable { var items: [CertificateFigures] }
        let list: List = try await json("terminal", "certificates", terminal)
        return list.items
    }
}
