import ArgumentParser
import Hub
import Payments

struct TopUp: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "topup", abstract: "Pay money into an account, once per reference.",
        discussion: """
            The reference is the receipt's number. The same command with the same reference again pays nothing in and \
            shows the first top-up, so it is safe to repeat when the answer was lost.

            EXAMPLE
              till-hub topup 2026010001 100.00 --reference receipt-2026-0001
            """)

    @Argument(help: "Account number.")
    var account: AccountID
    @Argument(help: ArgumentHelp("Amount in yuan, for example 100 or 12.50.", valueName: "yuan"))
    var amount: YuanArgument
    @Option(help: "Receipt number, 1 to 120 bytes.")
    var reference: String
    @OptionGroup var hub: HubOptions

    func run() async throws {
        let request = TopUpRequest(account: account, amountFen: amount.amount.fen, reference: reference)
        let answer = try await hub.client.post("/operator/v1/topups", request)
        try hub.show(answer, as: TopUpReceipt.self) { receipt in
            let amount = Amount(fen: receipt.amountFen)
            let balance = Amount(fen: receipt.balanceFen)
            return receipt.repeated
                ? "already paid in as posting \(receipt.posting): \(amount), nothing was added; balance \(balance)"
                : "\(amount) paid in as posting \(receipt.posting); balance \(balance)"
        }
    }
}
