import ControlClient
import ControlProtocol
import Foundation
import Lab
import Payments
import Simulation
import TestSupport
import Testing

extension Integration {
    /// The campus policy from the card office's file to the counter.
    @Suite struct PolicyTests {
        private static let account = "2026010001"
        private static let allDay = #"[{"id": 1, "name": "午餐", "from": "00:00", "to": "24:00"}]"#

        private func policy(_ rules: String) -> String {
            #"{"campus": "main", "meals": \#(Self.allDay), "rules": [{\#(rules)}]}"#
        }

        @Test(
            "a policy set at the hub takes effect at the terminal, and till explains it",
            .timeLimit(.minutes(15)))
        func delivered() async throws {
            try await withCampus { campus in
                let card = try await campus.cardholder(Self.account, serial: "00061998081700000071")
                try await campus.level()
                let before = try await campus.explain()
                #expect(before.version == 0)
                #expect(try await campus.tap(card, amount: Amount(fen: 1500)).state == .approved)
                try await campus.setPolicy(policy(#""singleAmountFen": 1499, "cardAmountFen": 4321, "mealCount": 2"#))
                try await campus.level()
                let refused = try await campus.tap(card, amount: Amount(fen: 1500))
                #expect(refused.state == .declined)
                #expect(refused.reason?.number == DeclineReason.singleLimitExceeded.rawValue)
                let explained = try await campus.explain("--account", Self.account, "--terminals", "3")
                #expect(explained.version == 1)
                #expect(explained.meal?.name == "午餐")
                #expect(explained.account?.todayFen == 1500)
                #expect(explained.losses.first?.cardAndTerminalFen == 4321)
                #expect(explained.losses.first?.cardFen == 12_963)
                #expect(explained.rules.first { $0.rule == .mealCount }?.source == "everybody")
                let text = try await campus.till("policy", "explain").output
                #expect(text.contains("policy   main, version 1"))
                #expect(text.contains("[everybody]"))
                // A bad document changes nothing.
                let bad = try await campus.hubCommand("policy", "check", campus.file(policy(#""cardCount": -1"#)))
                #expect(bad.status == 65)
                #expect(bad.error.contains("rules[0].cardCount"))
                try await campus.requireAgreement()
            }
        }

        @Test(
            "a meal paid by subsidy and cash without the hub is posted to both purses, and counted over a restart",
            .timeLimit(.minutes(15)))
        func subsidy() async throws {
            try await withCampus { campus in
                let card = try await campus.cardholder(Self.account, serial: "00061998081700000072")
                let grant = try await campus.hubCommand(
                    "account", "subsidy", "grant", Self.account, "8", "--until", "2099-01-01", "--reference", "s1")
                #expect(grant.status == 0, "\(grant.error)")
                try await campus.setPolicy(
                    policy(#""subsidyPermitted": true, "subsidyMealCount": 1, "mealCount": 2"#))
                try await campus.level()
                await campus.hub.stop()
                #expect(try await campus.tap(card, amount: Amount(fen: 1200)).state == .approved)
                await campus.terminal.stop()
                try await campus.terminal.start()
                #expect(try await campus.tap(card, amount: Amount(fen: 100)).state == .approved)
                let third = try await campus.tap(card, amount: Amount(fen: 100))
                #expect(third.reason?.number == DeclineReason.mealCountExceeded.rawValue)
                try await campus.hub.start()
                try await campus.requireAgreement()
                // ¥500.00 − (12.00 − 8.00) − 1.00
                #expect(try await campus.hub.account(Self.account).balanceFen == 49_500)
            }
        }
    }
}

extension LabCampus {
    fileprivate func explain(_ arguments: String...) async throws -> PolicyExplanationMessage {
        let result = try await LabCommand.run(
            paths.program("till"), ["policy", "explain", "--json"] + arguments,
            environment: ["TILL_SOCKET": paths.controlSocket], within: .seconds(120))
        try #require(result.status == 0, "\(result.error)")
        return try JSONDecoder().decode(PolicyExplanationMessage.self, from: Data(result.output.utf8))
    }

    fileprivate func hubCommand(_ arguments: String...) async throws -> LabCommand.Result {
        let socket = arguments.contains("check") ? [] : ["--socket", paths.hubSocket]
        return try await LabCommand.run(paths.program("till-hub"), arguments + socket, within: .seconds(120))
    }

    /// A file with this text.
    fileprivate func file(_ text: String) throws -> String {
        let path = paths.folder + "/logs/policy.json"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    fileprivate func setPolicy(_ text: String) async throws {
        let result = try await hubCommand("policy", "set", file(text), "--note", "test")
        try #require(result.status == 0, "\(result.error)")
    }
}
