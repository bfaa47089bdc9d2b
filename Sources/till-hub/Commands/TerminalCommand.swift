import ArgumentParser
import Hub
import HubProtocol
import Payments

struct TerminalCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "terminal", abstract: "Register terminals and look after them.",
        discussion: """
            EXAMPLES
              till-hub terminal register --name "Canteen 1, counter 3" --merchant canteen-1
              till-hub terminal enrol 000000000001
              till-hub terminal show 000000000001
              till-hub terminal reset-journal 000000000001
            """,
        subcommands: [
            Register.self, Enrol.self, List.self, Show.self, Certificates.self, Revoke.self, Disable.self, Enable.self,
            ResetJournal.self, Merchants.self,
        ], aliases: ["terminals"])

    struct Register: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Register a terminal.",
            discussion: """
                Then make a code with "till-hub terminal enrol", with which the terminal gets its certificate. The \
                secret is for a terminal on the hub's own machine that uses plain_listen; it is printed once and \
                cannot be asked for again.

                EXAMPLE
                  till-hub terminal register --name "Canteen 1, counter 3" --merchant canteen-1 --merchant bakery
                """)

        @Option(help: "Where the terminal hangs.")
        var name: String
        @Option(help: "A merchant for which it may sell; repeat for more.")
        var merchant: [MerchantID]
        @Option(help: "Its number, 12 hexadecimal digits (default: the next free one).")
        var id: TerminalID?
        @OptionGroup var hub: HubOptions

        func validate() throws {
            if merchant.isEmpty { throw ValidationError("Missing expected argument '--merchant <merchant>'") }
        }

        func run() async throws {
            let answer = try await hub.client.post(
                "/operator/v1/terminals", NewTerminal(name: name, merchants: merchant, id: id))
            try hub.show(answer, as: TerminalCredentials.self) { credentials in
                """
                terminal  \(credentials.id)
                secret    \(credentials.secret)
                The secret is shown only now, and needed only without TLS on this machine. Next:
                till-hub terminal enrol \(credentials.id)
                """
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List terminals.")

        @OptionGroup var page: PageOptions
        @OptionGroup var hub: HubOptions

        func run() async throws {
            let presentation = try await hub.presentation()
            let answer = try await hub.client.get("/operator/v1/terminals", page.query)
            try hub.show(answer, as: Page<TerminalSummary>.self) { page in
                if page.items.isEmpty, self.page.after == nil {
                    return "no terminals yet; register one with: till-hub terminal register --name NAME "
                        + "--merchant MERCHANT"
                }
                var table = TextTable([
                    .left("TERMINAL"), .left("NAME"), .left("STATE"), .right("RECORDS"), .right("SALES"),
                    .right("SUM ¥"), .left("LAST CONTACT"),
                ])
                for terminal in page.items {
                    table.add([
                        terminal.id.text, terminal.name, terminal.enabled ? "enabled" : "disabled",
                        String(terminal.records), String(terminal.approvedCount),
                        Presentation.amount(terminal.approvedFen),
                        presentation.time(terminal.lastContactMilliseconds),
                    ])
                }
                return PageOptions.text(table, next: page.next)
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show one terminal and its journal.")

        @Argument(help: "Terminal number.")
        var terminal: TerminalID
        @OptionGroup var hub: HubOptions

        func run() async throws {
            let presentation = try await hub.presentation()
            let answer = try await hub.client.get("/operator/v1/terminals/\(terminal.text)")
            if hub.json { return try hub.show(answer, as: TerminalSummary.self) { _ in "" } }
            let certificates = try hub.decode(
                try await hub.client.get("/operator/v1/terminals/\(terminal.text)/certificates"),
                as: CertificateList.self)
            try hub.show(answer, as: TerminalSummary.self) {
                Self.text($0, presentation) + "\n" + Enrol.text(certificates, presentation)
            }
        }

        static func text(_ terminal: TerminalSummary, _ presentation: Presentation) -> String {
            """
            terminal      \(terminal.id)
            name          \(terminal.name)
            state         \(terminal.enabled ? "enabled" : "disabled")
            merchants     \(terminal.merchants.map(\.text).joined(separator: ", "))
            journal       \(terminal.journal?.text ?? "none; waits for the terminal to register one")
            acknowledged  \(terminal.sequence)
            head          \(terminal.hash?.text ?? "-")
            records       \(terminal.records)
            sales         \(terminal.approvedCount), \(Amount(fen: terminal.approvedFen))
            registered    \(presentation.time(terminal.registeredAtMilliseconds))
            last contact  \(presentation.time(terminal.lastContactMilliseconds))
            """
        }
    }

    struct Disable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Refuse a terminal's credentials.")

        @OptionGroup var change: TerminalChange

        func run() async throws { try await change.run("disable") }
    }

    struct Enable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Take a terminal's credentials again.")

        @OptionGroup var change: TerminalChange

        func run() async throws { try await change.run("enable") }
    }

    struct ResetJournal: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let a terminal with a new disk start a new journal.",
            discussion: """
                What the old journal delivered stays. What it approved and did not deliver is lost with its disk: the \
                holds for it are released and listed as an exception.
                """)

        @OptionGroup var change: TerminalChange

        func run() async throws { try await change.run("reset-journal") }
    }

    struct Merchants: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Set the merchants for which a terminal may sell.",
            discussion: "EXAMPLE\n  till-hub terminal merchants 000000000001 canteen-1 bakery")

        @Argument(help: "Terminal number.")
        var terminal: TerminalID
        @Argument(help: "All merchants that it may sell for.")
        var merchants: [MerchantID]
        @OptionGroup var hub: HubOptions

        func run() async throws {
            let answer = try await hub.client.put(
                "/operator/v1/terminals/\(terminal.text)/merchants", TerminalMerchants(merchants: merchants))
            try hub.show(answer, as: TerminalSummary.self) { terminal in
                "terminal \(terminal.id) sells for \(terminal.merchants.map(\.text).joined(separator: ", "))"
            }
        }
    }
}

/// A command that changes one terminal.
struct TerminalChange: ParsableArguments {
    @Argument(help: "Terminal number.")
    var terminal: TerminalID
    @OptionGroup var hub: HubOptions

    func run(_ verb: String) async throws {
        let presentation = try await hub.presentation()
        let answer = try await hub.client.post("/operator/v1/terminals/\(terminal.text)/\(verb)")
        try hub.show(answer, as: TerminalSummary.self) { TerminalCommand.Show.text($0, presentation) }
    }
}
