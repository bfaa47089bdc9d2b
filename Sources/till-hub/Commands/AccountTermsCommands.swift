import ArgumentParser
import Foundation
import Hub
import Payments

extension Account {
    struct Terms: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show an account's class, limits and PIN state.")

        @Argument(help: "Account number.")
        var account: AccountID
        @OptionGroup var hub: HubOptions

        func run() async throws {
            let answer = try await hub.client.get("/operator/v1/accounts/\(account.text)/terms")
            try hub.show(answer, as: AccountTermsSummary.self, text: Self.text)
        }

        static func text(_ terms: AccountTermsSummary) -> String {
            func limit(_ fen: Int64?) -> String { fen.map { "\(Amount(fen: $0))" } ?? "none" }
            return """
                account       \(terms.account.text)
                class         \(terms.cardClass)
                single limit  \(limit(terms.singleLimitFen))
                day limit     \(limit(terms.dayLimitFen))
                PIN           \(terms.hasPIN ? (terms.isPINLocked ? "locked" : "set") : "none")
                today         \(Amount(fen: terms.todayFen)) in \(terms.todayCount) sales
                """
        }
    }

    struct Limits: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Set an account's class and its holder's own limits; what is not named stays.",
            discussion: """
                EXAMPLES
                  till-hub account limits 2026010001 --single 50 --day 100
                  till-hub account limits 2026010001 --day none --class staff
                """)

        @Argument(help: "Account number.")
        var account: AccountID
        @Option(name: .customLong("class"), help: "The class of the account's cards.", transform: className)
        var cardClass: ClassName?
        @Option(help: "Largest single sale in yuan, or none.", transform: limit)
        var single: LimitArgument?
        @Option(help: "Largest sum of a day in yuan, or none.", transform: limit)
        var day: LimitArgument?
        @OptionGroup var hub: HubOptions

        func run() async throws {
            let path = "/operator/v1/accounts/\(account.text)/terms"
            let now = try JSONDecoder().decode(AccountTermsSummary.self, from: await hub.client.get(path))
            let change = AccountTermsChange(
                cardClass: cardClass ?? now.cardClass,
                singleLimitFen: single.map(\.fen) ?? now.singleLimitFen,
                dayLimitFen: day.map(\.fen) ?? now.dayLimitFen)
            try hub.show(await hub.client.put(path, change), as: AccountTermsSummary.self, text: Terms.text)
        }

        private static func className(_ text: String) throws -> ClassName {
            guard let name = ClassName(text: text) else { throw ValidationError("not the name of a class") }
            return name
        }

        private static func limit(_ text: String) throws -> LimitArgument {
            if text == "none" { return LimitArgument(fen: nil) }
            guard let amount = Amount(yuan: text) else { throw ValidationError("an amount in yuan, or none") }
            return LimitArgument(fen: amount.fen)
        }
    }

    struct PIN: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "pin", abstract: "Set an account's PIN, or unlock it.",
            discussion: """
                The PIN is read from the standard input, one line of 6 digits, so that it is in no list of processes.

                EXAMPLES
                  till-hub account pin 2026010001 < pin.txt
                  till-hub account pin 2026010001 --unlock
                """)

        @Argument(help: "Account number.")
        var account: AccountID
        @Flag(help: "Forget the wrong tries; the PIN stays.")
        var unlock = false
        @OptionGroup var hub: HubOptions

        func run() async throws {
            let path = "/operator/v1/accounts/\(account.text)/pin"
            let answer: Data
            if unlock {
                answer = try await hub.client.post(path + "/unlock")
            } else {
                guard let line = readLine(strippingNewline: true) else {
                    throw CommandFailure(.data, "no PIN on the standard input")
                }
                answer = try await hub.client.put(path, NewPIN(pin: line))
            }
            try hub.show(answer, as: AccountTermsSummary.self) { terms in
                "account \(terms.account.text): the PIN is \(terms.isPINLocked ? "locked" : "set and not locked")"
            }
        }
    }
}

/// A limit as it is typed: an amount, or none.
struct LimitArgument: Sendable {
    let fen: Int64?
}
