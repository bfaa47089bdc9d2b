import ArgumentParser
import Foundation
import Hub
import Payments

struct DayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "day", abstract: "Look at business days and close them.",
        discussion: """
            A business day starts at the cut-over, 04:00 unless configured otherwise. The hub closes it by itself \
            some hours later; a closed day never changes. What comes after that stands in the oldest open day and is \
            marked as late.

            EXAMPLES
              till-hub day list
              till-hub day show 2026-09-01
              till-hub day late 2026-09-02
              till-hub day close
            """,
        subcommands: [List.self, Show.self, Late.self, Close.self], aliases: ["days"])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List business days, newest first.")

        @OptionGroup var page: PageOptions
        @OptionGroup var hub: HubOptions

        func run() async throws {
            let presentation = try await hub.presentation()
            try hub.show(try await hub.client.get("/operator/v1/days", page.query), as: Page<DaySummary>.self) { page in
                if page.items.isEmpty, self.page.after == nil { return "no business days yet: nothing was posted" }
                return PageOptions.text(DayText.table(page.items, presentation), next: page.next)
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show a business day with its merchants.")

        @Argument(help: "The day, for example 2026-09-01.")
        var day: BusinessDay
        @OptionGroup var hub: HubOptions

        func run() async throws {
            let presentation = try await hub.presentation()
            try hub.show(try await hub.client.get("/operator/v1/days/\(day.text)"), as: DayReport.self) { report in
                var table = TextTable([
                    .left("MERCHANT"), .right("SALES"), .right("SALES ¥"), .right("REFUNDS ¥"),
                    .right("CORRECTIONS ¥"), .right("NET ¥"),
                ])
                for line in report.merchants {
                    let figures = line.figures
                    table.add([
                        line.merchant.text, String(figures.salesCount), Presentation.amount(figures.salesFen),
                        Presentation.amount(figures.refundsFen), Presentation.amount(figures.correctionsFen),
                        Presentation.amount(figures.netFen),
                    ])
                }
                let merchants = report.merchants.isEmpty ? "no merchant sold anything" : table.text
                return "\(DayText.table([report.summary], presentation).text)\n\n\(merchants)\n\n"
                    + DayText.paidIn(report.paidIn)
            }
        }
    }

    struct Late: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List what stands in a business day and happened in an earlier, closed one (迟到).")

        @Argument(help: "The day in which it stands.")
        var day: BusinessDay
        @OptionGroup var hub: HubOptions

        func run() async throws {
            let presentation = try await hub.presentation()
            var late: [ExportedPosting] = []
            try await ExportPages(from: day, through: day).walk("postings", hub) { (posting: ExportedPosting) in
                if posting.lateDay != nil { late.append(posting) }
            }
            if hub.json { return Console.write(try JSONEncoder().encode(late) + Data("\n".utf8)) }
            if late.isEmpty { return Console.line("nothing came late in \(day)") }
            var table = TextTable([
                .right("POSTING"), .left("HAPPENED"), .left("CLOSED DAY"), .left("POSTED"), .right("AMOUNT ¥"),
                .left("TRANSACTION"),
            ])
            for item in late {
                table.add([
                    String(item.posting), presentation.time(item.occurredAtMilliseconds), item.lateDay?.text ?? "-",
                    presentation.time(item.postedAtMilliseconds),
                    Presentation.amount(item.entries.map(\.amountFen).max() ?? 0),
                    item.transaction?.text ?? item.reference ?? "-",
                ])
            }
            Console.line(table.text)
        }
    }

    struct Close: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Close the business days that are over. Again, it changes nothing.")

        @Option(help: "The last day to close; all that are over unless given.")
        var through: BusinessDay?
        @OptionGroup var hub: HubOptions

        func run() async throws {
            let presentation = try await hub.presentation()
            let answer = try await hub.client.post("/operator/v1/days/close", DayClosingRequest(through: through))
            try hub.show(answer, as: DayClosing.self) { closing in
                if closing.closed.isEmpty { return "nothing to close; \(closing.openDay) is open" }
                return "\(DayText.table(closing.closed, presentation).text)\n\(closing.openDay) is open"
            }
        }
    }
}

/// How business days are shown.
enum DayText {
    static func paidIn(_ paidIn: PaidIn) -> String {
        let debt = paidIn.debtFen == 0 ? "" : ", \(Amount(fen: paidIn.debtFen)) of it ended debts 其中还欠款"
        let count = "\(paidIn.count) \(paidIn.count == 1 ? "top-up" : "top-ups")"
        return "paid in at the desk 收款: \(count), \(Amount(fen: paidIn.fen))\(debt)"
    }

    static func table(_ days: [DaySummary], _ presentation: Presentation) -> TextTable {
        var table = TextTable([
            .left("DAY"), .left("STATE"), .left("CLOSED"), .left("BY"), .right("POSTINGS"), .right("LATE"),
            .right("TURNOVER ¥"),
        ])
        for day in days {
            table.add([
                day.day.text, day.closedAtMilliseconds == nil ? "open" : "closed",
                presentation.time(day.closedAtMilliseconds), day.closedBy ?? "-", String(day.postings),
                String(day.late), Presentation.amount(day.turnoverFen),
            ])
        }
        return table
    }
}

extension BusinessDay: ExpressibleByArgument {
    package init?(argument: String) { self.init(text: argument) }
}
