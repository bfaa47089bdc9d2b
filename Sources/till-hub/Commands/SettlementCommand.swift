import ArgumentParser
import Foundation
import Hub
import Payments

struct SettlementCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "settlement", abstract: "Settle with merchants (结算): draw up, confirm, pay, print.",
        discussion: """
            A settlement covers whole closed business days, from the day after the merchant's last one. One person \
            draws it up, another confirms it. A net that is not positive is carried over to the next one.

            EXAMPLES
              till-hub settlement draft --through 2026-09-30
              till-hub settlement confirm 12
              till-hub settlement pay 12 --reference BANK-2026-10-0007
              till-hub settlement statement 12 --format csv --output canteen-1.csv
            """,
        subcommands: [Draft.self, List.self, Confirm.self, Cancel.self, Pay.self, StatementOf.self],
        aliases: ["settlements"])

    struct Draft: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Draw up settlements over closed days.")

        @Option(help: "The last day; the last closed one unless given.")
        var through: BusinessDay?
        @Option(help: "Only this merchant.")
        var merchant: MerchantID?
        @OptionGroup var hub: HubOptions

        func run() async throws {
            let answer = try await hub.client.post(
                "/operator/v1/settlements", NewSettlements(through: through, merchant: merchant))
            try hub.show(answer, as: SettlementDrafts.self) { drafts in
                drafts.drafts.isEmpty
                    ? "nothing to settle: no merchant has a closed day that is not settled 无可结算"
                    : SettlementText.table(drafts.drafts).text
                        + "\nanother person confirms each 待复核: till-hub settlement confirm ID"
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List settlements, newest first.")

        @Option(help: "draft, confirmed, paid, cancelled or all.")
        var state = SettlementFilter.all
        @Option(help: "Only this merchant's.")
        var merchant: MerchantID?
        @OptionGroup var page: PageOptions
        @OptionGroup var hub: HubOptions

        func run() async throws {
            let answer = try await hub.client.get(
                "/operator/v1/settlements",
                page.query + [("state", state.rawValue), ("merchant", merchant?.text)])
            try hub.show(answer, as: Page<SettlementSummary>.self) { page in
                if page.items.isEmpty, self.page.after == nil {
                    return state == .all && merchant == nil
                        ? "no settlements yet; draw them up with: till-hub settlement draft" : "no such settlements"
                }
                return PageOptions.text(SettlementText.table(page.items), next: page.next)
            }
        }
    }

    struct Confirm: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Confirm another person's draft.")

        @Argument(help: "The settlement's number.")
        var settlement: Int64
        @OptionGroup var hub: HubOptions

        func run() async throws {
            try await SettlementText.act("decide", settlement, SettlementDecision(verdict: .confirm), hub)
        }
    }

    struct Cancel: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Give a draft up.")

        @Argument(help: "The settlement's number.")
        var settlement: Int64
        @OptionGroup var hub: HubOptions

        func run() async throws {
            try await SettlementText.act("decide", settlement, SettlementDecision(verdict: .cancel), hub)
        }
    }

    struct Pay: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Note that a settlement was paid out.")

        @Argument(help: "The settlement's number.")
        var settlement: Int64
        @Option(help: "The bank's number of the payment.")
        var reference: String
        @OptionGroup var hub: HubOptions

        func run() async throws {
            try await SettlementText.act("pay", settlement, SettlementPayment(reference: reference), hub)
        }
    }

    struct StatementOf: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "statement", abstract: "Print a settlement with every line that it sums.")

        @Argument(help: "The settlement's number.")
        var settlement: Int64
        @Option(help: "text, csv or json.")
        var format = SettlementStatement.Format.text
        @OptionGroup var output: OutputOptions
        @OptionGroup var hub: HubOptions

        func run() async throws {
            let status = try await hub.status()
            let path = "/operator/v1/settlements/\(settlement)"
            let summary: SettlementSummary = try hub.decode(try await hub.client.get(path))
            let statement = SettlementStatement(
                settlement: summary, campus: status.campus, timeZoneOffsetSeconds: status.timeZoneOffsetSeconds)
            try await output.write { file in
                try file.write(statement.head(format))
                var isFirst = true
                var sum: Int64 = 0
                try await hub.pages("\(path)/lines") { (page: Page<SettlementLine>) in
                    for line in page.items {
                        try file.write(statement.line(line, format, isFirst: isFirst))
                        isFirst = false
                        sum += line.amountFen
                    }
                    return page.next
                }
                guard sum == summary.figures.netFen else {
                    throw CommandFailure(.data, "the lines do not sum to the settlement; run till-hub books check")
                }
                try file.write(statement.foot(format))
            }
        }
    }
}

/// How settlements are shown.
enum SettlementText {
    static func table(_ settlements: [SettlementSummary]) -> TextTable {
        var table = TextTable([
            .right("ID"), .left("MERCHANT"), .left("FROM"), .left("THROUGH"), .right("SALES ¥"), .right("REFUNDS ¥"),
            .right("CORRECTIONS ¥"), .right("CARRIED ¥"), .right("NET ¥"), .left("STATE"), .left("PAYMENT"),
        ])
        for item in settlements {
            table.add([
                String(item.id), item.merchant.text, item.from.text, item.through.text,
                Presentation.amount(item.figures.salesFen), Presentation.amount(item.figures.refundsFen),
                Presentation.amount(item.figures.correctionsFen), Presentation.amount(item.carriedFen),
                Presentation.amount(item.netFen), item.state.rawValue, item.paymentReference ?? "-",
            ])
        }
        return table
    }

    static func act(
        _ verb: String, _ settlement: Int64, _ body: any Encodable & Sendable, _ hub: HubOptions
    ) async throws {
        let answer = try await hub.client.post("/operator/v1/settlements/\(settlement)/\(verb)", body)
        try hub.show(answer, as: SettlementSummary.self) { table([$0]).text }
    }
}

extension SettlementFilter: ExpressibleByArgument {}
extension SettlementStatement.Format: ExpressibleByArgument {}
