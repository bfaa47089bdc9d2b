import ArgumentParser
import ControlClient
import ControlProtocol
import Payments

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Shows lanes, journal and hub at a glance.")

    @OptionGroup var common: CommonOptions

    func run() async throws {
        try await common.run {
            let status = try await common.client.status()
            if common.json { return try common.printJSON(status) }
            print(StatusText(status).text)
        }
    }
}

/// The status for people.
struct StatusText {
    let text: String

    init(_ status: StatusMessage) {
        var lines = [
            "terminal \(status.terminal)  merchant \(status.merchant)  version \(status.version)  "
                + "pid \(status.processID)"
        ]
        if status.secureModule == "soft" {
            lines.append("WARNING  soft secure module: keys are in this process. For the lab only, never for money.")
        }
        if let module = status.secureModuleStatus, status.secureModule != "soft" {
            lines.append("module   \(SecureModuleText(module).text)")
        }
        let offset = status.clockOffsetMilliseconds
        if abs(offset) > 5000 { lines.append("WARNING  the system clock is \(offset / 1000) s off the hub's time") }
        for lane in status.lanes {
            var line = "lane     \(lane.lane)  \(lane.display)"
            if let fen = lane.amountFen { line += "  \(Amount(fen: fen))" }
            line += "  reader: \(Self.text(lane.reader))  scanner: \(Self.text(lane.scanner))"
            lines.append(line)
        }
        let journal = status.journal
        lines.append("journal  \(journal.sequence) records  head \(journal.hash.prefix(12))…")
        if journal.unsentCount == 0 {
            lines.append("queue    empty: the hub has everything")
        } else {
            lines.append(
                "queue    \(journal.unsentCount) unsent, \(Amount(fen: journal.unsentFen)), "
                    + "oldest \(journal.oldestUnsentSeconds ?? 0) s")
        }
        let hub = status.hub
        lines.append(
            "hub      \(hub.url)  \(hub.reachable ? "reachable" : "NOT REACHABLE")  accounts \(hub.accounts)  "
                + "hot list \(hub.hotListed)")
        if let failure = hub.failure { lines.append("\(hub.alarm ? "ALARM   " : "         ") \(failure)") }
        for alarm in status.alarms ?? [] {
            lines.append("ALARM    \(alarm.code): \(alarm.message)  \(alarm.chinese ?? "")")
        }
        text = lines.joined(separator: "\n")
    }

    private static func text(_ device: StatusMessage.Device?) -> String {
        guard let device else { return "none" }
        return device.fault.map { "\(device.name) – \($0)" } ?? "\(device.name) ok"
    }
}
