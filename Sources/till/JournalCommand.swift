import ArgumentParser
import ControlClient
import ControlProtocol
import HubProtocol
import Payments

#if canImport(FoundationEssentials)
import FoundationEssentials
#endif

struct JournalCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "journal", abstract: "Lists, checks and exports the journal.",
        subcommands: [List.self, Verify.self, Export.self], defaultSubcommand: List.self)

    /// Records asked for at a time.
    static let pageSize = 500

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists records, oldest first; cards are masked.")

        @OptionGroup var common: CommonOptions

        @Option(help: "Only records after this sequence number.")
        var after: UInt64 = 0

        @Option(help: "At most this many records, the newest of them.")
        var last: Int?

        func validate() throws {
            if let last, last < 1 { throw ValidationError("--last must be 1 or more") }
        }

        func run() async throws {
            try await common.run {
                let client = common.client
                var start = after
                if let last {
                    let newest = try await client.status().journal.sequence
                    start = max(start, newest > UInt64(last) ? newest - UInt64(last) : 0)
                }
                var records: [JournalLineMessage] = []
                while true {
                    let page = try await client.journal(after: start, limit: pageSize).records
                    guard let end = page.last?.sequence else { break }
                    records += page
                    start = end
                }
                if common.json { return try common.printJSON(JournalPageMessage(records: records)) }
                if records.isEmpty { return print("the journal has no such records") }
                for record in records { print(JournalText(record).text) }
            }
        }
    }

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Recomputes every hash, number and sum of the journal.")

        @OptionGroup var common: CommonOptions

        func run() async throws {
            try await common.run {
                let result = try await common.client.verify()
                if common.json {
                    try common.printJSON(result)
                } else {
                    print(
                        "\(result.sound ? "SOUND" : "NOT SOUND")  \(result.records) records  "
                            + "\(result.approvedCount) approved  \(Amount(fen: result.approvedFen))  "
                            + "head \(result.hash.prefix(12))…")
                    result.findings.forEach { print("  \($0)") }
                }
                if !result.sound { throw ExitCode(1) }
            }
        }
    }

    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Writes whole records with their hashes, one JSON object a line.",
            discussion: "The export names cards. Treat it as confidential.")

        @OptionGroup var common: CommonOptions

        @Option(help: "Only records after this sequence number.")
        var after: UInt64 = 0

        func run() async throws {
            try await common.run {
                let encoder = JSONEncoder()
                encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
                var start = after
                while true {
                    let page = try await common.client.export(after: start, limit: pageSize)
                    guard let end = page.records.last?.record.sequence else { break }
                    for record in page.records {
                        print(String(decoding: try encoder.encode(record), as: UTF8.self))
                    }
                    start = end
                }
            }
        }
    }
}

/// A journal record on one line.
struct JournalText {
    let text: String

    init(_ record: JournalLineMessage) {
        let time = CalendarTime(UnixTime(milliseconds: record.timeMilliseconds))
        var line =
            "\(padded(String(record.sequence), 7))  trace \(padded(record.trace.description, 7))  \(time.utcText)"
        line += "  \(record.outcome.padding(to: 8))"
        if let fen = record.amountFen { line += "  \(padded(Amount(fen: fen).description, 11))" }
        if let payer = record.payer { line += "  \(payer)" }
        if let lane = record.lane { line += "  \(lane)" }
        if let decidedBy = record.decidedBy { line += "  \(decidedBy)" }
        if let reason = record.reason { line += "  \(reason.name)" }
        if let correction = record.correction, let corrects = record.corrects {
            line += "  \(correction.rawValue) of trace \(corrects.trace)"
        }
        if !record.acknowledged { line += "  unsent" }
        text = line
    }
}

private func padded(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
}

extension String {
    fileprivate func padding(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
