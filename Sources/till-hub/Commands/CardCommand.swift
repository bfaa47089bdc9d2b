import ArgumentParser
import Hub
import Payments

struct CardCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "card", abstract: "Issue cards and report them lost, stolen or found.",
        discussion: """
            A card is 'purse:' and the 20 digits of its application serial number, or 'uid:' and the 8, 14 or 20 \
            digits of its chip number.

            EXAMPLES
              till-hub card issue uid:04A1B2C3D4E5F6 --account 2026010001
              till-hub card lost uid:04A1B2C3D4E5F6
              till-hub card list --account 2026010001
            """,
        subcommands: [Issue.self, List.self, Lost.self, Stolen.self, Found.self, Close.self], aliases: ["cards"])

    struct Issue: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Give an account a card.")

        @Argument(help: "The card.")
        var card: CardID
        @Option(help: "The account that the card pays from.")
        var account: AccountID
        @OptionGroup var hub: HubOptions

        func run() async throws {
            let answer = try await hub.client.post("/operator/v1/cards", NewCard(id: card, account: account))
            try hub.show(answer, as: CardSummary.self) { "card \($0.id.text) issued for account \($0.account.text)" }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List cards.")

        @Option(help: "Only this account's cards.")
        var account: AccountID?
        @OptionGroup var page: PageOptions
        @OptionGroup var hub: HubOptions

        func run() async throws {
            let answer = try await hub.client.get(
                "/operator/v1/cards", page.query + [("account", account?.text)])
            try hub.show(answer, as: Page<CardSummary>.self) { page in
                if page.items.isEmpty, self.page.after == nil {
                    return account == nil
                        ? "no cards yet; issue one with: till-hub card issue CARD --account NUMBER"
                        : "the account has no cards"
                }
                var table = TextTable([.left("CARD"), .left("ACCOUNT"), .left("STATUS"), .left("HOT LIST")])
                for card in page.items {
                    table.add([
                        card.id.text, card.account.text, card.status.rawValue,
                        Presentation.reason(card.hotListReason),
                    ])
                }
                return PageOptions.text(table, next: page.next)
            }
        }
    }

    struct Lost: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Report a card lost: it is refused from the moment a terminal hears of it.")

        @OptionGroup var change: CardChangeOptions

        func run() async throws { try await change.run("lost") }
    }

    struct Stolen: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Report a card stolen. There is no way back.")

        @OptionGroup var change: CardChangeOptions

        func run() async throws { try await change.run("stolen") }
    }

    struct Found: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Take a lost card back into use.")

        @OptionGroup var change: CardChangeOptions

        func run() async throws { try await change.run("found") }
    }

    struct Close: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Close a card for ever.")

        @OptionGroup var change: CardChangeOptions

        func run() async throws { try await change.run("close") }
    }
}

/// A command that changes one card's status.
struct CardChangeOptions: ParsableArguments {
    @Argument(help: "The card.")
    var card: CardID
    @OptionGroup var hub: HubOptions

    func run(_ verb: String) async throws {
        let answer = try await hub.client.post("/operator/v1/cards/\(card.text)/\(verb)")
        try hub.show(answer, as: CardSummary.self) { card in
            let listed = card.hotListReason == nil ? "not on the hot list" : "on the hot list"
            return "card \(card.id.text) is \(card.status.rawValue), \(listed)"
        }
    }
}
