import ControlClient
import ControlProtocol
import Foundation
import Lab
import Payments
import Simulation
import TestSupport
import Testing

extension Integration {
    /// What comes over sockets and from files that people wrote.
    @Suite struct ServiceFaultTests {
        @Test(
            "malformed and oversized requests to hub and terminal get a clear answer and change nothing",
            .timeLimit(.minutes(15)))
        func requests() async throws {
            try await withCampus { campus in
                let neighbour = try await campus.neighbour()
                try await campus.level()
                let secret = try String(contentsOfFile: campus.paths.terminalSecret, encoding: .utf8)
                    .trimmingCharacters(in: .whitespacesAndNewlines)
                let bearer = "Authorization: Bearer \(LabCampus.terminalID).\(secret)\r\n"
                let hub = RawConnection.Target.port(campus.hub.port)
                let terminal = RawConnection.Target.unix(campus.paths.controlSocket)
                let put = "PUT /v1/lanes/lane-1/sales/bad"
                let cases:
                    [(RawConnection.Target, String, headers: String, body: String, status: String, code: String)] = [
                        (hub, "POST /v1/batches", "", "{}", "401", "E4103"),
                        (hub, "POST /v1/batches", bearer, "{\"records\": [", "400", "E4101"),
                        (hub, "POST /v1/batches", bearer, "[1,2,3]", "400", "E4101"),
                        (hub, "POST /v1/holds", bearer, "{\"amountFen\": 1e99}", "400", "E4101"),
                        (hub, "GET /v1/changes?after=-1", bearer, "", "400", "E4101"),
                        (hub, "GET /v1/nothing", bearer, "", "404", "E4111"),
                        (hub, "POST /v1/batches", bearer, String(repeating: "9", count: 8 << 20), "413", "E4102"),
                        (terminal, put, "", "{\"amountFen\": \"ten\"}", "400", "E6008"),
                        (terminal, put, "", "{\"amountFen\": -5}", "400", "E6003"),
                        (terminal, put, "", "{", "400", "E6008"),
                        (terminal, put, "", String(repeating: "9", count: 8 << 20), "4", "E6"),
                        (terminal, "PUT /v1/lanes/lane-9/sales/bad", "", "{\"amountFen\": 5}", "404", "E6001"),
                        (terminal, "PUT /v1/lanes/lane-1/sales/a%20b", "", "{\"amountFen\": 5}", "400", "E6007"),
                        (terminal, "GET /v1/nothing", "", "", "404", "E6008"),
                        (terminal, "GET /v1/journal?limit=501", "", "", "400", "E6008"),
                    ]
                for (target, line, headers, body, status, code) in cases {
                    let head = "\(line) HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\(headers)"
                    let answer = try await RawConnection.exchange(
                        target, Array("\(head)Content-Length: \(body.utf8.count)\r\n\r\n\(body)".utf8), ending: false)
                    #expect(answer.hasPrefix("HTTP/1.1 \(status)"), "\(line) \(body.prefix(30)): \(answer.prefix(300))")
                    #expect(answer.contains("\"\(code)"), "\(line) \(body.prefix(30)): \(answer.prefix(600))")
                    #expect(!answer.contains(secret))
                }
                for target in [hub, terminal] {
                    for bytes in [[0x00, 0xFF, 0x16, 0x03], Array("GET / HTTP/9.9\r\nX".utf8), []] as [[UInt8]] {
                        _ = try await RawConnection.exchange(target, bytes)
                    }
                }
                try await campus.requireOtherLaneSells(neighbour)
                #expect(try await campus.terminal.client.status().lanes.allSatisfy { $0.amountFen == nil })
                try await campus.requireAgreement()
                #expect(try await campus.journal().filter { $0.outcome == "approved" }.count == 1)
            }
        }

        @Test("a second daemon on the same state folder is refused, and the first goes on", .timeLimit(.minutes(15)))
        func secondDaemon() async throws {
            try await withCampus { campus in
                let neighbour = try await campus.neighbour()
                try await campus.level()
                let second = try await LabCommand.run(
                    campus.paths.program("tilld"), ["--config", campus.paths.terminalConfiguration],
                    environment: campus.pcscd.environment, within: .seconds(120))
                #expect(second.status == 70)
                #expect(second.error.contains("CRITICAL"), "\(second.error)")
                #expect(second.error.contains("another"), "\(second.error)")
                try await campus.requireOtherLaneSells(neighbour)
                try await campus.requireAgreement()
            }
        }

        @Test(
            "a hub that was never reached: everything is declined with a reason",
            .timeLimit(.minutes(15)))
        func hubComesLater() async throws {
            let directory = try TemporaryDirectory()
            let paths = try LabPaths(folder: directory.path, programs: try programsFolder())
            let cards = try LabCards(paths: paths)
            let pcscd = try PcscdInstance(folder: paths.pcscdFolder)
            try paths.writePrivate(String(repeating: "5A", count: 32) + "\n", to: paths.terminalSecret)
            let terminal = try LabTerminal(
                paths: paths, terminal: LabCampus.terminalID, merchant: LabCampus.merchant,
                hubPort: try LocalPorts.free(), pcscEnvironment: pcscd.environment)
            do {
                try await pcscd.start()
                try await terminal.start()
                let card = try cards.issue("early", serial: "00061998081700000062")
                let peer = VirtualCardPeer(card: card.card, port: pcscd.port)
                let reference = "early"
                _ = try await terminal.client.arm(
                    lane: try lane(LabTerminal.lane), reference: reference, amount: Amount(fen: 100))
                try await peer.insert()
                var sale = try await terminal.client.sale(lane: try lane(LabTerminal.lane), reference: reference)
                try await eventually("a decision") {
                    sale = try await terminal.client.sale(
                        lane: try lane(LabTerminal.lane), reference: reference, wait: 1)
                    return sale.state != .open
                }
                #expect(sale.state == .declined, "\(sale)")
                #expect(sale.decidedBy == "offline")
                #expect(sale.reason?.name == "cardUnknown")
                let status = try await terminal.client.status()
                #expect(!status.hub.reachable)
                #expect(status.hub.failure?.hasPrefix("E4001") == true, "\(status.hub)")
                #expect(try await terminal.client.verify().sound)
                await peer.remove()
                #expect(terminal.isRunning)
            } catch {
                await terminal.stop()
                await pcscd.stop()
                throw error
            }
            await terminal.stop()
            await pcscd.stop()
        }

        @Test(
            "a broken configuration ends with 78 and names file, line and key; nothing is made",
            .timeLimit(.minutes(15))
        )
        func configuration() async throws {
            let directory = try TemporaryDirectory()
            let good = """
                terminal: {id: "000000000001", merchant: canteen-1}
                state_directory: "\(directory.file("state"))"
                control_socket: "\(directory.file("tilld.sock"))"
                hub: {url: "http://127.0.0.1:1", secret_file: "\(directory.file("secret"))"}
                lanes:
                  - id: lane-1
                    reader: "Virtual PCD 00 00"
                card_profiles: [{kind: identity_only, name: any-card}]
                """
            let path = directory.file("tilld.yaml")
            let cases: [(change: (String, String), names: [String])] = [
                (("merchant: canteen-1", "merchant: \"\""), ["tilld.yaml:1", "terminal.merchant"]),
                (("state_directory", "state_folder"), ["tilld.yaml:2", "state_folder", "unknown key"]),
                (("http://127.0.0.1:1", "ftp://x"), ["tilld.yaml:4", "hub.url"]),
                (("id: lane-1", "id: lane-1\n    armed_for: never"), ["tilld.yaml:7", "armed_for"]),
                (
                    ("card_profiles:", "offline: {floor_limit: 30.005}\ncard_profiles:"),
                    ["tilld.yaml:8", "floor_limit"]
                ),
                (("lanes:", "lanes: ["), ["tilld.yaml"]),
            ]
            let tilld = try programsFolder() + "/tilld"
            try good.write(toFile: path, atomically: true, encoding: .utf8)
            let fine = try await LabCommand.run(tilld, ["--check-config", "--config", path], within: .seconds(120))
            #expect(fine.status == 0, "\(fine.error)")
            for (change, names) in cases {
                try good.replacingOccurrences(of: change.0, with: change.1)
                    .write(toFile: path, atomically: true, encoding: .utf8)
                for arguments in [["--check-config", "--config", path], ["--config", path]] {
                    let result = try await LabCommand.run(tilld, arguments, within: .seconds(120))
                    #expect(result.status == 78, "\(change.1): \(result)")
                    for name in names { #expect(result.error.contains(name), "\(change.1): \(result.error)") }
                }
            }
            let missing = try await LabCommand.run(
                tilld, ["--check-config", "--config", directory.file("none.yaml")], within: .seconds(120))
            #expect(missing.status == 78)
            #expect(missing.error.contains("none.yaml"))
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["tilld.yaml"])
        }
    }
}
