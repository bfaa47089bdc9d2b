import ArgumentParser
import ControlClient
import ControlProtocol
import Payments

struct RefundCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "refund", abstract: "Gives back what a sale of this terminal took, or a part of it (退款).",
        discussion: """
            The money goes from the merchant back to the account that paid: first to the subsidy purse what was \
            subsidy, then to cash. What a card's own purse paid goes to the card's account, from where 'till load' \
            brings it onto the card. Never more than the sale over all its refunds. Works without the hub too.
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "The sale's transaction id, 32 hexadecimal digits (till journal list --json).")
    var transaction: String

    @Option(help: "The amount in yuan (default: all that is left of the sale).")
    var amount: String?

    @Option(
        help: """
            Your own reference. The same reference is the same refund for ever, so a repeated command gives money \
            back once (default: a new one).
            """)
    var reference: String?

    func validate() throws {
        if TransactionID(text: transaction) == nil {
            throw ValidationError("TRANSACTION must be 32 upper-case hexadecimal digits")
        }
        if let amount {
            guard let value = Amount(yuan: amount), value > .zero else {
                throw ValidationError("--amount must be yuan with at most two decimals, for example 12.50")
            }
        }
    }

    func run() async throws {
        guard let sale = TransactionID(text: transaction) else { throw ExitCode(64) }
        let order = CorrectionOrderMessage(refund: sale, amount: amount.flatMap { Amount(yuan: $0) })
        try await common.correct(order, reference: reference)
    }
}

struct VoidCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "void", abstract: "Takes back the whole of a lane's last sale, just after it (撤销).")

    @OptionGroup var common: CommonOptions

    @Option(help: "The lane.")
    var lane: String

    @Option(help: "The sale that is meant: refused when it is not the lane's last.")
    var transaction: String?

    @Option(help: "Your own reference. The same reference is the same void for ever (default: a new one).")
    var reference: String?

    func validate() throws {
        if LaneID(text: lane) == nil { throw ValidationError("--lane must be the name of a lane") }
        if let transaction, TransactionID(text: transaction) == nil {
            throw ValidationError("--transaction must be 32 upper-case hexadecimal digits")
        }
    }

    func run() async throws {
        guard let lane = LaneID(text: lane) else { throw ExitCode(64) }
        let order = CorrectionOrderMessage(voidAt: lane, transaction: transaction.flatMap(TransactionID.init(text:)))
        try await common.correct(order, reference: reference)
    }
}

extension CommonOptions {
    /// Asks for a correction and prints what came of it.
    fileprivate func correct(_ order: CorrectionOrderMessage, reference: String?) async throws {
        let reference = reference ?? "till-" + Hex.encode((0..<8).map { _ in UInt8.random(in: .min ... .max) })
        try await run {
            let correction = try await client.correct(reference: reference, order)
            if json { try printJSON(correction) } else { print(CorrectionText(correction).text) }
        }
    }
}

/// A correction on one line.
struct CorrectionText {
    let text: String

    init(_ correction: CorrectionMessage) {
        var line = correction.kind == .void ? "VOIDED 撤销" : "REFUNDED 退款"
        line += "  \(Amount(fen: correction.amountFen))"
        if correction.subsidyFen > 0 { line += "  subsidy \(Amount(fen: correction.subsidyFen))" }
        line += "  trace \(correction.trace)  of trace \(correction.sale.trace)"
        line += "  \(Amount(fen: correction.sale.amountFen))  \(correction.sale.payer)"
        let left = correction.sale.amountFen - correction.sale.correctedFen
        line += "  left \(Amount(fen: left))"
        if correction.repeated { line += "  made before" }
        if correction.sale.cardPursePaid {
            line += "\nto the card's account, not onto the card: till load does that  已退至账户，圈存后到卡"
        }
        text = line
    }
}
