import ArgumentParser
import Hub
import Payments

/// A command that prints a statement.
struct StatementOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Most lines to print, at most 1000.", valueName: "count"))
    var limit: Int?

    @Option(help: ArgumentHelp("Only lines older than this posting, as the page before said.", valueName: "posting"))
    var before: Int64?

    func run(_ path: String, hub: HubOptions) async throws {
        let presentation = try await hub.presentation()
        let answer = try await hub.client.get(
            path, [("limit", limit.map { String($0) }), ("before", before.map { String($0) })])
        try hub.show(answer, as: Statement.self) { statement in
            let subsidy = statement.subsidyFen.map { ", subsidy \(Amount(fen: $0))" } ?? ""
            let balance = "balance \(Amount(fen: statement.balanceFen))\(subsidy)"
            if statement.lines.isEmpty { return "no postings\n\(balance)" }
            let hasPurses = statement.subsidyFen != nil
            var table = TextTable(
                [.right("POSTING"), .left("TIME"), .left("KIND")] + (hasPurses ? [.left("PURSE")] : [])
                    + [.right("AMOUNT ¥"), .right("BALANCE ¥"), .left("WITH"), .left("REFERENCE")])
            for line in statement.lines {
                table.add(
                    [
                        String(line.posting), presentation.time(line.occurredAtMilliseconds),
                        "\(line.kind.rawValue) \(line.kind.chineseText)",
                    ] + (hasPurses ? [line.purse?.text ?? "-"] : []) + [
                        Presentation.amount(line.amountFen), Presentation.amount(line.balanceFen),
                        line.counterparty.text, line.transaction?.text ?? line.reference ?? "",
                    ])
            }
            let more = statement.next.map { "\n(more: --before \($0))" } ?? ""
            return "\(table.text)\(more)\n\(balance)"
        }
    }
}

extension StatementPurse {
    fileprivate var text: String {
        switch self {
        case .cash: "cash 现金"
        case .subsidy: "subsidy 补贴"
        }
    }
}
