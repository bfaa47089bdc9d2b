import ControlClient
import ControlProtocol
import Foundation
import HubProtocol
import Lab
import Payments
import Simulation
import TestSupport
import Testing

extension Integration {
    /// Policies that the campus did not mean, against the real daemon: what arrives is refused or kept aside, people
    /// learn of it, and the policy in force goes on being obeyed.
    @Suite struct PolicyForgeryTests {
        private static let account = "2026010001"

        private static func text(_ rules: String, version: Int? = nil) -> String {
            let number = version.map { #""version": \#($0), "# } ?? ""
            return #"""
                {"campus": "main", \#(number)"meals": [{"id": 1, "name": "午餐", "from": "00:00", "to": "24:00"}],
                 "rules": [{\#(rules)}]}
                """#
        }

        private static func document(_ rules: String, version: Int) throws -> PolicyNode {
            try JSONDecoder().decode(PolicyNode.self, from: Data(text(rules, version: version).utf8))
        }

        private static func set(_ campus: LabCampus, _ rules: String, version: Int? = nil) async throws {
            let path = campus.paths.folder + "/logs/policy.json"
            try text(rules, version: version).write(toFile: path, atomically: true, encoding: .utf8)
            let result = try await LabCommand.run(
                campus.paths.program("till-hub"),
                ["policy", "set", path, "--note", "test", "--socket", campus.paths.hubSocket], within: .seconds(30))
            try #require(result.status == 0, "\(result.error)")
        }

        private static func version(_ campus: LabCampus) async throws -> UInt64 {
            try await campus.terminal.client.policy(account: nil, cardClass: nil, at: nil, terminals: 1).version
        }

        /// The second version is in force: it allows ¥14.99 and not a fen more.
        private static func requireSecond(_ campus: LabCampus, _ card: VirtualCardPeer) async throws {
            #expect(try await version(campus) == 2)
            #expect(try await campus.tap(card, amount: Amount(fen: 1499)).state == .approved)
            let refused = try await campus.tap(card, amount: Amount(fen: 1500))
            #expect(refused.reason?.number == DeclineReason.singleLimitExceeded.rawValue)
        }

        private static func requireAlarm(_ campus: LabCampus, _ code: LedgerErrorNumber) async throws {
            try await eventually(within: .seconds(60), "the alarm E\(code.rawValue) is raised") {
                let hub = try await campus.terminal.client.status().hub
                return hub.alarm && (hub.failure ?? "").hasPrefix("E\(code.rawValue):")
            }
        }

        private enum LedgerErrorNumber: Int {
            case rolledBack = 3030
            case forged = 3031
        }

        @Test(
            "an older version, another key's and one with a changed byte: refused with an alarm, and sales go on",
            .timeLimit(.minutes(15)))
        func forgeries() async throws {
            try await withCampus { campus in
                let card = try await campus.cardholder(Self.account, serial: "00061998081700000074")
                try await Self.set(campus, #""singleAmountFen": 9900"#)
                try await Self.set(campus, #""singleAmountFen": 1499"#)
                try await campus.level()
                try await Self.requireSecond(campus, card)

                // The first version, signed by the hub itself, comes once more.
                await campus.hub.stop()
                try await campus.hub.tamperWithPolicies(
                    """
                    UPDATE feed SET cursor = cursor + 1;
                    UPDATE policy SET changed = (SELECT cursor FROM feed) WHERE version = 1;
                    """)
                try await campus.hub.start()
                try await Self.requireAlarm(campus, .rolledBack)
                try await Self.requireSecond(campus, card)
                await campus.hub.stop()
                try await campus.hub.tamperWithPolicies("UPDATE policy SET changed = -1 WHERE version = 1;")
                try await campus.hub.start()
                try await campus.level()

                // A third one that another key signed.
                await campus.hub.stop()
                let generous = try Self.document(#""singleAmountFen": 9900"#, version: 3)
                try await campus.hub.insertPolicy(
                    generous, version: 3, signature: try campus.hub.signature(of: generous, isForeign: true))
                try await campus.hub.start()
                try await Self.requireAlarm(campus, .forged)
                try await Self.requireSecond(campus, card)

                // The same, signed as it should be, and then a byte of it changed; over a restart of the daemon.
                await campus.hub.stop()
                let signed = try campus.hub.signature(of: generous, isForeign: false)
                try await campus.hub.tamperWithPolicies(
                    """
                    UPDATE policy SET signature = '\(signed)', document = replace(document, '9900', '9901')
                    WHERE version = 3;
                    """)
                await campus.terminal.stop()
                try await campus.hub.start()
                try await campus.terminal.start()
                try await Self.requireAlarm(campus, .forged)
                try await Self.requireSecond(campus, card)

                // Repaired, it is in force, and the alarm is over.
                await campus.hub.stop()
                try await campus.hub.tamperWithPolicies(
                    "UPDATE policy SET document = replace(document, '9901', '9900') WHERE version = 3;")
                try await campus.hub.start()
                try await campus.level()
                #expect(try await Self.version(campus) == 3)
                #expect(try await campus.terminal.client.status().hub.failure == nil)
                #expect(try await campus.tap(card, amount: Amount(fen: 1500)).state == .approved)
                try await campus.requireAgreement()
            }
        }

        @Test(
            "a policy with a rule of the future is kept aside with an alarm here and at the hub, and the feed goes on",
            .timeLimit(.minutes(15)))
        func future() async throws {
            try await withCampus { campus in
                try await Self.set(campus, #""singleAmountFen": 9900"#)
                try await Self.set(campus, #""singleAmountFen": 1499"#)
                try await campus.level()
                await campus.hub.stop()
                let future = try Self.document(#""singleAmountFen": 9900, "aRuleOfTheFuture": 1"#, version: 3)
                try await campus.hub.insertPolicy(
                    future, version: 3, signature: try campus.hub.signature(of: future, isForeign: false))
                try await campus.hub.start()
                func alarm() async throws -> ProblemMessage? { try await campus.terminal.client.status().alarms?.first }
                try await eventually(within: .seconds(60), "the alarm is raised") { try await alarm() != nil }
                // This hub is as old as the terminal, and the one that knows the rule would go on from here.
                await campus.hub.stop()
                try await campus.hub.tamperWithPolicies("DELETE FROM policy WHERE version = 3;")
                try await campus.hub.start()
                // Accounts and cards that came after it reach the terminal.
                let card = try await campus.cardholder(Self.account, serial: "00061998081700000075")
                try await campus.level()
                try await Self.requireSecond(campus, card)
                let raised = try #require(try await alarm())
                #expect(raised.code == "E3066")
                #expect(raised.chinese?.contains("策略第 3 版") == true)
                #expect(try await campus.till("status").output.contains("ALARM    E3066"))
                #expect(try await campus.till("policy", "explain").output.contains("ALARM    E3066"))
                try await eventually("the hub lists the terminal") { try await campus.hub.openExceptions() == 1 }
                await campus.terminal.stop()
                try await campus.terminal.start()
                try await campus.level()
                #expect(try await alarm() != nil)
                try await Self.requireSecond(campus, card)
                // The card office takes the rule out again.
                try await Self.set(campus, #""singleAmountFen": 1500"#, version: 4)
                try await campus.level()
                #expect(try await Self.version(campus) == 4)
                #expect(try await alarm() == nil)
                try await eventually("the hub's list is empty") { try await campus.hub.openExceptions() == 0 }
                try await campus.requireAgreement()
            }
        }
    }
}
