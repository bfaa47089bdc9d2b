import ArgumentParser
import Hub
import Payments

extension Account {
    struct Subsidy: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Grant subsidy, and take back what is left after its end.",
            discussion: """
                EXAMPLES
                  till-hub account subsidy grant 2026010001 300 --until 2026-12-01 --reference 2026-11/2026010001
                  till-hub account subsidy expire 2026010001 --reference 2026-11/end/2026010001
                """, subcommands: [Grant.self, Expire.self])
    }

    struct Grant: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Grant subsidy, once per reference.")

        @Argument(help: "Account number.")
        var account: AccountID
        @Argument(help: ArgumentHelp("Amount in yuan.", valueName: "yuan"))
        var amount: YuanArgument
        @Option(help: ArgumentHelp("The first day on which it cannot be spent.", valueName: "YYYY-MM-DD"))
        var until: String
        @Option(help: "A reference of its own, 1 to 120 bytes.")
        var reference: String
        @OptionGroup var hub: HubOptions

        func run() async throws {
            let zone = try await hub.presentation().timeZoneOffsetSeconds
            guard let end = LocalTime(until + "T00:00")?.time(offset: zone) else {
                throw ValidationError("--until is a day such as 2026-12-01")
            }
            let grant = SubsidyGrant(
                amountFen: amount.amount.fen, endsAtMilliseconds: end.milliseconds, reference: reference)
            let answer = try await hub.client.post("/operator/v1/accounts/\(account.text)/subsidy/grant", grant)
            try hub.show(answer, as: SubsidyReceipt.self) { receipt in
                receipt.repeated
                    ? "already granted; the subsidy purse holds \(Amount(fen: receipt.subsidyFen))"
                    : "\(Amount(fen: receipt.postedFen)) granted; the subsidy purse holds "
                        + "\(Amount(fen: receipt.subsidyFen))"
            }
        }
    }

    struct Expire: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take back what is left of a subsidy that has ended, once per reference.")

        @Argument(help: "Account number.")
        var account: AccountID
        @Option(help: "A reference of its own, 1 to 120 bytes.")
        var reference: String
        @OptionGroup var hub: HubOptions

        func run() async throws {
            let answer = try await hub.client.post(
                "/operator/v1/accounts/\(account.text)/subsidy/expire", SubsidyExpiry(reference: reference))
            try hub.show(answer, as: SubsidyReceipt.self) { receipt in
                let posted = Amount(fen: -receipt.postedFen)
                return receipt.repeated ? "already expired: \(posted)" : "\(posted) taken back"
            }
        }
    }
}
