import ControlClient
import ControlProtocol
import Foundation
import Lab
import Payments
import Simulation
import TestSupport
import Testing

extension Integration {
    /// What a morning without the hub leaves, on its way there.
    @Suite struct BacklogTests {
        private static let account = "2026010001"
        private static let policy = """
            offline: {card_count: 1000, card_amount: 100000.00, terminal_count: 100000, terminal_amount: 1000000.00}
            """
        /// Records a second that the hub takes here, far below what it could.
        private static let rate = 100
        private static let backlog = OfflineBacklog(count: 4000)

        /// What `till status` said while the backlog drained.
        private struct Sample {
            let unsent: Int
            let elapsed: Duration
        }

        @Test(
            "promise 11: thousands of records drain at the hub's rate, seen by everybody, and no tap waits for them",
            .timeLimit(.minutes(15)))
        func drain() async throws {
            try await withCampus(extra: Self.policy) { campus in
                let enrolled = try await campus.enrol(
                    Self.account, name: "Student", balance: "1000.00", serial: "00061998081700000091")
                let card = campus.peer(enrolled)
                try await campus.level()
                await campus.hub.stop()
                await campus.terminal.stop()
                try await Self.backlog.sell(to: [enrolled.id], in: campus.paths.terminalState)
                // What is tested is that holds do not queue behind batches, not how fast this machine is.
                try campus.changeHub { "{url: \($0), budget: 5s}" }
                try await campus.terminal.start()
                try await Self.requireVisible(campus)

                try campus.hub.configure("ingest: {backlog_records_per_second: \(Self.rate)}")
                let total = try await campus.terminal.client.status().journal.unsentCount
                let begin = ContinuousClock.now
                try await campus.hub.start()
                try await campus.terminal.wait("the hub is there", within: .seconds(90)) {
                    $0.journal.unsentCount < total
                }
                async let bar = Self.forcedSync(campus)
                var samples: [Sample] = []
                var taps: Int64 = 0
                while true {
                    let before = try await campus.terminal.client.status().journal
                    samples.append(Sample(unsent: before.unsentCount, elapsed: .now - begin))
                    // Whatever is left now is the taps' own.
                    if before.unsentCount < 50 { break }
                    let sale = try await campus.tap(card, amount: Amount(fen: 10))
                    #expect(sale.state == .approved, "\(sale)")
                    #expect(sale.decidedBy == "online", "a tap did not get its hold while the backlog drained")
                    taps += 1
                }
                #expect(taps > 0)
                // As fast as the hub said and no faster: batches of 500, each with the time that the rate gives it.
                for sample in samples {
                    let seconds = Double(sample.elapsed.components.seconds + 1)
                    let most = 500 + Double(Self.rate) * seconds
                    #expect(Double(total - sample.unsent) <= most, "\(total - sample.unsent) after \(sample.elapsed)")
                }
                #expect(Set(samples.map { $0.unsent / 500 }).count >= 3, "the queue was seen to fall: \(samples)")
                #expect(zip(samples, samples.dropFirst()).allSatisfy { $1.unsent <= $0.unsent + 5 }, "\(samples)")

                let shown = try await bar
                #expect(shown.status == 0, "\(shown)")
                #expect(shown.output.contains("LEVEL"))
                #expect(shown.output.firstMatch(of: /\[#*-+\]  \d+ of \d+ records/) != nil, "\(shown.output)")
                try await campus.requireAgreement()
                // A tap that the reader tore was held out again: the journal says what was sold.
                let sold = try await campus.journal().filter { $0.outcome == "approved" }
                    .reduce(0) { $0 + ($1.amountFen ?? 0) }
                #expect(sold >= Self.backlog.amount.fen + 10 * taps)
                #expect(try await campus.hub.account(Self.account).balanceFen == 100_000 - sold)
                #expect(try await campus.till("status").output.contains("queue    empty"))
                #expect(try await campus.hub.openExceptions() == 0)
            }
        }

        /// Count, amount and age of what waits, for people and for programs.
        private static func requireVisible(_ campus: LabCampus) async throws {
            let text = try await campus.till("status").output
            let queue = try #require(text.split(separator: "\n").first { $0.hasPrefix("queue") })
            #expect(queue.firstMatch(of: /\d+ unsent, .+, oldest \d+ s/) != nil, "\(queue)")
            let status = try JSONDecoder().decode(
                StatusMessage.self, from: Data(try await campus.till("status", "--json").output.utf8))
            #expect(status.journal.unsentCount >= backlog.count)
            #expect(status.journal.unsentFen == backlog.amount.fen)
            #expect((status.journal.oldestUnsentSeconds ?? -1) >= 0)
        }

        /// `till sync` on a screen.
        private static func forcedSync(_ campus: LabCampus) async throws -> LabCommand.Result {
            try await LabCommand.run(
                "/usr/bin/script", ["-qefc", "'\(campus.paths.program("till"))' sync", "/dev/null"],
                environment: ["TILL_SOCKET": campus.paths.controlSocket], within: .seconds(280))
        }

        @Test(
            "a hub that was restored from an older copy gets again what it lost, by itself, and both agree",
            .timeLimit(.minutes(15)))
        func restoredHub() async throws {
            try await withCampus { campus in
                let card = try await campus.cardholder(Self.account, serial: "00061998081700000092")
                try await campus.level()
                for _ in 0..<2 { #expect(try await campus.tap(card, amount: Amount(fen: 100)).state == .approved) }
                try await campus.level()
                let (folder, copy) = (campus.paths.folder + "/hub", campus.paths.folder + "/hub-copy")
                await campus.hub.stop()
                try FileManager.default.copyItem(atPath: folder, toPath: copy)
                try await campus.hub.start()
                for _ in 0..<3 { #expect(try await campus.tap(card, amount: Amount(fen: 200)).state == .approved) }
                try await campus.requireAgreement()
                let acknowledged = try await campus.terminal.client.status().journal.acknowledged

                // The disk of the hub is lost; yesterday's copy takes its place while the terminal goes on.
                await campus.hub.stop()
                try FileManager.default.removeItem(atPath: folder)
                try FileManager.default.moveItem(atPath: copy, toPath: folder)
                try await campus.hub.start()
                #expect(try await campus.hub.terminal(LabCampus.terminalID).sequence < acknowledged)
                let sale = try await campus.tap(card, amount: Amount(fen: 50))
                #expect(sale.state == .approved, "\(sale)")
                try await campus.requireAgreement()
                #expect(try await campus.hub.account(Self.account).balanceFen == 50_000 - 200 - 600 - 50)
                let status = try await campus.terminal.client.status()
                #expect(status.hub.reachable && !status.hub.alarm, "\(status.hub)")
                #expect(try await campus.hub.openExceptions() >= 1, "the gap is listed for the office")
                // What changes at the restored hub from now on reaches the terminal.
                let other = try await campus.enrol(
                    "2026010002", name: "Later", balance: "10.00", serial: "00061998081700000093")
                try await campus.level()
                await campus.hub.stop()
                let later = try await campus.tap(campus.peer(other), amount: Amount(fen: 100))
                #expect(later.state == .approved, "\(later)")
                #expect(later.decidedBy == "offline")
            }
        }
    }
}
