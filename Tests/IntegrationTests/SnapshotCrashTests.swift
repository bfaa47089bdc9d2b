import ControlClient
import ControlProtocol
import CrashPoints
import Foundation
import Lab
import Payments
import Simulation
import TestSupport
import Testing

extension Integration {
    /// The daemon ends, as by SIGKILL, at each marked moment of taking over a whole new list. Promise 9.
    @Suite struct SnapshotCrashTests {
        private static let account = "2026010001"
        private static let entries = 20_000
        /// Changes that the hub keeps; far fewer than it makes.
        private static let kept = 100

        /// Two cards: one on the old list only, one on the new list only.
        private struct Cards {
            let old: VirtualCardPeer
            let new: VirtualCardPeer
        }

        @Test(
            "promise 9: killed while a list of 20,000 is taken over, the terminal has all of the old or of the new",
            .timeLimit(.minutes(10)))
        func killed() async throws {
            try await withCampus(extra: "offline: {card_count: 1000, card_amount: 5000.00}") { campus in
                try campus.hub.configure("feed: {hot_list_changes: \(Self.kept)}")
                let (old, new) = try await Self.prepare(campus)
                let cards = Cards(old: campus.peer(old), new: campus.peer(new))
                #expect(try await campus.terminal.client.status().hub.hotListed == 1)
                await campus.terminal.stop()
                try await campus.hub.reportFound(old.id)
                try await campus.hub.reportLost(new.id)
                try await Self.reportManyLost(campus)

                var table = "killed at: entries in force afterwards\n"
                var seen: Set<Int> = []
                for crash in Self.crashes {
                    if !campus.hub.isRunning { try await campus.hub.start() }
                    try await campus.terminal.start(crashAt: crash)
                    try await eventually("\(crash) is reached") { !campus.terminal.isRunning }
                    // Alone, so that its own list decides.
                    await campus.hub.stop()
                    try await campus.terminal.start()
                    let listed = try await campus.terminal.client.status().hub.hotListed
                    table += "\(crash): \(listed)\n"
                    seen.insert(listed)
                    #expect([1, Self.entries + 1].contains(listed), "\(crash)")
                    try await Self.require(campus, cards, isNew: listed != 1, after: crash)
                    await campus.terminal.stop()
                }
                #expect(seen == [1, Self.entries + 1], "the kills were before and after the lists changed places")
                print(table)

                if !campus.hub.isRunning { try await campus.hub.start() }
                try await campus.terminal.start()
                try await campus.requireAgreement()
                #expect(try await campus.terminal.client.status().hub.hotListed == Self.entries + 1)
                try await Self.require(campus, cards, isNew: true, after: nil)
            }
        }

        private static var crashes: [LabCrash] {
            [
                LabCrash(.snapshotRowsWritten, time: 1), LabCrash(.snapshotRowsWritten, time: 40),
                LabCrash(.snapshotPageStaged, time: 1), LabCrash(.snapshotPageStaged, time: 5),
                LabCrash(.snapshotInPlace, time: 1), LabCrash(.snapshotInForce, time: 1),
            ]
        }

        /// One account with two cards, of which the first is on the list.
        private static func prepare(_ campus: LabCampus) async throws -> (LabCard, LabCard) {
            await campus.hub.stop()
            try await campus.hub.start()
            let old = try await campus.enrol(
                account, name: "Student", balance: "500.00", serial: "00061998081700000096")
            let new = try await campus.enrol(
                "2026010002", name: "Other", balance: "500.00", serial: "00061998081700000097")
            try await campus.hub.reportLost(old.id)
            try await campus.level()
            return (old, new)
        }

        /// As the office would with `till-hub card issue` and `card lost`, without a program for each: curl asks on the
        /// operators' socket.
        private static func reportManyLost(_ campus: LabCampus) async throws {
            let file = campus.paths.folder + "/hub/curl.txt"
            let base = "http://localhost/operator/v1/cards"
            func entry(_ url: String, _ data: String) -> String {
                "url = \"\(url)\"\nrequest = POST\nheader = \"Content-Type: application/json\"\n"
                    + "data = \"\(data)\"\noutput = /dev/null\nfail\nunix-socket = \"\(campus.paths.hubSocket)\"\n"
            }
            func card(_ number: Int) -> String { "uid:" + String(format: "%014X", 0xA000_0000 + number) }
            for step in ["issue", "lost"] {
                let entries = (0..<entries).map { number in
                    step == "issue"
                        ? entry(base, "{\\\"id\\\": \\\"\(card(number))\\\", \\\"account\\\": \\\"\(account)\\\"}")
                        : entry("\(base)/\(card(number))/lost", "")
                }
                try entries.joined(separator: "next\n").write(toFile: file, atomically: true, encoding: .utf8)
                let result = try await LabCommand.run(
                    "/usr/bin/curl", ["-sS", "-Z", "--parallel-max", "50", "--fail-early", "-K", file],
                    within: .seconds(300))
                try #require(result.status == 0, "\(step): \(result.error.suffix(500))")
            }
        }

        /// The list that is in force is whole: it refuses the card that is on it and lets the other one pay.
        private static func require(_ campus: LabCampus, _ cards: Cards, isNew: Bool, after crash: LabCrash?)
            async throws
        {
            let (listed, free) = isNew ? (cards.new, cards.old) : (cards.old, cards.new)
            let refused = try await campus.tap(listed, amount: Amount(fen: 10))
            #expect(refused.state == .declined, "\(crash?.description ?? "at the end"): \(refused)")
            let paid = try await campus.tap(free, amount: Amount(fen: 10))
            #expect(paid.state == .approved, "\(crash?.description ?? "at the end"): \(paid)")
        }
    }
}
