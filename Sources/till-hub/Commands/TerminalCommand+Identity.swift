import ArgumentParser
import Hub
import HubProtocol
import Payments

extension TerminalCommand {
    struct Enrol: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a one-time code with which a terminal gets its certificate.",
            discussion: """
                The code is printed once. At the terminal: tilld enrol. A terminal that has a certificate keeps it \
                until the code is used; then the old one is revoked.

                EXAMPLE
                  till-hub terminal enrol 000000000001 --valid-hours 2
                """)

        @Argument(help: "Terminal number.")
        var terminal: TerminalID
        @Option(help: "For how many hours the code may be used, 1 to 168.")
        var validHours = 24
        @OptionGroup var hub: HubOptions

        func validate() throws {
            guard (1...168).contains(validHours) else { throw ValidationError("--valid-hours is 1 to 168") }
        }

        func run() async throws {
            let presentation = try await hub.presentation()
            let answer = try await hub.client.post(
                "/operator/v1/terminals/\(terminal.text)/enrolment",
                EnrolmentTerms(lifetimeSeconds: validHours * 3600))
            try hub.show(answer, as: IssuedEnrolmentCode.self) { code in
                """
                terminal  \(code.terminal)
                code      \(code.code)
                until     \(presentation.time(code.expiresAtMilliseconds))
                The code is shown only now and works once. At the terminal: tilld enrol
                """
            }
        }

        /// The certificates of a terminal, for people.
        static func text(_ list: CertificateList, _ presentation: Presentation) -> String {
            if list.items.isEmpty { return "certificates  none; make a code with: till-hub terminal enrol" }
            var table = TextTable([.left("CERTIFICATE"), .left("ISSUED"), .left("EXPIRES"), .left("STATE")])
            for item in list.items {
                table.add([
                    item.serial, presentation.time(item.issuedAtMilliseconds),
                    presentation.time(item.expiresAtMilliseconds),
                    item.revokedAtMilliseconds.map { "revoked \(presentation.time($0))" } ?? "counts",
                ])
            }
            return table.text
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Revoke all certificates of a terminal, and its enrolment code.",
            discussion: """
                From now on the hub takes nothing from it, not even records. To let it in again, enrol it anew: then \
                it delivers what it holds.

                EXAMPLE
                  till-hub terminal revoke 000000000001
                """)

        @Argument(help: "Terminal number.")
        var terminal: TerminalID
        @OptionGroup var hub: HubOptions

        func run() async throws {
            let presentation = try await hub.presentation()
            let answer = try await hub.client.post("/operator/v1/terminals/\(terminal.text)/revoke")
            try hub.show(answer, as: CertificateList.self) { Enrol.text($0, presentation) }
        }
    }

    struct Certificates: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List a terminal's certificates, newest first.")

        @Argument(help: "Terminal number.")
        var terminal: TerminalID
        @OptionGroup var hub: HubOptions

        func run() async throws {
            let presentation = try await hub.presentation()
            let answer = try await hub.client.get("/operator/v1/terminals/\(terminal.text)/certificates")
            try hub.show(answer, as: CertificateList.self) { Enrol.text($0, presentation) }
        }
    }
}
