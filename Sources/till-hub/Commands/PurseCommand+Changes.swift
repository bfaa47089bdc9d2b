import ArgumentParser
import Hub
import Payments

extension PurseCommand {
    struct Open: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Tell the books what a card held before they knew it, once per card.",
            discussion: "EXAMPLE\n  till-hub purse open purse:00061998081700000030 --balance 85.50")

        @Argument(help: "The card.")
        var card: CardID
        @Option(help: ArgumentHelp("What it held, in yuan.", valueName: "yuan"))
        var balance: YuanArgument
        @OptionGroup var hub: HubOptions

        func run() async throws {
            let answer = try await hub.client.post(
                "/operator/v1/purses/\(card.text)/open", PurseOpening(balanceFen: balance.amount.fen))
            try hub.show(answer, as: PurseReceipt.self) { receipt in
                receipt.repeated
                    ? "opened before as posting \(receipt.posting); nothing was posted"
                    : "opened as posting \(receipt.posting); the books go from \(Amount(fen: receipt.beforeFen)) to "
                        + "\(Amount(fen: receipt.afterFen))"
            }
        }
    }

    struct Correct: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Bring the books to what the card shows, once per drift.",
            discussion: """
                Takes the correction that 'till-hub purse drift' offers. With the reference of a drift that was \
                corrected already it posts nothing and shows the first correction, so it is safe to repeat.
                """)

        @Argument(help: "The card.")
        var card: CardID
        @Option(help: "What was found.")
        var note: String
        @Option(help: "The drift's reference; the one that the hub offers now when left out.")
        var reference: String?
        @OptionGroup var hub: HubOptions

        func run() async throws {
            let path = "/operator/v1/purses/\(card.text)"
            let wanted: String
            if let reference {
                wanted = reference
            } else {
                let purse: PurseSummary = try hub.decode(try await hub.client.get(path))
                guard let offered = purse.driftReference else {
                    throw CommandFailure(
                        .refused,
                        "nothing to correct: \(purse.cause ?? "card and books agree") (\(purse.status.rawValue))")
                }
                wanted = offered
            }
            let answer = try await hub.client.post("\(path)/correct", PurseCorrection(reference: wanted, note: note))
            try hub.show(answer, as: PurseReceipt.self) { receipt in
                let change = "\(Amount(fen: receipt.beforeFen)) to \(Amount(fen: receipt.afterFen))"
                return receipt.repeated
                    ? "corrected before as posting \(receipt.posting), from \(change); nothing was posted"
                    : "corrected as posting \(receipt.posting), from \(change), against suspense\n"
                        + "reference \(receipt.reference)"
            }
        }
    }

    struct Resolve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say what became of a transaction whose outcome nobody knows.",
            discussion: """
                Look at the card's balance or its log first. 'happened' posts the money, 'did-not-happen' lets go what \
                is reserved. There is no way back.
                """)

        enum Verdict: String, ExpressibleByArgument, CaseIterable {
            case happened
            case didNotHappen = "did-not-happen"
        }

        @Argument(help: "Its id, 32 hexadecimal digits.")
        var transaction: TransactionID
        @Argument(help: "happened or did-not-happen.")
        var verdict: Verdict
        @Option(help: "How it is known.")
        var note: String
        @OptionGroup var hub: HubOptions

        func run() async throws {
            let answer = try await hub.client.post(
                "/operator/v1/purse-transactions/\(transaction.text)/resolve",
                PurseResolution(verdict: verdict == .happened ? .happened : .didNotHappen, note: note))
            try hub.show(answer, as: PurseTransactionSummary.self) { move in
                "transaction \(move.transaction.text): \(PurseLists.state(move))"
            }
        }
    }
}
