import ControlProtocol
import Foundation
import Lab
import TestSupport
import Testing

extension Integration {
    /// What the bench says, never how fast anything was.
    @Suite struct BenchTests {
        /// The parts of `till-lab bench --json` that are looked at.
        private struct Report: Decodable {
            struct Result: Decodable {
                struct Figure: Decodable {
                    struct Target: Decodable { let met: Bool }
                    let name: String
                    let ours: Double
                    let floor: Double?
                    let ratio: Double?
                    let target: Target?
                }
                let row: String
                let figures: [Figure]
                let failure: String?
            }
            let isQuick: Bool
            let results: [Result]
        }

        private static func bench(_ row: String, in directory: TemporaryDirectory) async throws -> LabCommand.Result {
            let repository = URL(fileURLWithPath: #filePath)
                .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
            let floors = directory.file("floors")
            let build = try await LabCommand.run(
                repository + "/scripts/build-floors", [floors], within: .seconds(60))
            try #require(build.status == 0, "\(build.error)")
            return try await LabCommand.run(
                try programsFolder() + "/till-lab",
                ["bench", "--quick", "--json", "--rows", row, "--floors", floors, "--state", directory.file("s")],
                within: .seconds(60))
        }

        @Test("the APDU row measures our stack beside the bare calls on the real pcscd", .timeLimit(.minutes(15)))
        func exchanges() async throws {
            let result = try await Self.bench("apdu", in: TemporaryDirectory())
            #expect(result.status == 0, "\(result.error)\n\(result.output)")
            let report = try JSONDecoder().decode(Report.self, from: Data(result.output.utf8))
            #expect(report.isQuick)
            let row = try #require(report.results.first)
            #expect(report.results.count == 1)
            #expect(row.row == "apdu")
            #expect(row.failure == nil)
            for figure in row.figures {
                let floor = try #require(figure.floor, "\(figure.name) has a floor")
                #expect(figure.ours > 0 && floor > 0, "\(figure.name)")
                let ratio = try #require(figure.ratio, "\(figure.name) has a ratio")
                #expect(abs(ratio * floor - figure.ours) <= figure.ours / 1000, "\(figure.name)")
            }
            // A round holds three exchanges, whoever makes it.
            let exchange = try #require(row.figures.first { $0.name == "one exchange, median" })
            let round = try #require(row.figures.first { $0.name == "all from connect to disconnect, median" })
            #expect(round.ours > exchange.ours)
            #expect(try #require(round.floor) > #require(exchange.floor))
            let judged = row.figures.filter { $0.target != nil }
            #expect(judged.map(\.name) == ["one exchange, median"])
            for command in ["SELECT", "INITIALIZE", "DEBIT"] {
                #expect(row.figures.contains { $0.name == "  \(command), median" })
                #expect(row.figures.contains { $0.name == "  \(command), p99" })
            }
        }

        @Test("the purse row measures taps that the card's own purse pays", .timeLimit(.minutes(15)))
        func purse() async throws {
            let result = try await Self.bench("purse", in: TemporaryDirectory())
            #expect(result.status == 0, "\(result.error)\n\(result.output)")
            let report = try JSONDecoder().decode(Report.self, from: Data(result.output.utf8))
            let row = try #require(report.results.first)
            #expect(row.row == "purse")
            #expect(row.failure == nil)
            func ours(_ name: String) throws -> Double {
                try #require(row.figures.first { $0.name == name }, "\(name)").ours
            }
            let (own, all) = (try ours("tap, purse tender, our own share, median"), try ours("  all together, median"))
            #expect(own < all)
            #expect(try ours("  the last commit, median") > 0)
            #expect(try ours("  card and reader, median") > 0)
            #expect(try ours("  hub, median") == 0)
        }

        @Test("without the floors the bench says which script builds them, and exits with 1", .timeLimit(.minutes(15)))
        func withoutFloors() async throws {
            let directory = try TemporaryDirectory()
            let result = try await LabCommand.run(
                try programsFolder() + "/till-lab",
                ["bench", "--quick", "--rows", "apdu", "--floors", directory.path, "--state", directory.file("s")],
                within: .seconds(120))
            #expect(result.status == 1)
            #expect(result.error.contains("scripts/bench"), "\(result.error)")
        }

        /// 10 ms in all, of which the daemon calls 9 ms reading and 1 ms its last commit; card and way took 4 ms.
        private static func sold(
            _ state: SaleMessage.State = .approved, decidedBy: String = "local"
        ) throws -> SaleKind.Sold {
            var sale = SaleMessage(reference: "r", lane: try lane("lane-1"), amountFen: 100, state: state)
            sale.decidedBy = decidedBy
            sale.timing = SaleMessage.Timing(
                totalMicroseconds: 10_000, cardMicroseconds: 9000, hubMicroseconds: 0, commitMicroseconds: 1000)
            return (sale, "local", .milliseconds(4))
        }

        @Test("our own share is all less the calls to card and hub; with our stack to the card, all less the bare way")
        func ownShare() throws {
            var account = SaleKind(name: "tap")
            try account.add(try Self.sold())
            #expect(account.figures.first { $0.name == "tap, our own share, median" }?.ours == 1)
            #expect(account.figures.first { $0.name == "  with our stack on the way to the card, median" }?.ours == 6)
            #expect(account.figures.first { $0.name == "  card and reader, median" }?.ours == 9)
        }

        @Test("each sync that the promises need adds to what our own share may take")
        func targets() throws {
            for (syncs, median, p99) in [(1, "1.3 × sync + 1 ms", "2 × sync + 3 ms"), (2, "2.6 ×", "4 × sync + 3 ms")] {
                let targets = SaleKind(name: "tap", syncs: syncs).figures.compactMap(\.target)
                #expect(targets.count == 2)
                #expect(targets.first?.text.contains(median) == true)
                #expect(targets.last?.text.contains(p99) == true)
            }
        }

        @Test("a sale that was not approved, or not by whom it should be, is no figure")
        func refused() throws {
            var kind = SaleKind(name: "tap")
            #expect(throws: LabError.self) { try kind.add(try Self.sold(.declined)) }
            #expect(throws: LabError.self) { try kind.add(try Self.sold(decidedBy: "offline")) }
            #expect(kind.figures.first?.ours == 0)
        }
    }
}
