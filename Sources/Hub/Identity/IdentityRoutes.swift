import HTTPTypes
import HubProtocol

/// How terminals get their certificates, and what operators do about them.
struct IdentityRoutes: Sendable {
    let store: any IdentityStore
    let desk: EnrolmentDesk

    var terminalTable: [Route] {
        [
            .reading(.get, "/v1/authority", "getAuthority", .open) { _ in desk.authorityAnswer },
            .taking(.post, "/v1/enrolment", "enrol", .open, EnrolmentRequest.self) { request, enrolment in
                try await desk.enrol(enrolment, now: request.now)
            },
            .taking(.post, "/v1/certificates", "renewCertificate", .lateTerminal, RenewalRequest.self) {
                request, renewal in
                guard let current = request.certificate else {
                    throw HubRefusalError(.certificateRequired, "only a certificate can be renewed")
                }
                return try await desk.renew(
                    renewal, terminal: request.authenticatedTerminal(), current: current, now: request.now)
            },
        ]
    }

    var operatorTable: [Route] {
        let terminal = "/operator/v1/terminals/{terminal}"
        return [
            .taking(.post, terminal + "/enrolment", "makeEnrolmentCode", .operator, EnrolmentTerms.self) {
                request, terms in
                try await desk.makeCode(terms, terminal: request.identifier("terminal"), now: request.now)
            },
            .reading(.get, terminal + "/certificates", "listCertificates", .operator) { request in
                list(try await store.certificates(of: request.identifier("terminal")))
            },
            .reading(.post, terminal + "/revoke", "revokeCertificates", .operator) { request in
                list(try await store.revokeCertificates(of: request.identifier("terminal"), now: request.now))
            },
        ]
    }

    private func list(_ records: [CertificateRecord]) -> CertificateList {
        CertificateList(items: records.prefix(HubLimits.certificatesShown).map(CertificateSummary.init))
    }
}
