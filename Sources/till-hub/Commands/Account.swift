import ArgumentParser
import Hub
import Payments

struct Account: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Create, show and change cardholders' accounts.",
        discussion: """
            EXAMPLES
              till-hub account create 2026010001 --name 李雷
              till-hub account statement 2026010001 --limit 20
              till-hub account freeze 2026010001
            """,
        subcommands: [
            Create.self, List.self, Debt.self, Show.self, StatementOf.self, Freeze.self, Unfreeze.self, Close.self,
            Terms.self, Limits.self, PIN.self, Subsidy.self,
        ],
        aliases: ["accounts"])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Create an account.",
            discussion: "EXAMPLE\n  till-hub account create 2026010001 --name 李雷")

        @Argument(help: "Account number, 1 to 18 digits, for example a student number.")
        var account: AccountID
        @Option(help: "Whose account it is.")
        var name: String
        @OptionGroup var hub: HubOptions

        func run() async throws {
            let answer = try await hub.client.post(
                "/operator/v1/accounts", NewAccount(id: account, name: name))
            try hub.show(answer, as: AccountSummary.self) { "account \($0.id.text) created for \($0.name)" }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List accounts with their balances.")

        @OptionGroup var page: PageOptions
        @OptionGroup var hub: HubOptions

        func run() async throws {
            let answer = try await hub.client.get("/operator/v1/accounts", page.query)
            try hub.show(answer, as: Page<AccountSummary>.self) { page in
                if page.items.isEmpty, self.page.after == nil {
                    return "no accounts yet; create one with: till-hub account create NUMBER --name NAME"
                }
                var table = TextTable([
                    .left("ACCOUNT"), .left("NAME"), .left("STATUS"), .right("BALANCE ¥"), .right("HELD ¥"),
                    .right("SUBSIDY ¥"),
                ])
                for account in page.items {
                    table.add([
                        account.id.text, account.name, account.status.rawValue,
                        Presentation.amount(account.balanceFen), Presentation.amount(account.heldFen),
                        Presentation.amount(account.subsidyFen),
                    ])
                }
                return PageOptions.text(table, next: page.next)
            }
        }
    }

    struct Debt: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the accounts below zero. The next top-up of each ends its debt first.")

        @OptionGroup var page: PageOptions
        @OptionGroup var hub: HubOptions

        func run() async throws {
            let answer = try await hub.client.get("/operator/v1/debts", page.query)
            try hub.show(answer, as: Page<AccountSummary>.self) { page in
                if page.items.isEmpty, self.page.after == nil { return "no account is in debt" }
                var table = TextTable([.left("ACCOUNT"), .left("NAME"), .left("STATUS"), .right("DEBT ¥")])
                for account in page.items {
                    table.add([
                        account.id.text, account.name, account.status.rawValue,
                        Presentation.amount(-account.balanceFen),
                    ])
                }
                return PageOptions.text(table, next: page.next)
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show one account.")

        @Argument(help: "Account number.")
        var account: AccountID
        @OptionGroup var hub: HubOptions

        func run() async throws {
            let presentation = try await hub.presentation()
            let answer = try await hub.client.get("/operator/v1/accounts/\(account.text)")
            try hub.show(answer, as: AccountSummary.self) { account in
                """
                account    \(account.id.text)
                name       \(account.name)
                status     \(account.status.rawValue)
                balance    \(Amount(fen: account.balanceFen))
                held       \(Amount(fen: account.heldFen))
                available  \(Amount(fen: account.balanceFen - account.heldFen))
                subsidy    \(Amount(fen: account.subsidyFen))
                created    \(presentation.time(account.createdAtMilliseconds))
                """
            }
        }
    }

    struct StatementOf: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "statement",
            abstract: "Print an account's postings, newest first: cash and subsidy, each with its own balance.")

        @Argument(help: "Account number.")
        var account: AccountID
        @OptionGroup var statement: StatementOptions
        @OptionGroup var hub: HubOptions

        func run() async throws {
            try await statement.run("/operator/v1/accounts/\(account.text)/statement", hub: hub)
        }
    }

    struct Freeze: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Stop an account from paying.")

        @OptionGroup var change: AccountChange

        func run() async throws { try await change.run("freeze") }
    }

    struct Unfreeze: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Let a frozen account pay again.")

        @OptionGroup var change: AccountChange

        func run() async throws { try await change.run("unfreeze") }
    }

    struct Close: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Close an account for ever. What it holds stays owed and on its statement.")

        @OptionGroup var change: AccountChange

        func run() async throws { try await change.run("close") }
    }
}

/// A command that changes one account's status.
struct AccountChange: ParsableArguments {
    @Argument(help: "Account number.")
    var account: AccountID
    @OptionGroup var hub: HubOptions

    func run(_ verb: String) async throws {
        let answer = try await hub.client.post("/operator/v1/accounts/\(account.text)/\(verb)")
        try hub.show(answer, as: AccountSummary.self) { account in
            let text = "account \(account.id.text) is \(account.status.rawValue)"
            return account.status == .closed && account.balanceFen != 0
                ? "\(text); its balance is \(Amount(fen: account.balanceFen))" : text
        }
    }
}
