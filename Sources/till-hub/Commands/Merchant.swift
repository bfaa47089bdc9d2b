import ArgumentParser
import Hub
import Payments

struct Merchant: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Add merchants and print what they are owed.",
        discussion: """
            EXAMPLES
              till-hub merchant add canteen-1 --name 第一食堂
              till-hub merchant statement canteen-1
            """,
        subcommands: [Add.self, List.self, StatementOf.self], aliases: ["merchants"])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Add a merchant.")

        @Argument(help: "Merchant, 1 to 32 letters, digits, '-', '_' or '.'.")
        var merchant: MerchantID
        @Option(help: "Its name for people.")
        var name: String
        @OptionGroup var hub: HubOptions

        func run() async throws {
            let answer = try await hub.client.post(
                "/operator/v1/merchants", NewMerchant(id: merchant, name: name))
            try hub.show(answer, as: MerchantSummary.self) { "merchant \($0.id) added: \($0.name)" }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List merchants with what they are owed.")

        @OptionGroup var page: PageOptions
        @OptionGroup var hub: HubOptions

        func run() async throws {
            let answer = try await hub.client.get("/operator/v1/merchants", page.query)
            try hub.show(answer, as: Page<MerchantSummary>.self) { page in
                if page.items.isEmpty, self.page.after == nil {
                    return "no merchants yet; add one with: till-hub merchant add MERCHANT --name NAME"
                }
                var table = TextTable([.left("MERCHANT"), .left("NAME"), .right("OWED ¥")])
                for merchant in page.items {
                    table.add([merchant.id.text, merchant.name, Presentation.amount(merchant.balanceFen)])
                }
                return PageOptions.text(table, next: page.next)
            }
        }
    }

    struct StatementOf: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "statement", abstract: "Print a merchant's postings, newest first.")

        @Argument(help: "The merchant.")
        var merchant: MerchantID
        @OptionGroup var statement: StatementOptions
        @OptionGroup var hub: HubOptions

        func run() async throws {
            try await statement.run("/operator/v1/merchants/\(merchant.text)/statement", hub: hub)
        }
    }
}
