import ArgumentParser
import ControlClient
import ControlProtocol
import Payments

struct PolicyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy", abstract: "Explains the rules of the campus.", subcommands: [Explain.self],
        defaultSubcommand: Explain.self)

    struct Explain: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows the rules in force, what they allow now, and the worst possible loss.",
            discussion: """
                Each rule is shown with the scope that sets it. The losses are what the campus can lose while terminals
                cannot reach the hub; docs/reference/policy.md derives them. Texts are Chinese where the locale is.

                EXAMPLES
                  till policy explain
                  till policy explain --class staff --at 2026-11-20T12:00
                  till policy explain --account 2026010001 --terminals 40 --json
                """)

        @OptionGroup var common: CommonOptions

        @Option(help: "Shows what this account may still do here.", transform: account)
        var account: AccountID?

        @Option(name: .customLong("class"), help: "Shows the rules for cards of this class.", transform: className)
        var cardClass: ClassName?

        @Option(help: ArgumentHelp("As if it were this campus time.", valueName: "YYYY-MM-DDThh:mm"))
        var at: String?

        @Option(help: "How many terminals are cut off at the same time.")
        var terminals = 1

        func validate() throws {
            guard (1...100_000).contains(terminals) else { throw ValidationError("--terminals is from 1 to 100000") }
            if let at, LocalTime(at) == nil { throw ValidationError("--at is a time such as 2026-11-20T12:00") }
        }

        func run() async throws {
            try await common.run {
                var time: Int64?
                if let local = at.flatMap({ LocalTime($0) }) {
                    let zone = try await common.client.policy(
                        account: nil, cardClass: nil, at: nil, terminals: 1
                    ).timeZoneSeconds
                    time = local.time(offset: zone).milliseconds
                }
                let explanation = try await common.client.policy(
                    account: account, cardClass: cardClass, at: time, terminals: terminals)
                if common.json { return try common.printJSON(explanation) }
                print(PolicyText(explanation, isChinese: Language.prefersChinese).text)
            }
        }

        private static func account(_ text: String) throws -> AccountID {
            guard let account = AccountID(text: text) else { throw ValidationError("not an account number") }
            return account
        }

        private static func className(_ text: String) throws -> ClassName {
            guard let name = ClassName(text: text) else { throw ValidationError("not the name of a class") }
            return name
        }
    }
}
