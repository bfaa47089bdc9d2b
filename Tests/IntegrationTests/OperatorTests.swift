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
    /// `till` as operators and scripts use it.
    @Suite struct OperatorTests {
        private static let account = "2026014711"
        private static let serial = "00061998081700474711"

        @Test(
            "till sells, lists, verifies, exports and syncs; promise 13: no secret reaches a log",
            .timeLimit(.minutes(15)))
        func day() async throws {
            try await withCampus { campus in
                let card = try await campus.cardholder(Self.account, serial: Self.serial)
                try await campus.level()
                let code = try await campus.hub.issueCode(account: Self.account, lifetime: 120)
                try await Self.sell(campus, card, code)
                try await Self.look(campus)
                try await Self.offline(campus, card)
                try await Self.refusals(campus)
                try await campus.requireAgreement()
                try await Self.requireCleanLogs(campus, code)
            }
        }

        @Test("without a daemon every command ends at once with 69 and the socket's path", .timeLimit(.minutes(15)))
        func notRunning() async throws {
            let socket = try TemporaryDirectory().file("tilld.sock")
            for arguments in [
                ["status"], ["journal", "list"], ["sync"], ["sale", "--lane", "lane-1", "--amount", "1"],
            ] {
                let result = try await LabCommand.run(
                    try programsFolder() + "/till", arguments + ["--socket", socket], within: .seconds(120))
                #expect(result.status == 69)
                #expect(result.error == "till: the daemon is not running, or you may not use its socket (\(socket))")
                #expect(result.output.isEmpty)
            }
        }

        /// `till sale` in a task of its own while the payer comes.
        private static func sale(
            _ campus: LabCampus, _ arguments: [String], _ pay: () async throws -> Void
        ) async throws -> LabCommand.Result {
            async let result = LabCommand.run(
                campus.paths.program("till"), ["sale", "--lane", "lane-1"] + arguments,
                environment: ["TILL_SOCKET": campus.paths.controlSocket], within: .seconds(120))
            try await campus.terminal.wait("till has armed the lane") { $0.lanes[0].amountFen != nil }
            try await pay()
            return try await result
        }

        private static func sell(_ campus: LabCampus, _ card: VirtualCardPeer, _ code: String) async throws {
            let tapped = try await sale(campus, ["--amount", "12.50", "--reference", "r1"]) {
                try await campus.present(card)
            }
            await card.remove()
            #expect(tapped.status == 0, "\(tapped)")
            #expect(tapped.output.hasPrefix("APPROVED  ¥12.50  balance ¥487.50"), "\(tapped.output)")
            let repeated = try await campus.till("sale", "--lane", "lane-1", "--amount", "12.50", "--reference", "r1")
            #expect(repeated.status == 0)
            #expect(repeated.output == tapped.output)

            let scanned = try await sale(campus, ["--amount", "8", "--json"]) { try await campus.scanner.scan(code) }
            #expect(scanned.status == 0, "\(scanned)")
            let message = try JSONDecoder().decode(SaleMessage.self, from: Data(scanned.output.utf8))
            #expect(message.state == .approved)
            #expect(message.amountFen == 800)
            let again = try await sale(campus, ["--amount", "8"]) { try await campus.scanner.scan(code) }
            #expect(again.status == 1)
            #expect(
                again.output.hasPrefix("DECLINED  ¥8.00  94  payment code has been used already"), "\(again.output)")
            let cancelled = try await sale(campus, ["--amount", "1", "--reference", "r2", "--json"]) {
                let cancel = try await campus.till("sale", "--lane", "lane-1", "--cancel", "--reference", "r2")
                #expect(cancel.status == 1)
                #expect(cancel.output.hasPrefix("CANCELLED ¥1.00"))
            }
            #expect(cancelled.status == 1)
            #expect(try JSONDecoder().decode(SaleMessage.self, from: Data(cancelled.output.utf8)).state == .cancelled)
        }

        private static func look(_ campus: LabCampus) async throws {
            try await campus.level()
            let status = try await campus.till("status", "--json")
            #expect(status.status == 0)
            #expect(try JSONDecoder().decode(StatusMessage.self, from: Data(status.output.utf8)).hub.reachable)
            let text = try await campus.till("status").output
            #expect(text.contains("queue    empty: the hub has everything"), "\(text)")
            let list = try await campus.till("journal", "list")
            #expect(list.status == 0)
            #expect(list.output.split(separator: "\n").count == 3)
            #expect(list.output.contains("card …4711"))
            #expect(!list.output.contains(serial))
            let page = try await campus.till("journal", "list", "--json", "--last", "2")
            #expect(try JSONDecoder().decode(JournalPageMessage.self, from: Data(page.output.utf8)).records.count == 2)
            let verify = try await campus.till("journal", "verify")
            #expect(verify.status == 0)
            #expect(verify.output.hasPrefix("SOUND  3 records  2 approved  ¥20.50"), "\(verify.output)")
            let verified = try await campus.till("journal", "verify", "--json")
            #expect(try JSONDecoder().decode(VerificationMessage.self, from: Data(verified.output.utf8)).sound)
            let export = try await campus.till("journal", "export")
            #expect(export.status == 0)
            let lines = export.output.split(separator: "\n")
            #expect(lines.count == 3)
            for line in lines {
                let record = try JSONDecoder().decode(JournalExportMessage.Record.self, from: Data(line.utf8))
                #expect(record.record.sale?.merchant.text == LabCampus.merchant)
            }
        }

        private static func offline(_ campus: LabCampus, _ card: VirtualCardPeer) async throws {
            await campus.hub.stop()
            let tapped = try await campus.tap(card, amount: Amount(fen: 100))
            #expect(tapped.state == .approved)
            let sync = try await campus.till("sync", "--json")
            #expect(sync.status == 1)
            let message = try JSONDecoder().decode(SyncMessage.self, from: Data(sync.output.utf8))
            #expect(!message.level && message.unsentCount == 1)
            #expect(try await campus.till("journal", "list").output.contains("unsent"))
            try await campus.hub.start()
            try await campus.level()
            let level = try await campus.till("sync")
            #expect(level.status == 0)
            #expect(level.output == "LEVEL  the hub has all records up to 4\n")
        }

        private static func refusals(_ campus: LabCampus) async throws {
            let unknown = try await campus.till("sale", "--lane", "lane-7", "--amount", "1")
            #expect(unknown.status == 65)
            #expect(unknown.error == "till: E6001: there is no such lane")
            let reused = try await campus.till("sale", "--lane", "lane-1", "--amount", "2", "--reference", "r1")
            #expect(reused.status == 65)
            #expect(reused.error.hasPrefix("till: E6004: "))
            for arguments in [["sale", "--lane", "lane-1", "--amount", "1.234"], ["sale"], ["nonsense"]] {
                let result = try await LabCommand.run(
                    campus.paths.program("till"), arguments, environment: ["TILL_SOCKET": campus.paths.controlSocket],
                    within: .seconds(120))
                #expect(result.status == 64)
                #expect(!result.error.isEmpty)
            }
        }

        /// Promise 13: logs of daemon and hub, and of pcscd, which sees every command to the card.
        private static func requireCleanLogs(_ campus: LabCampus, _ code: String) async throws {
            let secret = try String(contentsOfFile: campus.paths.terminalSecret, encoding: .utf8)
            let key = try String(contentsOfFile: campus.paths.labKey, encoding: .utf8)
            let folder = campus.paths.folder + "/logs"
            let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
            #expect(Set(names).isSuperset(of: ["till-hub.log", "tilld.log"]))
            for name in names.map({ "\(folder)/\($0)" }) + [campus.pcscd.logFile] {
                let log = try String(contentsOfFile: name, encoding: .utf8).uppercased()
                let hidden = [
                    "card": serial, "short card": String(serial.suffix(12)), "account": account, "code": code,
                    "part of the code": String(code.suffix(24)), "secret": secret, "key": key,
                ]
                for (what, text) in hidden {
                    let wanted = text.trimmingCharacters(in: .whitespacesAndNewlines).uppercased()
                    #expect(!wanted.isEmpty && !log.contains(wanted), "\(name) shows the \(what)")
                }
            }
        }
    }
}
