import ArgumentParser
import Foundation
import Hub
import Payments

struct Books: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Look after the double-entry books.", subcommands: [Check.self], aliases: ["book"])

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Recompute every balance, posting and journal chain; exit 65 when something is wrong.",
            discussion: "The hub answers nothing else while it checks: choose a quiet hour for large books.")

        @OptionGroup var hub: HubOptions

        func run() async throws {
            let answer = try await hub.client.get("/operator/v1/books/check")
            let report = try hub.decode(answer, as: BooksReport.self)
            try hub.show(answer, as: BooksReport.self, text: Self.text)
            if !report.sound { throw CommandFailure(.data, "the books are not sound: \(report.findingCount) findings") }
        }

        private static func text(_ report: BooksReport) -> String {
            var table = TextTable([.left("TRIAL BALANCE"), .right("ACCOUNTS"), .right("BALANCE ¥")])
            for line in report.trialBalance {
                table.add([line.group, String(line.accounts), Presentation.amount(line.balanceFen)])
            }
            let sum = report.trialBalance.reduce(0) { $0 + $1.balanceFen }
            table.add(["sum", "", Presentation.amount(sum)])
            let size = "\(report.postings) postings, \(report.entries) entries, \(report.records) records"
            if report.sound { return "\(table.text)\n\(size)\nthe books are sound" }
            let findings = report.findings.map { "  \($0)" }.joined(separator: "\n")
            return "\(table.text)\n\(size)\n\(report.findingCount) findings:\n\(findings)"
        }
    }
}
