import Certificates
import Crypto
import Foundation
import HTTPTypes
import Hub
import HubProtocol
import Logging
import Payments
import ServiceLifecycle
import TestSupport
import Testing

/// Real handshakes: the hub's own TLS on loopback, curl and OpenSSL at the other end.
@Suite("Terminal identity", .timeLimit(.minutes(15)))
struct IdentityTests {
    /// A running hub with a registered terminal.
    struct Office: Sendable {
        let hub: HubFixture
        let terminal: TestTerminal
        let port: Int
        let directory: TemporaryDirectory
        let log: LogLines

        var id: TerminalID { terminal.credentials.id }
        var root: String { directory.file("root.pem") }

        func tls(_ name: String) throws -> TLSTerminal {
            try TLSTerminal(folder: directory.file(name), port: port, root: root)
        }

        func code(_ terms: EnrolmentTerms = EnrolmentTerms()) async throws -> EnrolmentCode {
            let issued = try await hub.operate(
                .post, "/terminals/\(id)/enrolment", terms, as: IssuedEnrolmentCode.self)
            return try EnrolmentCode(text: issued.code)
        }

        func enrol(_ tls: TLSTerminal, secret: [UInt8], id: TerminalID? = nil) async throws -> TLSTerminal.Answer {
            let body = EnrolmentRequest(
                terminal: id ?? self.id, secret: Hex.encode(secret), certificateRequest: try await tls.request())
            return try take(try await tls.ask("POST", "/v1/enrolment", JSONEncoder().encode(body)), tls)
        }

        func renew(_ tls: TLSTerminal, into next: TLSTerminal) async throws -> TLSTerminal.Answer {
            let body = RenewalRequest(certificateRequest: try await next.request())
            return try take(try await tls.ask("POST", "/v1/certificates", JSONEncoder().encode(body)), next)
        }

        private func take(_ answer: TLSTerminal.Answer, _ tls: TLSTerminal) throws -> TLSTerminal.Answer {
            if answer.status == 200 {
                let message = try JSONDecoder().decode(CertificateAnswer.self, from: Data(answer.text.utf8))
                try message.certificate.write(toFile: tls.certificate, atomically: true, encoding: .utf8)
            }
            return answer
        }

        /// A terminal with a certificate.
        func enrolled(_ name: String = "t") async throws -> TLSTerminal {
            let tls = try tls(name)
            let answer = try await enrol(tls, secret: try await code().secret)
            try #require(answer.status == 200, "\(answer.text)")
            return tls
        }

        func certificates() async throws -> [CertificateSummary] {
            try await hub.operate(.get, "/terminals/\(id)/certificates", as: CertificateList.self).items
        }
    }

    func withOffice(_ body: @Sendable (Office) async throws -> Void) async throws {
        let directory = try TemporaryDirectory()
        let name = try #require(ServerName(text: "127.0.0.1"))
        let configuration = HubConfiguration(
            port: 0, databasePath: directory.file("hub.sqlite"), operatorSocketPath: directory.file("operator.sock"),
            codeKeyPath: directory.file("code-key.json"), tls: TLSListener(host: "127.0.0.1", port: 0, names: [name]))
        let clock = ManualHubClock()
        let lines = LogLines()
        let logger = Logger(label: "hub") { _ in LineLogHandler(lines: lines) }
        let hub = try await HubApplication.open(
            configuration, codeIssuer: { PlainCodeIssuer(key: $0) }, clock: clock, logger: logger)
        let fixture = HubFixture.adopt(hub, directory: directory, configuration: configuration, clock: clock)
        let group = ServiceGroup(configuration: .init(services: [hub], logger: .quiet))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            do {
                let port = try await hub.boundTLSPort()
                try await hub.operatorReady()
                let terminal = try await fixture.terminal([try await fixture.merchant()])
                let root = try await fixture.ask(.get, "/v1/authority").decoded(as: AuthorityAnswer.self)
                try root.certificate.write(
                    toFile: directory.file("root.pem"), atomically: true, encoding: .utf8)
                try await body(
                    Office(hub: fixture, terminal: terminal, port: port, directory: directory, log: lines))
            } catch {
                await group.triggerGracefulShutdown()
                throw error
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    @Test("without a certificate nothing but health, authority and enrolment answers, whatever secret comes along")
    func withoutCertificate() async throws {
        try await withOffice { office in
            let stranger = try office.tls("stranger")
            #expect(try await stranger.ask("GET", "/v1/health").status == 200)
            let routes = office.hub.hub.routes.filter { $0.access == .terminal || $0.access == .lateTerminal }
            #expect(routes.count >= 6)
            for route in routes {
                let answer = try await stranger.ask(
                    route.method.rawValue, route.path, route.method == .post ? Data("{}".utf8) : nil,
                    headers: ["Authorization: \(office.terminal.authorization)"])
                #expect(answer.status == 401, "\(route.path): \(answer.text)")
                #expect(answer.code == "E4151", "\(route.path)")
            }
            for route in office.hub.hub.routes where route.access == .operator {
                #expect(try await stranger.ask(route.method.rawValue, route.path).status == 404, "\(route.path)")
            }
        }
    }

    @Test("an enrolled terminal is served under its own number, and not for another's")
    func enrolled() async throws {
        try await withOffice { office in
            let tls = try await office.enrolled()
            #expect(try await tls.ask("GET", "/v1/changes").status == 200)
            let account = try await office.hub.account(1, fen: 1000)
            try office.terminal.write(.approved, account)
            let own = try await tls.ask("POST", "/v1/batches", JSONEncoder().encode(office.terminal.batch(1...1)))
            #expect(own.status == 200, "\(own.text)")
            let other = try await office.hub.terminal([office.terminal.merchant], journal: 0xB0B0_0001)
            try other.write(.approved, account)
            let foreign = try await tls.ask("POST", "/v1/batches", JSONEncoder().encode(other.batch(1...1)))
            #expect(foreign.status >= 400, "\(foreign.text)")
            let hold = try JSONEncoder().encode(other.holdRequest(other.mint(), number: 1, fen: 5))
            #expect(try await tls.ask("POST", "/v1/holds", hold).status >= 400)
            let summary = try await office.hub.operate(
                .get, "/terminals/\(other.credentials.id)", as: TerminalSummary.self)
            #expect(summary.records == 0)
        }
    }

    @Test("a certificate of another authority, a self-signed one and one for a server do not pass the handshake")
    func foreignCertificates() async throws {
        try await withOffice { office in
            let other = try CertificateAuthority(
                serial: CertificateSerial(random: (0..<16).map { _ in .random(in: 0...255) }),
                now: office.hub.clock.now())
            let tls = try office.tls("foreign")
            let foreign = try await other.issue(
                CertificateRequest(pem: tls.request()), terminal: office.id,
                serial: CertificateSerial(random: (0..<16).map { _ in .random(in: 0...255) }),
                now: office.hub.clock.now(), lifetime: .seconds(3600))
            try foreign.pem.write(toFile: tls.certificate, atomically: true, encoding: .utf8)
            #expect(try await tls.ask("GET", "/v1/changes").exit != 0)

            let own = try office.tls("self")
            let made = try await TLSTerminal.run(
                "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                own.key, "-out", own.certificate, "-subj", "/CN=\(office.id)", "-addext", "extendedKeyUsage=clientAuth")
            try #require(made.status == 0, "\(made.text)")
            #expect(try await own.ask("GET", "/v1/health").exit != 0)

            // The hub's own authority, but a key that somebody stole for a certificate that the hub never issued.
            let authority = try AuthorityFile.loadOrCreate(
                path: office.hub.configuration.authorityPath, now: office.hub.clock.now(),
                random: { Array(repeating: 0, count: $0) })
            let server = try authority.serverIdentity(
                names: [try #require(ServerName(text: "localhost"))],
                serial: CertificateSerial(random: (0..<16).map { _ in .random(in: 0...255) }))
            let impostor = try office.tls("server")
            try server.key.pem.write(toFile: impostor.key, atomically: true, encoding: .utf8)
            try server.certificatePEM.write(toFile: impostor.certificate, atomically: true, encoding: .utf8)
            #expect(try await impostor.ask("GET", "/v1/health").exit != 0)
            let unlisted = try office.tls("unlisted")
            try await authority.issue(
                CertificateRequest(pem: unlisted.request()), terminal: office.id,
                serial: CertificateSerial(random: (0..<16).map { _ in .random(in: 0...255) }),
                now: office.hub.clock.now(), lifetime: .seconds(3600)
            ).pem.write(toFile: unlisted.certificate, atomically: true, encoding: .utf8)
            #expect(try await unlisted.ask("GET", "/v1/changes").code == "E4151")
        }
    }

    @Test("an expired certificate still registers its journal, uploads and renews, and does nothing else")
    func expired() async throws {
        try await withOffice { office in
            let tls = try await office.enrolled()
            let account = try await office.hub.account(1, fen: 1000)
            try office.terminal.write(.approved, account)
            office.hub.clock.advance(by: .seconds(91 * 86_400))
            let hold = try JSONEncoder().encode(
                office.terminal.holdRequest(office.terminal.mint(), number: 1, fen: 5))
            for answer in [
                try await tls.ask("GET", "/v1/changes"), try await tls.ask("POST", "/v1/holds", hold),
                try await tls.ask("POST", "/v1/loads", Data("{}".utf8)),
            ] {
                #expect(answer.status == 403)
                #expect(answer.code == "E4153", "\(answer.text)")
            }
            let batch = try JSONEncoder().encode(office.terminal.batch(1...1))
            #expect(try await tls.ask("POST", "/v1/batches", batch).status == 200)
            let registration = JournalRegistration(
                journal: office.terminal.journalID,
                publicKey: Array(office.terminal.key.publicKey.rawRepresentation))
            #expect(try await tls.ask("POST", "/v1/journals", JSONEncoder().encode(registration)).status == 200)
            let next = try office.tls("next")
            #expect(try await office.renew(tls, into: next).status == 200)
            #expect(try await next.ask("GET", "/v1/changes").status == 200)
        }
    }

    @Test("a revoked certificate does nothing at all, expired or not, and stays revoked over a restart")
    func revoked() async throws {
        try await withOffice { office in
            let tls = try await office.enrolled()
            let list = try await office.hub.operate(
                .post, "/terminals/\(office.id)/revoke", as: CertificateList.self)
            #expect(list.items.allSatisfy { $0.revokedAtMilliseconds != nil })
            let account = try await office.hub.account(1, fen: 1000)
            try office.terminal.write(.approved, account)
            let batch = try JSONEncoder().encode(office.terminal.batch(1...1))
            for _ in 0..<2 {
                #expect(try await tls.ask("POST", "/v1/batches", batch).code == "E4152")
                #expect(try await tls.ask("GET", "/v1/changes").code == "E4152")
                #expect(try await office.renew(tls, into: try office.tls("next")).code == "E4152")
                office.hub.clock.advance(by: .seconds(91 * 86_400))
            }
            #expect(office.log.text.contains("refusal=E4152"))
            #expect(office.log.text.contains("terminal=\(office.id)"))
            // Enrolled anew, it delivers what it holds.
            #expect(try await office.enrolled("again").ask("POST", "/v1/batches", batch).status == 200)
            #expect(try await office.certificates().filter { $0.revokedAtMilliseconds == nil }.count == 1)
        }
    }

    @Test("a disabled terminal is refused over TLS too")
    func disabled() async throws {
        try await withOffice { office in
            let tls = try await office.enrolled()
            try await office.hub.operate(.post, "/terminals/\(office.id)/disable", as: TerminalSummary.self)
            #expect(try await tls.ask("GET", "/v1/changes").code == "E4104")
        }
    }

    @Test("a code works once; used, expired, ended and for another terminal it does not")
    func codes() async throws {
        try await withOffice { office in
            let tls = try office.tls("t")
            let code = try await office.code()
            let other = try await office.hub.terminal([office.terminal.merchant], journal: 0xB0B0_0001)
            #expect(try await office.enrol(tls, secret: code.secret, id: other.credentials.id).code == "E4154")
            #expect(try await office.enrol(tls, secret: code.secret).status == 200)
            let second = try office.tls("second")
            #expect(try await office.enrol(second, secret: code.secret).code == "E4155")
            let old = try await office.code(EnrolmentTerms(lifetimeSeconds: 60))
            office.hub.clock.advance(by: .seconds(60))
            #expect(try await office.enrol(second, secret: old.secret).code == "E4155")
            let replaced = try await office.code()
            let newest = try await office.code()
            #expect(try await office.enrol(second, secret: replaced.secret).code == "E4154")
            // The first certificate counts until the code is used.
            #expect(try await tls.ask("GET", "/v1/changes").status == 200)
            #expect(try await office.enrol(second, secret: newest.secret).status == 200)
            #expect(try await tls.ask("GET", "/v1/changes").code == "E4152")
            #expect(try await second.ask("GET", "/v1/changes").status == 200)
            let ended = try await office.code()
            try await office.hub.operate(.post, "/terminals/\(office.id)/revoke", as: CertificateList.self)
            #expect(try await office.enrol(second, secret: ended.secret).code == "E4154")
        }
    }

    @Test("after too many wrong codes the right one is refused too")
    func attempts() async throws {
        try await withOffice { office in
            let tls = try office.tls("t")
            let code = try await office.code()
            for _ in 0..<HubLimits.enrolmentAttempts {
                #expect(
                    try await office.enrol(tls, secret: [UInt8](repeating: 7, count: 15)).code == "E4154")
            }
            #expect(try await office.enrol(tls, secret: code.secret).code == "E4155")
            let again = try await office.code()
            #expect(try await office.enrol(tls, secret: again.secret).status == 200)
        }
    }

    @Test("a request that is none uses up no code")
    func badRequests() async throws {
        try await withOffice { office in
            let tls = try office.tls("t")
            let code = try await office.code()
            for text in ["", "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n"] {
                let body = EnrolmentRequest(
                    terminal: office.id, secret: Hex.encode(code.secret), certificateRequest: text)
                #expect(try await tls.ask("POST", "/v1/enrolment", JSONEncoder().encode(body)).code == "E4156")
            }
            #expect(try await office.enrol(tls, secret: code.secret).status == 200)
        }
    }

    @Test("a renewal leaves two certificates; a lost answer, or a copy of the terminal, does not leave a third")
    func renewal() async throws {
        try await withOffice { office in
            let first = try await office.enrolled()
            let lost = try office.tls("lost")
            #expect(try await office.renew(first, into: lost).status == 200)
            let second = try office.tls("second")
            #expect(try await office.renew(first, into: second).status == 200)
            #expect(try await lost.ask("GET", "/v1/changes").code == "E4152")
            #expect(try await first.ask("GET", "/v1/changes").status == 200)
            #expect(try await second.ask("GET", "/v1/changes").status == 200)
            let third = try office.tls("third")
            #expect(try await office.renew(second, into: third).status == 200)
            #expect(try await first.ask("GET", "/v1/changes").code == "E4152")
            #expect(try await office.certificates().count == 4)
            #expect(try await office.certificates().filter { $0.revokedAtMilliseconds == nil }.count == 2)
        }
    }

    @Test("promise 13: the log shows no code, no secret and no key")
    func logs() async throws {
        try await withOffice { office in
            let code = try await office.code()
            let tls = try office.tls("t")
            _ = try await office.enrol(tls, secret: code.secret)
            _ = try await office.enrol(tls, secret: code.secret)
            let text = office.log.text
            #expect(text.contains("E4155"))
            let key = try String(contentsOfFile: tls.key, encoding: .utf8).split(separator: "\n")[1]
            for secret in [code.text, Hex.encode(code.secret), String(key), office.terminal.credentials.secret] {
                #expect(!text.contains(secret))
            }
        }
    }

    @Test(
        "without TLS the hub does not listen beyond its own machine", arguments: ["0.0.0.0", "10.0.0.1", "::", "hub"])
    func plainListener(_ host: String) async throws {
        await #expect(throws: PlainListenerError(.notLoopback)) {
            try await HubFixture.open { $0.host = host }
        }
    }

    @Test("certificates and revocations survive a restart")
    func restart() async throws {
        let hub = try await HubFixture.open()
        let terminal = try await hub.terminal([try await hub.merchant()])
        let key = IdentityKey()
        let id = terminal.credentials.id
        let code = try EnrolmentCode(
            text: try await hub.operate(
                .post, "/terminals/\(id)/enrolment", EnrolmentTerms(), as: IssuedEnrolmentCode.self
            ).code)
        let request = EnrolmentRequest(
            terminal: id, secret: Hex.encode(code.secret),
            certificateRequest: try CertificateRequest(for: key, terminal: id).pem)
        let reply = try await hub.ask(.post, "/v1/enrolment", body: JSONEncoder().encode(request))
        try #require(reply.status == 200, "\(reply.text)")
        let authority = try await hub.ask(.get, "/v1/authority").decoded(as: AuthorityAnswer.self)
        _ = try TerminalIdentity(
            key: key, answer: reply.decoded(as: CertificateAnswer.self).certificate,
            root: RootCertificate(pem: authority.certificate), terminal: id)
        try await hub.operate(.post, "/terminals/\(id)/revoke", as: CertificateList.self)
        let before = try await hub.operate(.get, "/terminals/\(id)/certificates", as: CertificateList.self)
        let again = try await hub.reopened()
        #expect(try await again.operate(.get, "/terminals/\(id)/certificates", as: CertificateList.self) == before)
        #expect(try await again.ask(.get, "/v1/authority").decoded(as: AuthorityAnswer.self) == authority)
        let spent = try await again.ask(.post, "/v1/enrolment", body: JSONEncoder().encode(request))
        #expect(try spent.refusal().refusal == .enrolmentCodeWrong)
        try await again.hub.close()
    }
}
