import ArgumentParser
import ControlClient
import ControlProtocol
import Foundation
import Payments

struct LoadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load",
        abstract: "Fills the next card's own purse from its holder's account (圈存).",
        discussion: """
            The hub must be in reach: it takes the amount from the account and signs the load. The cardholder types \
            the card's PIN where the card wants one; it is not shown, or read from standard input when that is no \
            terminal, and not taken from the command line, where others could read it.
            """)

    @OptionGroup var common: CommonOptions

    @Option(help: "The lane.")
    var lane: String

    @Option(help: "The amount in yuan, for example 50.00.")
    var amount: String

    @OptionGroup var pins: PINOptions

    @Option(help: "Your own reference; the same one at the lane is the same load (default: a new one).")
    var reference: String?

    func validate() throws {
        if LaneID(text: lane) == nil { throw ValidationError("--lane must be the name of a lane") }
        guard let value = Amount(yuan: amount), value > .zero else {
            throw ValidationError("--amount must be yuan with at most two decimals, for example 50.00")
        }
    }

    func run() async throws {
        guard let lane = LaneID(text: lane), let amount = Amount(yuan: amount) else { throw ExitCode(64) }
        let reference = reference ?? "till-" + Hex.encode((0..<8).map { _ in UInt8.random(in: .min ... .max) })
        try await common.run {
            let client = common.client
            let progress = SaleProgress(
                load: true, client: client, lane: lane, reference: reference, pins: pins, quietly: common.json)
            let armed = try await client.arm(
                lane: lane, reference: reference, amount: amount, load: SaleOrderMessage.Load(pin: nil))
            let sale = try await progress.follow(armed)
            if common.json { try common.printJSON(sale) } else { print(SaleText(sale).text) }
            try SaleProgress.exit(sale)
        }
    }
}
