import ControlProtocol
import Foundation
import Lab
import Payments
import Simulation
import TestSupport
import Testing

extension Integration {
    /// A business day from the first tap to the paid settlement, with the real programs.
    @Suite struct BusinessDayTests {
        private static let account = "2026014711"

        @Test(
            "a day is sold, closed, compared with the terminal's own journal, settled and exported",
            .timeLimit(.minutes(15)))
        func day() async throws {
            try await withCampus { campus in
                try await Self.reconfigure(campus, cutOver: "16:00")
                let card = try await campus.cardholder(Self.account, serial: "00061998081700474711")
                try await campus.level()
                for fen in [250, 400] as [Int64] {
                    let sale = try await campus.tap(card, amount: Amount(fen: fen), lane: "lane-1")
                    #expect(sale.state == .approved)
                }
                try await campus.requireAgreement()
                let status = try await Self.json(campus, "status")
                let day = try #require((status["books"] as? [String: Any])?["today"] as? String)
                try await Self.reconcile(campus, day)

                #expect(try await Self.hub(campus, "day", "close", "--through", day).error.contains("E4161"))
                // The cut-over passes.
                try await Self.reconfigure(campus, cutOver: "08:00")
                try await Self.require(campus, "day", "close")
                try await Self.require(campus, "settlement", "draft", "--through", day)
                let statement = try await Self.require(campus, "settlement", "statement", "1")
                #expect(statement.contains("6.50"))
                // One person cannot confirm alone, however root.
                let refused = try await Self.hub(campus, "settlement", "confirm", "1")
                #expect(refused.status == 1)
                #expect(refused.error.contains("E4162"))

                let journal = "\(campus.paths.folder)/hub/books.journal"
                try await Self.require(campus, "export", "journal", "--output", journal)
                let checked = try await LabCommand.run(
                    "/usr/bin/hledger", ["-f", journal, "check", "--strict"], within: .seconds(120))
                #expect(checked.status == 0, "\(checked.error)")
                try await campus.requireAgreement()
            }
        }

        /// The terminal's own words, both kinds, agree with what the hub has.
        private static func reconcile(_ campus: LabCampus, _ day: String) async throws {
            for (name, arguments) in [("status", ["status", "--json"]), ("journal", ["journal", "export"])] {
                let said = try await LabCommand.run(
                    campus.paths.program("till"), arguments, environment: ["TILL_SOCKET": campus.paths.controlSocket],
                    within: .seconds(120))
                #expect(said.status == 0, "\(said.error)")
                let file = "\(campus.paths.folder)/hub/\(name).json"
                try said.output.write(toFile: file, atomically: true, encoding: .utf8)
                let report = try await hub(campus, "reconcile", "--day", day, "--claim", file)
                // Two taps of different amounts: nothing that a person would have to look at.
                #expect(report.status == 0, "\(report.output) \(report.error)")
                #expect(report.output.contains("no differences"))
                #expect(report.output.contains("6.50"))
            }
        }

        /// Starts the hub again with noon now, and another cut-over.
        private static func reconfigure(_ campus: LabCampus, cutOver: String) async throws {
            let hour = Int(Date().timeIntervalSince1970) / 3600 % 24
            let offset = 12 - hour
            let zone = "\(offset < 0 ? "-" : "+")\(abs(offset) < 10 ? "0" : "")\(abs(offset)):00"
            let path = campus.paths.hubConfiguration
            let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
                .filter { !$0.hasPrefix("time_zone") && !$0.hasPrefix("business_day") }
            let added = ["time_zone: \"\(zone)\"", "business_day: {cut_over: \"\(cutOver)\", grace: 20h}"]
            await campus.hub.stop()
            try (lines.map(String.init) + added).joined(separator: "\n")
                .write(toFile: path, atomically: true, encoding: .utf8)
            try await campus.hub.start()
            try await campus.level()
        }

        private static func hub(_ campus: LabCampus, _ arguments: String...) async throws -> LabCommand.Result {
            try await run(campus, arguments)
        }

        private static func run(_ campus: LabCampus, _ arguments: [String]) async throws -> LabCommand.Result {
            try await LabCommand.run(
                campus.paths.program("till-hub"), arguments + ["--socket", campus.paths.hubSocket],
                within: .seconds(120))
        }

        @discardableResult
        private static func require(_ campus: LabCampus, _ arguments: String...) async throws -> String {
            let result = try await run(campus, arguments)
            try #require(result.status == 0, "\(arguments): \(result.error)")
            return result.output
        }

        private static func json(_ campus: LabCampus, _ arguments: String...) async throws -> [String: Any] {
            let output = try await run(campus, arguments + ["--json"]).output
            return try #require(try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any])
        }
    }
}
