import ArgumentParser
import ControlClient
import ControlProtocol
import Payments

struct CardProbeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "probe",
        abstract: "Says what the card is, which profile takes it, and why the others do not.",
        discussion: """
            Reads only: no money moves, nothing is written, no attempt of a PIN or key is counted. The lane takes no \
            sale meanwhile. Card numbers are masked to their last four digits.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var options: CardOptions

    @Flag(help: "Explain in Chinese (default: when LANG begins with zh).")
    var chinese = false

    func run() async throws {
        try await common.run {
            let client = common.client
            let lane = try await options.chosenLane(client)
            let wait = CardWait(
                timeout: options.timeout, prompt: common.json ? nil : "\(lane): present a card  请放卡")
            guard let message = try await wait.value({ try await client.examination(lane: lane, wait: $0) }) else {
                printError("till: no card came within \(options.timeout) s")
                throw ExitCode(1)
            }
            if common.json {
                try common.printJSON(message)
            } else {
                print(ExaminationSummary(message, isChinese: chinese || Language.prefersChinese).text)
            }
            let isTaken = message.verdicts.first { $0.fit != "doesNotFit" }?.fit == "fits"
            if !isTaken || !message.complete { throw ExitCode(1) }
        }
    }
}

/// An examination for people.
struct ExaminationSummary {
    let text: String

    init(_ message: ExaminationMessage, isChinese: Bool) {
        func choose(_ text: ExaminationMessage.Text) -> String { isChinese ? text.chinese : text.english }
        var lines = message.findings.map { "\(choose($0.subject)): \(choose($0.text))" }
        if !message.verdicts.isEmpty { lines.append("") }
        for verdict in message.verdicts {
            let mark =
                switch verdict.fit {
                case "fits": "+"
                case "doesNotFit": "-"
                default: "!"
                }
            lines.append("\(mark) \(verdict.profile): \(choose(verdict.reason))")
        }
        lines += ["", (isChinese ? "结论：" : "Conclusion: ") + choose(message.conclusion)]
        text = lines.joined(separator: "\n")
    }
}
