import ArgumentParser
import ControlClient
import ControlProtocol
import Payments

struct SaleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sale",
        abstract: "Arms a lane with an amount and waits for card or payment code.",
        discussion: """
            The lane waits as long as the configuration says (armed_for). Interrupting till leaves the lane armed \
            until then; `till sale --cancel` takes the amount back.

            Where the sale needs the payer's PIN, it is asked for without being shown, or read from standard input \
            when that is no terminal; it is not taken from the command line, where others could read it.
            """)

    @OptionGroup var common: CommonOptions

    @Option(help: "The lane.")
    var lane: String

    @Option(help: "The amount in yuan, for example 12.50.")
    var amount: String?

    @Option(
        help: """
            Your own reference. While the daemon runs, the same reference at the lane is the same sale (the last 64 \
            are remembered), so a repeated command does not debit twice (default: a new one).
            """)
    var reference: String?

    @OptionGroup var pins: PINOptions

    @Flag(help: "Take back the sale with --reference instead of starting one.")
    var cancel = false

    func validate() throws {
        if LaneID(text: lane) == nil { throw ValidationError("--lane must be the name of a lane") }
        if cancel {
            if reference == nil { throw ValidationError("--cancel needs --reference") }
        } else {
            guard let amount, let value = Amount(yuan: amount), value > .zero else {
                throw ValidationError("--amount must be yuan with at most two decimals, for example 12.50")
            }
        }
    }

    func run() async throws {
        guard let lane = LaneID(text: lane) else { throw ExitCode(64) }
        let reference = reference ?? "till-" + Hex.encode((0..<8).map { _ in UInt8.random(in: .min ... .max) })
        try await common.run {
            let client = common.client
            if cancel { return try finish(try await client.cancel(lane: lane, reference: reference)) }
            guard let amount = Amount(yuan: amount ?? "") else { throw ExitCode(64) }
            let progress = SaleProgress(
                load: false, client: client, lane: lane, reference: reference, pins: pins, quietly: common.json)
            let armed = try await client.arm(lane: lane, reference: reference, amount: amount)
            try finish(try await progress.follow(armed))
        }
    }

    private func finish(_ sale: SaleMessage) throws {
        if common.json { try common.printJSON(sale) } else { print(SaleText(sale).text) }
        try SaleProgress.exit(sale)
    }
}

/// The outcome of a sale on one line.
struct SaleText {
    let text: String

    init(_ sale: SaleMessage) {
        let amount = Amount(fen: sale.amountFen)
        var line: String
        switch sale.state {
        case .approved: line = "APPROVED  \(amount)"
        case .declined:
            line = "DECLINED  \(amount)  \(sale.responseCode?.rawValue ?? "")"
            if let reason = sale.reason { line += "  \(reason.english)  \(reason.chinese)" }
            // A sale goes on as long as the PIN may be tried.
            if sale.reason?.number == DeclineReason.pinWrong.rawValue { line += "; it is locked now  密码已锁定" }
        case .cancelled: line = "CANCELLED \(amount)"
        case .expired: line = "EXPIRED   \(amount)  nobody paid in time"
        case .unknown: line = "UNKNOWN   \(amount)  the card may have paid; do not sell again, the hub finds out"
        case .fault: line = "FAULT     \(amount)  \(sale.problem.map { "\($0.code): \($0.message)" } ?? "")"
        case .open: line = "OPEN      \(amount)"
        }
        if let available = sale.availableFen, sale.state == .approved {
            line += "  balance \(Amount(fen: available))"
        }
        if let decidedBy = sale.decidedBy { line += "  \(decidedBy)" }
        if let trace = sale.trace { line += "  trace \(trace)" }
        if let timing = sale.timing { line += "  \(timing.totalMicroseconds / 1000) ms" }
        text = line
    }
}
