import ArgumentParser
import Foundation
import Hub
import HubProtocol
import Payments

struct Reconcile: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Compare a business day: terminals, records, postings and cards (对账).",
        discussion: """
            Each difference is listed with its cause and what to do, and stands on the work list as an exception. A \
            terminal's own word is given as a file: the output of 'till status --json', or of 'till journal export'. \
            Exit 65 when there are differences that nobody resolved.

            EXAMPLES
              till-hub reconcile
              till-hub reconcile --day 2026-09-01 --terminal 000000000001 --claim counter-3.json
            """)

    @Option(help: "The business day; the last one that is over unless given.")
    var day: BusinessDay?
    @Option(help: "Only this terminal.")
    var terminal: TerminalID?
    @Option(name: .customLong("claim"), help: ArgumentHelp("What a terminal printed.", valueName: "file"))
    var claims: [String] = []
    @OptionGroup var hub: HubOptions

    func run() async throws {
        let status = try await hub.status()
        let day = day ?? status.books.today.previous
        let files = try claims.map { try TerminalClaimFile(path: $0).claim(day: day, status.books) }
        let answer = try await hub.client.post(
            "/operator/v1/reconciliations", ReconciliationRequest(day: day, terminal: terminal, claims: files))
        let report: ReconciliationReport = try hub.decode(answer)
        try hub.show(answer, as: ReconciliationReport.self, text: Self.text)
        let unresolved = report.differences.filter { $0.state != .resolved }.count
        if unresolved > 0 {
            throw CommandFailure(
                .data, unresolved == 1 ? "1 difference is not resolved" : "\(unresolved) differences are not resolved")
        }
    }

    private static func text(_ report: ReconciliationReport) -> String {
        var table = TextTable([
            .left("TERMINAL 终端"), .right("CLAIMED 申报"), .right("¥"), .right("RECORDS 流水"), .right("¥"),
            .right("POSTINGS 入账"), .right("¥"), .right("REFUNDS 退款"), .right("¥"), .right("PURSE 钱包"), .right("¥"),
            .right("PROVEN 已验"), .right("LATE 迟到"),
        ])
        for line in report.terminals {
            table.add([
                "\(line.terminal) \(line.name)", line.claimedCount.map { String($0) } ?? "-",
                line.claimedFen.map(Presentation.amount) ?? "-", String(line.recordCount),
                Presentation.amount(line.recordFen), String(line.postingCount), Presentation.amount(line.postingFen),
                String(line.correctionCount), Presentation.amount(line.correctionFen), String(line.purseCount),
                Presentation.amount(line.purseFen), String(line.provenCount),
                String(line.lateCount),
            ])
        }
        let cards = "cards with money: \(report.purses), \(report.pursesApart) of them not as the books say"
        let head = "business day \(report.day)\n\(table.text)\n\(cards)"
        if report.differences.isEmpty { return "\(head)\nno differences 无差异" }
        let lines = report.differences.map { item in
            let amount = item.amountFen.map { " \(Amount(fen: $0))" } ?? ""
            return """
                exception \(item.exception) \(item.kind.rawValue) \(item.causeChinese)\(amount) [\(item.state.rawValue)]
                  cause  \(item.cause)
                  to do  \(item.advice)
                  处理   \(item.adviceChinese)
                """
        }
        let count = report.differenceCount == 1 ? "1 difference" : "\(report.differenceCount) differences"
        return "\(head)\n\(count) 差异:\n\(lines.joined(separator: "\n"))"
    }
}
