import ArgumentParser
import Hub
import Payments

struct Hold: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Look at holds.", subcommands: [List.self], aliases: ["holds"])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List holds, newest first.",
            discussion: "EXAMPLES\n  till-hub hold list\n  till-hub hold list --account 2026010001 --all")

        @Option(help: "Only this account's holds.")
        var account: AccountID?
        @Flag(help: "Resolved and declined holds too.")
        var all = false
        @OptionGroup var page: PageOptions
        @OptionGroup var hub: HubOptions

        func run() async throws {
            let presentation = try await hub.presentation()
            let filter = all ? HoldFilter.all : .active
            let answer = try await hub.client.get(
                "/operator/v1/holds", page.query + [("account", account?.text), ("state", filter.rawValue)])
            try hub.show(answer, as: Page<HoldSummary>.self) { page in
                if page.items.isEmpty, self.page.after == nil { return all ? "no holds" : "no active holds" }
                var table = TextTable([
                    .left("TRANSACTION"), .left("STATE"), .right("AMOUNT ¥"), .left("ACCOUNT"), .left("MERCHANT"),
                    .left("SINCE"), .left("RESOLVED"), .left("REASON"),
                ])
                for hold in page.items {
                    table.add([
                        hold.transaction.text, hold.state.rawValue, Presentation.amount(hold.amountFen),
                        hold.account?.text ?? "-", hold.merchant.text, presentation.time(hold.createdAtMilliseconds),
                        presentation.time(hold.resolvedAtMilliseconds), Presentation.reason(hold.reason),
                    ])
                }
                return PageOptions.text(table, next: page.next)
            }
        }
    }
}
