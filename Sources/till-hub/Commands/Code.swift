import ArgumentParser
import Foundation
import Hub
import Payments

struct Code: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Issue payment codes.", subcommands: [Issue.self], aliases: ["codes"])

    struct Issue: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Issue a payment code for an account.",
            discussion: """
                The code is money until it expires: whoever shows it first pays with it.

                EXAMPLES
                  till-hub code issue 2026010001
                  till-hub code issue 2026010001 --limit 30 --lifetime 90 --format png --output code.png
                """)

        @Argument(help: "Account number.")
        var account: AccountID
        @Option(help: ArgumentHelp("Most that the code may pay, in yuan (default: 100).", valueName: "yuan"))
        var limit: YuanArgument?
        @Option(help: ArgumentHelp("How long it may be used, 1 to 120 (default: 60).", valueName: "seconds"))
        var lifetime: Int?
        @Option(help: "How to show it.")
        var format = CodeFormat.text
        @Option(help: ArgumentHelp("Write it to a file instead of standard output.", valueName: "path"))
        var output: String?
        @OptionGroup var hub: HubOptions

        func run() async throws {
            let request = CodeRequest(account: account, limitFen: limit?.amount.fen, lifetimeSeconds: lifetime)
            let answer = try await hub.client.post("/operator/v1/codes", request)
            if hub.json {
                Console.write(answer + Data("\n".utf8))
                return
            }
            let code = try hub.decode(answer, as: IssuedCode.self)
            let rendered = try CodeOutput.render(code.code, as: format)
            guard let output else {
                Console.write(rendered)
                return
            }
            do {
                try rendered.write(to: URL(fileURLWithPath: output))
            } catch {
                throw CommandFailure(.cannotCreate, "\(output) cannot be written")
            }
        }
    }
}
