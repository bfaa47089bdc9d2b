import ControlClient
import ControlProtocol
import Foundation
import Lab
import Payments
import Simulation
import TestSupport
import Testing

extension Integration {
    /// Enrolment, renewal and revocation with the real daemon, hub and command lines.
    @Suite struct TerminalIdentityTests {
        private static let account = "2026010001"

        private static func identity(_ campus: LabCampus) throws -> String {
            try String(contentsOfFile: campus.paths.terminalState + "/identity.pem", encoding: .utf8)
        }

        @Test(
            "a revoked terminal says so, sells on within its policy, and delivers everything once it is enrolled anew",
            .timeLimit(.minutes(15)))
        func revoked() async throws {
            try await withCampus { campus in
                let card = try await campus.cardholder(Self.account, serial: "00061998081700000061")
                try await campus.level()
                #expect(try await campus.tap(card, amount: Amount(fen: 200)).decidedBy == "online")
                try await campus.hub.revoke(LabCampus.terminalID)
                try await campus.terminal.wait("the alarm") { $0.hub.failure?.hasPrefix("E4152") == true }
                let text = try await campus.till("status").output
                #expect(text.contains("ALARM"))
                let sync = try await campus.till("sync")
                #expect(sync.status == 1)
                #expect(sync.output.contains("NOT LEVEL"))
                let sale = try await campus.tap(card, amount: Amount(fen: 300))
                #expect(sale.state == .approved, "\(sale)")
                #expect(sale.decidedBy == "offline")
                let large = try await campus.tap(card, amount: Amount(fen: 3001))
                #expect(large.reason?.name == "floorLimitExceeded")
                // Also after a restart, with the certificate still on the disk.
                await campus.terminal.stop()
                try await campus.terminal.start()
                try await campus.terminal.wait("the alarm again") { $0.hub.failure?.hasPrefix("E4152") == true }
                #expect(try await campus.hub.account(Self.account).balanceFen == 50_000 - 200)

                // The daemon takes the new certificate over by itself.
                try await campus.terminal.enrol(campus.hub.enrolmentCode(LabCampus.terminalID))
                try await campus.terminal.wait("level again") { $0.hub.reachable && !$0.hub.alarm }
                try await campus.requireAgreement()
                #expect(try await campus.hub.account(Self.account).balanceFen == 50_000 - 500)
            }
        }

        @Test(
            "a terminal without a certificate starts, raises an alarm, and begins when it is enrolled",
            .timeLimit(.minutes(15)))
        func notEnrolled() async throws {
            try await withCampus { campus in
                await campus.terminal.stop()
                let path = campus.paths.terminalState + "/identity.pem"
                for broken in [nil, "", "no certificate", try Self.identity(campus).replacing("A", with: "B")] {
                    try? FileManager.default.removeItem(atPath: path)
                    if let broken { try campus.paths.writePrivate(broken, to: path) }
                    try await campus.terminal.start()
                    try await campus.terminal.wait("the alarm") { $0.hub.failure?.hasPrefix("E4151") == true }
                    await campus.terminal.stop()
                }
                try await campus.terminal.start()
                try await campus.terminal.enrol(campus.hub.enrolmentCode(LabCampus.terminalID))
                try await campus.terminal.wait("level") { $0.hub.reachable && !$0.hub.alarm }
                try await campus.requireAgreement()
            }
        }

        @Test("a code that is wrong, used or another hub's changes nothing at the terminal", .timeLimit(.minutes(15)))
        func codes() async throws {
            try await withCampus { campus in
                let before = try Self.identity(campus)
                let used = try await campus.hub.enrolmentCode(LabCampus.terminalID)
                try await campus.terminal.enrol(used)
                let after = try Self.identity(campus)
                #expect(after != before)
                let directory = try TemporaryDirectory()
                let other = try LabHub(
                    paths: LabPaths(folder: directory.path, programs: try programsFolder()))
                try other.paths.writePrivate(String(repeating: "5A", count: 16), to: other.paths.labKey)
                try await other.start()
                try await other.addMerchant(LabCampus.merchant, name: "x")
                try await other.registerTerminal(LabCampus.terminalID, name: "x", merchant: LabCampus.merchant)
                let foreign = try await other.enrolmentCode(LabCampus.terminalID)
                await other.stop()
                let typo = String(used.dropLast()) + (used.hasSuffix("7") ? "8" : "7")
                for (code, number) in [(used, "E4155"), (foreign, "E4308"), (typo, "E4307"), ("", "E4307")] {
                    let result = try await campus.terminal.enrolment(code)
                    #expect(result.status == 70)
                    #expect(result.error.contains(number), "\(result.error)")
                    #expect(code.isEmpty || !result.error.contains(code))
                    #expect(try Self.identity(campus) == after)
                }
                for name in ["tilld", "till-hub"] {
                    let log = try String(contentsOfFile: campus.paths.log(name), encoding: .utf8)
                    #expect(!log.contains(used))
                    #expect(!log.contains(after.split(separator: "\n")[1]))
                }
                try await campus.requireAgreement()
            }
        }

        @Test("renewals happen under way and no sale is lost, with kills in between", .timeLimit(.minutes(15)))
        func renewal() async throws {
            try await withCampus(certificateLifetime: "10s") { campus in
                let card = try await campus.cardholder(Self.account, serial: "00061998081700000062")
                try await campus.level()
                var sold: Int64 = 0
                var rounds = 0
                // Each life renews at its two thirds; in each third round the power goes.
                while try await campus.hub.certificates(LabCampus.terminalID).count < 4 {
                    rounds += 1
                    try #require(rounds < 300)
                    let sale = try await campus.tap(card, amount: Amount(fen: 10))
                    #expect(sale.state == .approved, "\(sale)")
                    sold += 10
                    if rounds % 10 == 0 {
                        await campus.terminal.kill()
                        try await campus.terminal.start()
                    }
                }
                try await campus.requireAgreement()
                #expect(try await campus.hub.account(Self.account).balanceFen == 50_000 - sold)
                let counting = try await campus.hub.certificates(LabCampus.terminalID)
                    .filter { $0.revokedAtMilliseconds == nil }
                #expect(counting.count <= 2)
            }
        }

        @Test(
            "a terminal that was away for longer than its certificate lives delivers and renews by itself",
            .timeLimit(.minutes(15)))
        func expired() async throws {
            try await withCampus(certificateLifetime: "10s") { campus in
                let card = try await campus.cardholder(Self.account, serial: "00061998081700000063")
                try await campus.level()
                let newest = try #require(try await campus.hub.certificates(LabCampus.terminalID).first)
                await campus.hub.stop()
                let sale = try await campus.tap(card, amount: Amount(fen: 300))
                #expect(sale.decidedBy == "offline")
                await campus.terminal.kill()
                let expiry = Double(newest.expiresAtMilliseconds) / 1000
                try await eventually(within: .seconds(120), "the certificate has expired") {
                    // Both a renewal that was under way and the one before have ended by then.
                    Date().timeIntervalSince1970 > expiry + 11
                }
                try await campus.hub.start()
                try await campus.terminal.start()
                try await campus.requireAgreement()
                #expect(try await campus.hub.account(Self.account).balanceFen == 50_000 - 300)
                try await eventually("the certificate is renewed") {
                    try await campus.hub.certificates(LabCampus.terminalID).first?.serial != newest.serial
                }
            }
        }
    }
}
