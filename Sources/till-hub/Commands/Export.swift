import ArgumentParser
import Foundation
import Hub
import Payments

struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write the books as CSV, or for hledger and Beancount.",
        discussion: """
            An export is of one moment, although the hub goes on meanwhile: what is written in the books never \
            changes. Cardholders are summed up unless --each-account is given.

            EXAMPLES
              till-hub export csv --from 2026-09-01 --through 2026-09-30 --output september.csv
              till-hub export journal --format hledger --output books.journal && hledger -f books.journal balance
            """,
        subcommands: [CSV.self, Journal.self], aliases: ["exports"])

    /// What goes into the CSV file.
    enum What: String, CaseIterable, ExpressibleByArgument {
        case postings, settlements, records
    }

    struct CSV: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "csv", abstract: "Write postings, settlements or records as CSV (RFC 4180, UTF-8).")

        @Option(help: "postings, settlements or records.")
        var what = What.postings
        @Flag(help: "Mark the file as UTF-8, for spreadsheets that take it for GB 18030 otherwise.")
        var byteOrderMark = false
        @OptionGroup var selection: ExportOptions
        @OptionGroup var output: OutputOptions
        @OptionGroup var hub: HubOptions

        func run() async throws {
            let presentation = Presentation(timeZoneOffsetSeconds: try await hub.status().timeZoneOffsetSeconds)
            let table = CSVTable(presentation: presentation, eachAccount: selection.eachAccount)
            try await output.write { file in
                if byteOrderMark { try file.write(CSVLine.byteOrderMark) }
                switch what {
                case .postings:
                    try file.write(table.postingsHead)
                    try await selection.pages.walk("postings", hub) { try file.write(table.lines($0)) }
                case .records:
                    try file.write(table.recordsHead)
                    try await selection.pages.walk("records", hub) { try file.write(table.recordLine($0)) }
                case .settlements:
                    try file.write(table.settlementsHead)
                    try await hub.pages("/operator/v1/settlements") { (page: Page<SettlementSummary>) in
                        for item in page.items where selection.covers(item) {
                            try file.write(table.settlementLine(item))
                        }
                        return page.next
                    }
                }
            }
        }
    }

    struct Journal: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write the books as a plain-text journal with the balances after each day asserted.")

        @Option(help: "hledger or beancount.")
        var format = PlainTextJournal.Format.hledger
        @OptionGroup var selection: ExportOptions
        @OptionGroup var output: OutputOptions
        @OptionGroup var hub: HubOptions

        func run() async throws {
            let campus = try await hub.status().campus
            try await output.write { file in
                var journal = PlainTextJournal(format: format, eachAccount: selection.eachAccount)
                var isFirst = true
                do {
                    try await selection.pages.walkPages("postings", hub) { (page: ExportPage<ExportedPosting>) in
                        if isFirst {
                            isFirst = false
                            try file.write(journal.header(campus: campus, snapshot: page.snapshot))
                            try file.write(try await opening(&journal, snapshot: page.snapshot))
                        }
                        for posting in page.items { try file.write(journal.posting(posting)) }
                    }
                } catch let error as ExportError {
                    throw CommandFailure(.data, error.description)
                }
                try file.write(journal.end())
            }
        }

        /// What the accounts held before the first day.
        private func opening(_ journal: inout PlainTextJournal, snapshot: Int64) async throws -> String {
            guard let from = selection.from else { return "" }
            var balances: [OpeningBalance] = []
            try await hub.pages(
                "/operator/v1/exports/opening-balances",
                [
                    ("from", from.text), ("snapshot", String(snapshot)),
                    ("accounts", (selection.eachAccount ? ExportedAccounts.each : .summed).rawValue),
                ]
            ) { (page: Page<OpeningBalance>) in
                balances += page.items
                return page.next
            }
            return try journal.opening(balances, on: from)
        }
    }
}

/// Which part of the books is written.
struct ExportOptions: ParsableArguments {
    @Option(help: "The first business day; the first of the books unless given.")
    var from: BusinessDay?
    @Option(name: [.long, .customLong("to")], help: "The last business day; the last of the books unless given.")
    var through: BusinessDay?
    @Flag(help: "Cardholders one by one. The file then holds personal data.")
    var eachAccount = false

    /// Whether a settlement ends within the days.
    func covers(_ settlement: SettlementSummary) -> Bool {
        settlement.through >= (from ?? settlement.through) && settlement.through <= (through ?? settlement.through)
    }

    var pages: ExportPages { ExportPages(from: from, through: through) }
}

extension PlainTextJournal.Format: ExpressibleByArgument {}
