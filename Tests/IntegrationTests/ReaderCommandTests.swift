import ControlClient
import ControlProtocol
import Foundation
import Lab
import Payments
import Simulation
import SmartCards
import TestSupport
import Testing

extension Integration {
    /// `till card readers` and `till secure-module` on the real daemon and pcscd.
    @Suite struct ReaderCommandTests {
        @Test("till lists the readers and says how to configure each", .timeLimit(.minutes(15)))
        func readers() async throws {
            try await withCampus { campus in
                let json = try await campus.till("card", "readers", "--json")
                let message = try JSONDecoder().decode(ReadersMessage.self, from: Data(json.output.utf8))
                #expect(message.readers.map(\.name) == PcscdInstance.readerNames)
                #expect(message.readers.map(\.user) == ["lane-1", "lane-2"])
                #expect(message.readers.map(\.selector) == PcscdInstance.readerNames)
                #expect(message.readers.allSatisfy { $0.model == "Virtual PCD" && $0.working && !$0.feedback })

                let english = try await campus.till("card", "readers")
                #expect(english.status == 0, "\(english)")
                let lines = english.output.split(separator: "\n")
                #expect(lines.count == 3)
                #expect(lines.first?.contains(/^READER +SERIAL +PORT +MODEL/) == true, "\(english.output)")
                #expect(lines.last?.contains(/^Virtual PCD 00 01 +- +- .*lane-2 +Virtual PCD 00 01$/) == true)
                let chinese = try await campus.till("card", "readers", "--chinese")
                #expect(chinese.output.hasPrefix("读卡器"), "\(chinese.output)")

                await campus.pcscd.stop()
                try await eventually("the readers are gone") {
                    try await campus.till("card", "readers").output.hasPrefix("no readers")
                }
                let log = try String(contentsOfFile: campus.paths.log("tilld"), encoding: .utf8)
                #expect(!log.contains("each other's reader"))
            }
        }

        @Test(
            "the soft module has nothing to set back, and nobody is asked without a terminal", .timeLimit(.minutes(15)))
        func softModule() async throws {
            try await withCampus { campus in
                let status = try await campus.terminal.client.status()
                #expect(status.secureModule == "soft")
                #expect(status.secureModuleStatus?.condition == "ready")
                let refused = try await campus.till("secure-module", "reset", "--wrong-mac2", "--yes")
                #expect(refused.status == 65)
                #expect(refused.error.contains("E6151"), "\(refused)")
                let unasked = try await campus.till("secure-module", "reset", "--serial")
                #expect(unasked.status == 64, "\(unasked)")
                #expect(unasked.error.contains("--yes"))
                let unclear = try await campus.till("secure-module", "reset", "--yes")
                #expect(unclear.status == 64)
                let answer = try await RawConnection.exchange(
                    .unix(campus.paths.controlSocket),
                    Array(
                        """
                        POST /v1/secure-module/reset HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\
                        Content-Length: 15\r\n\r\n{"reset":"all"}
                        """.utf8), ending: false)
                #expect(answer.hasPrefix("HTTP/1.1 400"), "\(answer)")
            }
        }

        /// A daemon that never reaches a hub, with one lane at the first reader and a PSAM in the second.
        private func withModule(
            _ readers: [String], _ body: (LabTerminal, LabPaths, PcscdInstance) async throws -> Void
        ) async throws {
            let directory = try TemporaryDirectory()
            let paths = try LabPaths(folder: directory.path, programs: try programsFolder())
            _ = try LabCards(paths: paths)
            let pcscd = try PcscdInstance(folder: paths.pcscdFolder)
            try paths.writePrivate(String(repeating: "5A", count: 32) + "\n", to: paths.terminalSecret)
            let terminal = try LabTerminal(
                paths: paths, terminal: LabCampus.terminalID, merchant: LabCampus.merchant,
                hubPort: try LocalPorts.free(), pcscEnvironment: pcscd.environment, readers: readers)
            let soft = try String(contentsOfFile: paths.terminalConfiguration, encoding: .utf8)
            let psam = soft.replacing(
                #/secure_module: .*/#, with: "secure_module: {kind: psam, reader: \"Virtual PCD 00 01\"}")
            try psam.write(toFile: paths.terminalConfiguration, atomically: true, encoding: .utf8)
            do {
                try await pcscd.start()
                try await terminal.start()
                try await body(terminal, paths, pcscd)
            } catch {
                await terminal.stop()
                await pcscd.stop()
                throw error
            }
            await terminal.stop()
            await pcscd.stop()
        }

        private static func till(_ paths: LabPaths, _ arguments: String...) async throws -> LabCommand.Result {
            try await LabCommand.run(
                paths.program("till"), arguments, environment: ["TILL_SOCKET": paths.controlSocket],
                within: .seconds(120))
        }

        @Test("till shows how the PSAM is, and sets back what is remembered about it", .timeLimit(.minutes(15)))
        func realModule() async throws {
            try await withModule([PcscdInstance.readerNames[0]]) { terminal, paths, pcscd in
                let empty = try await terminal.wait("no module") { $0.secureModuleStatus?.condition == "absent" }
                #expect(empty.secureModule == "psam")
                #expect(empty.secureModuleStatus?.fault?.hasPrefix("E1201") == true)
                let absent = try await Self.till(paths, "status").output
                #expect(absent.contains("module   ABSENT  E1201"), "\(absent)")

                let id = try #require(TerminalID(text: LabCampus.terminalID))
                let memory = SecureModuleCardMemory(
                    terminal: id, serial: [0, 0, 0, 1, 0, 0, 0, 0, 0x12, 0x34])
                let module = VirtualCardPeer(
                    card: SimulatedSecureModuleCard(memory: memory, masterKey: try LabCards.readKey(paths.labKey)),
                    port: pcscd.port + 1)
                try await module.insert()
                let status = try await terminal.wait("the module") { $0.secureModuleStatus?.condition == "ready" }
                #expect(status.secureModuleStatus?.terminal == LabCampus.terminalID)
                #expect(status.secureModuleStatus?.serialEnding == "1234")
                let ready = try await Self.till(paths, "status").output
                #expect(ready.contains("module   ready  …1234  terminal \(LabCampus.terminalID)"), "\(ready)")
                let readers = try await terminal.client.readers().readers
                #expect(readers.map(\.user) == ["lane-1", "secure module"])

                for flag in ["--wrong-mac2", "--serial"] {
                    let reset = try await Self.till(paths, "secure-module", "reset", flag, "--yes")
                    #expect(reset.status == 0, "\(reset)")
                    #expect(reset.output.hasPrefix("ready"), "\(reset)")
                }
                await module.remove()
                try await terminal.wait("the module is out") { $0.secureModuleStatus?.condition == "absent" }
            }
        }

        @Test("lanes whose patterns fit the same reader are warned of at the start", .timeLimit(.minutes(15)))
        func overlap() async throws {
            try await withModule(["Virtual*", "* 00 00"]) { _, paths, _ in
                let log = try String(contentsOfFile: paths.log("tilld"), encoding: .utf8)
                #expect(log.contains("each other's reader"), "\(log)")
            }
            try await withModule(["Virtual PCD 00 00", "ACS*PICC*"]) { _, paths, _ in
                let log = try String(contentsOfFile: paths.log("tilld"), encoding: .utf8)
                #expect(!log.contains("each other's reader"), "\(log)")
            }
        }
    }
}
