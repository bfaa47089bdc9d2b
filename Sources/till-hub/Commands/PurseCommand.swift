import ArgumentParser
import Hub
import Payments

struct PurseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "purse", abstract: "Look after the money that cards hold themselves.",
        discussion: """
            The hub keeps a shadow balance of every card's own purse, checks each card's proof (TAC), and compares \
            what the card shows with what the books say.

            EXAMPLES
              till-hub purse drift
              till-hub purse show purse:00061998081700000030
              till-hub purse open purse:00061998081700000030 --balance 85.50
              till-hub purse correct purse:00061998081700000030 --note "terminal 3 burnt, 2 sales lost"
              till-hub purse resolve 0000000000010000A0A00000000000000007 happened --note "receipt shown"
            """,
        subcommands: [
            List.self, Show.self, Transaction.self, Drift.self, Open.self, Correct.self, Resolve.self,
        ], aliases: ["purses"])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List purses with what books and cards say.")

        @OptionGroup var page: PageOptions
        @OptionGroup var hub: HubOptions

        func run() async throws {
            try await PurseLists.run(.all, page, hub, empty: "no purses yet: no card has paid with its own money")
        }
    }

    struct Drift: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the purses that do not agree with the books, why, and what to do.")

        @OptionGroup var page: PageOptions
        @OptionGroup var hub: HubOptions

        func run() async throws {
            try await PurseLists.run(.drift, page, hub, empty: "every card agrees with the books")
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show one purse, and its purchases by the card's own serials, newest first.")

        @Argument(help: "The card.")
        var card: CardID
        @Flag(help: "Loads instead of purchases.")
        var loads = false
        @OptionGroup var page: PageOptions
        @OptionGroup var hub: HubOptions

        func run() async throws {
            let presentation = try await hub.presentation()
            let kind = loads ? PurseMoveKind.load : .purchase
            let path = "/operator/v1/purses/\(card.text)"
            let history = try await hub.client.get("\(path)/transactions", page.query + [("kind", kind.rawValue)])
            if hub.json { return try hub.show(history, as: Page<PurseTransactionSummary>.self) { _ in "" } }
            let purse: PurseSummary = try hub.decode(try await hub.client.get(path))
            Console.line(PurseLists.text(purse))
            try hub.show(history, as: Page<PurseTransactionSummary>.self) { page in
                if page.items.isEmpty { return "no \(kind.rawValue)s" }
                var table = TextTable([
                    .right("SERIAL"), .right("BEFORE ¥"), .right("AMOUNT ¥"), .left("STATE"), .left("PROOF"),
                    .left("TIME"), .left("WITH"), .left("TRANSACTION"),
                ])
                for move in page.items {
                    table.add([
                        move.serial.map { String($0) } ?? "-", move.balanceBeforeFen.map(Presentation.amount) ?? "-",
                        Presentation.amount(move.amountFen), PurseLists.state(move), move.proof.rawValue,
                        presentation.time(move.occurredAtMilliseconds), move.account?.text ?? move.merchant.text,
                        move.transaction.text,
                    ])
                }
                return PageOptions.text(table, next: page.next)
            }
        }
    }

    struct Transaction: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show one purse transaction, for example one that an exception names.")

        @Argument(help: "Its id, 32 hexadecimal digits.")
        var transaction: TransactionID
        @OptionGroup var hub: HubOptions

        func run() async throws {
            let presentation = try await hub.presentation()
            let answer = try await hub.client.get("/operator/v1/purse-transactions/\(transaction.text)")
            try hub.show(answer, as: PurseTransactionSummary.self) { move in
                """
                transaction  \(move.transaction.text)
                card         \(move.card.text)
                what         \(move.kind.rawValue) of \(Amount(fen: move.amountFen)), merchant \(move.merchant.text)
                serial       \(move.serial.map { String($0) } ?? "-")
                before       \(move.balanceBeforeFen.map { Amount(fen: $0).description } ?? "-")
                state        \(PurseLists.state(move))
                proof        \(move.proof.rawValue)
                shown by     \(move.witness?.text ?? "-")
                note         \(move.note ?? "-")
                time         \(presentation.time(move.occurredAtMilliseconds))
                """
            }
        }
    }
}

/// How purses are shown.
enum PurseLists {
    static func run(_ filter: PurseFilter, _ page: PageOptions, _ hub: HubOptions, empty: String) async throws {
        let answer = try await hub.client.get("/operator/v1/purses", page.query + [("state", filter.rawValue)])
        try hub.show(answer, as: Page<PurseSummary>.self) { answer in
            if answer.items.isEmpty, page.after == nil { return empty }
            var table = TextTable([
                .left("CARD"), .left("ACCOUNT"), .left("STATUS"), .right("BOOKS ¥"), .right("CARD ¥"),
                .right("DRIFT ¥"), .left("CAUSE"), .left("WHAT TO DO"),
            ])
            for purse in answer.items {
                table.add([
                    purse.card.text, purse.account?.text ?? "-", purse.status.rawValue,
                    Presentation.amount(purse.booksFen), purse.shownFen.map(Presentation.amount) ?? "-",
                    purse.driftFen.map(Presentation.amount) ?? "-", purse.cause ?? "", purse.advice ?? "",
                ])
            }
            return PageOptions.text(table, next: answer.next)
        }
    }

    static func text(_ purse: PurseSummary) -> String {
        var lines = [
            "card     \(purse.card.text)", "account  \(purse.account?.text ?? "-")",
            "status   \(purse.status.rawValue)", "books    \(Amount(fen: purse.booksFen))",
            "shown    \(purse.shownFen.map { Amount(fen: $0).description } ?? "-")",
        ]
        if let drift = purse.driftFen { lines.append("drift    \(Amount(fen: drift))") }
        if let cause = purse.cause { lines.append("cause    \(cause)") }
        if let advice = purse.advice { lines.append("to do    \(advice)") }
        return lines.joined(separator: "\n")
    }

    static func state(_ move: PurseTransactionSummary) -> String {
        move.basis.map { "\(move.state.rawValue) (\($0.rawValue))" } ?? move.state.rawValue
    }
}
