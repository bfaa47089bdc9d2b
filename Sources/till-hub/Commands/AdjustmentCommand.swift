import ArgumentParser
import Hub
import Payments

struct AdjustmentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "adjustment", abstract: "Propose, approve and reject adjustments (调账): two persons for each.",
        discussion: """
            One person proposes, another approves or rejects. The hub takes the user of the asking process for the \
            person, as the kernel names it; sudo makes everybody root, who is one person. Each adjustment points at \
            the transaction that it corrects or at the exception that it solves.

            KINDS
              make-up-debit 补扣    account pays merchant, or clears suspense when no merchant is named
              refund 退款           merchant pays account
              debt 转欠款           overdraft becomes a debt       debt-recovery 收回欠款  account pays its debt
              debt-write-off 核销   the campus bears a debt       write-off 核销  bears an overdraft, or suspense
              merchant-credit 补结  suspense pays merchant        merchant-debit 扣回  merchant pays into suspense

            EXAMPLES
              till-hub adjustment propose make-up-debit 12.50 --account 2026010001 --merchant canteen-1 \\
                --transaction 0000000000010000A0A00000000000000007 --note "receipt shown"
              till-hub adjustment list
              till-hub adjustment approve 3 --note "receipt checked"
            """,
        subcommands: [Propose.self, List.self, Show.self, Approve.self, Reject.self, Withdraw.self],
        aliases: ["adjustments"])

    struct Propose: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Propose an adjustment; nothing moves yet.")

        @Argument(help: "Its kind, as listed by 'till-hub adjustment --help'.")
        var kind: AdjustmentKind
        @Argument(help: ArgumentHelp("Amount in yuan.", valueName: "yuan"))
        var amount: YuanArgument
        @Option(help: "Account number.")
        var account: AccountID?
        @Option(help: "The merchant.")
        var merchant: MerchantID?
        @Option(help: "The transaction that it corrects.")
        var transaction: TransactionID?
        @Option(help: "The exception that it solves; approval closes it.")
        var exception: Int64?
        @Option(help: "Why.")
        var note: String
        @OptionGroup var hub: HubOptions

        func run() async throws {
            let request = NewAdjustment(
                kind: kind, amountFen: amount.amount.fen, account: account, merchant: merchant,
                transaction: transaction, exception: exception, note: note)
            try hub.show(
                try await hub.client.post("/operator/v1/adjustments", request), as: AdjustmentSummary.self
            ) { adjustment in
                "adjustment \(adjustment.id) proposed by \(adjustment.proposedBy): \(adjustment.kind.argument) of "
                    + "\(Amount(fen: adjustment.amountFen)); another person approves it with: "
                    + "till-hub adjustment approve \(adjustment.id) --note TEXT"
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List adjustments, newest first.")

        @Option(help: "proposed, decided or all.")
        var state = AdjustmentFilter.proposed
        @OptionGroup var page: PageOptions
        @OptionGroup var hub: HubOptions

        func run() async throws {
            let answer = try await hub.client.get(
                "/operator/v1/adjustments", page.query + [("state", state.rawValue)])
            try hub.show(answer, as: Page<AdjustmentSummary>.self) { page in
                if page.items.isEmpty, self.page.after == nil {
                    return state == .proposed ? "no adjustments wait for a decision" : "no adjustments"
                }
                var table = TextTable([
                    .right("ID"), .left("KIND"), .right("AMOUNT ¥"), .left("ACCOUNT"), .left("MERCHANT"),
                    .left("STATE"), .left("PROPOSED BY"), .left("DECIDED BY"), .left("WHY"),
                ])
                for item in page.items {
                    table.add([
                        String(item.id), "\(item.kind.argument) \(item.kind.chineseText)",
                        Presentation.amount(item.amountFen),
                        item.account?.text ?? "-", item.merchant?.text ?? "-", item.state.rawValue, item.proposedBy,
                        item.decidedBy ?? "-", item.note,
                    ])
                }
                return PageOptions.text(table, next: page.next)
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show one adjustment.")

        @Argument(help: "Its number.")
        var adjustment: Int64
        @OptionGroup var hub: HubOptions

        func run() async throws {
            let presentation = try await hub.presentation()
            let answer = try await hub.client.get("/operator/v1/adjustments/\(adjustment)")
            try hub.show(answer, as: AdjustmentSummary.self) { item in
                """
                adjustment   \(item.id)
                kind         \(item.kind.argument) \(item.kind.chineseText)
                amount       \(Amount(fen: item.amountFen))
                account      \(item.account?.text ?? "-")
                merchant     \(item.merchant?.text ?? "-")
                transaction  \(item.transaction?.text ?? "-")
                exception    \(item.exception.map { String($0) } ?? "-")
                why          \(item.note)
                proposed     \(presentation.time(item.proposedAtMilliseconds)) by \(item.proposedBy)
                state        \(item.state.rawValue)
                decided      \(presentation.time(item.decidedAtMilliseconds)) by \(item.decidedBy ?? "-")
                decision     \(item.decisionNote ?? "-")
                posting      \(item.posting.map { String($0) } ?? "-")
                """
            }
        }
    }

    struct Approve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Approve another person's proposal: it is posted.")

        @OptionGroup var decision: AdjustmentDecisionOptions
        func run() async throws { try await decision.run(.approve) }
    }

    struct Reject: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Reject another person's proposal.")

        @OptionGroup var decision: AdjustmentDecisionOptions
        func run() async throws { try await decision.run(.reject) }
    }

    struct Withdraw: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Take an own proposal back.")

        @OptionGroup var decision: AdjustmentDecisionOptions
        func run() async throws { try await decision.run(.withdraw) }
    }
}

/// A command that decides a proposal.
struct AdjustmentDecisionOptions: ParsableArguments {
    @Argument(help: "The adjustment's number.")
    var adjustment: Int64
    @Option(help: "How it was checked.")
    var note: String
    @OptionGroup var hub: HubOptions

    func run(_ verdict: AdjustmentVerdict) async throws {
        let answer = try await hub.client.post(
            "/operator/v1/adjustments/\(adjustment)/decide", AdjustmentDecision(verdict: verdict, note: note))
        try hub.show(answer, as: AdjustmentSummary.self) { item in
            let posted = item.posting.map { ", posting \($0)" } ?? ""
            return "adjustment \(item.id) is \(item.state.rawValue) by \(item.decidedBy ?? "-")\(posted)"
        }
    }
}

extension AdjustmentFilter: ExpressibleByArgument {}

extension AdjustmentKind: ExpressibleByArgument {
    /// `make-up-debit`: what people type.
    var argument: String {
        rawValue.reduce(into: "") { text, character in
            text += character.isUppercase ? "-\(character.lowercased())" : String(character)
        }
    }

    package init?(argument: String) {
        guard let kind = Self.allCases.first(where: { $0.argument == argument }) else { return nil }
        self = kind
    }

    package static var allValueStrings: [String] { allCases.map(\.argument) }
}
