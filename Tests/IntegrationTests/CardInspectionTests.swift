import ControlProtocol
import Foundation
import Lab
import Payments
import Simulation
import SmartCards
import TestSupport
import Testing

extension Integration {
    /// `till card` on the real daemon, pcscd and a virtual reader.
    @Suite struct CardInspectionTests {
        private static let account = "2026014721"
        private static let serial = "00061998081700474721"

        @Test("till explains a card and records examinations and sales", .timeLimit(.minutes(15)))
        func inspect() async throws {
            try await withCampus { campus in
                let card = try await campus.cardholder(Self.account, serial: Self.serial)
                try await campus.level()
                try await Self.nothingThere(campus)
                try await Self.probe(campus, card)
                try await Self.record(campus, card)
                try await Self.recordSale(campus, card)
                try await campus.requireAgreement()
            }
        }

        /// `till card …` while the card comes.
        private static func whileCardComes(
            _ campus: LabCampus, _ arguments: [String], _ body: () async throws -> Void
        ) async throws -> LabCommand.Result {
            async let result = LabCommand.run(
                campus.paths.program("till"), ["card"] + arguments,
                environment: ["TILL_SOCKET": campus.paths.controlSocket], within: .seconds(120))
            try await body()
            return try await result
        }

        private static func nothingThere(_ campus: LabCampus) async throws {
            let empty = try await campus.till("card", "probe", "--lane", "lane-1", "--timeout", "0")
            #expect(empty.status == 1)
            #expect(empty.error == "till: no card came within 0 s")
            let unnamed = try await campus.till("card", "probe", "--timeout", "0")
            #expect(unnamed.status == 64)
            #expect(unnamed.error == "till: name the lane with --lane; lanes with a reader: lane-1, lane-2")
            let unknown = try await campus.till("card", "probe", "--lane", "lane-9", "--timeout", "0")
            #expect(unknown.status == 65)
        }

        private static func probe(_ campus: LabCampus, _ card: VirtualCardPeer) async throws {
            let directory = try TemporaryDirectory()
            let messages = directory.file("messages")
            func asked() -> String { (try? String(contentsOfFile: messages, encoding: .utf8)) ?? "" }
            // The card comes when `till` has asked for it; a card that lies there already needs no question.
            async let probing = LabCommand.run(
                "/bin/sh",
                ["-c", #"exec "$0" card probe --lane lane-1 2>"$MESSAGES""#, campus.paths.program("till")],
                environment: ["TILL_SOCKET": campus.paths.controlSocket, "MESSAGES": messages], within: .seconds(30))
            try await eventually("till asks for a card") { !asked().isEmpty }
            try await campus.present(card)
            let result = try await probing
            #expect(result.status == 0, "\(result)")
            #expect(asked() == "lane-1: present a card  请放卡\n")
            #expect(result.output.contains("purse: card …4721, issuer 1111222233330006"), "\(result.output)")
            #expect(result.output.contains("Conclusion: profile campus-card takes the card"), "\(result.output)")
            #expect(!result.output.contains(serial))

            let chinese = try await campus.till("card", "probe", "--lane", "lane-1", "--chinese")
            #expect(chinese.output.contains("卡号末四位 4721"), "\(chinese.output)")
            let json = try await campus.till("card", "probe", "--lane", "lane-1", "--json")
            let message = try JSONDecoder().decode(ExaminationMessage.self, from: Data(json.output.utf8))
            #expect(message.complete)
            #expect(message.verdicts.first?.fit == "fits")
            #expect(!json.output.contains(serial))
        }

        private static func record(_ campus: LabCampus, _ card: VirtualCardPeer) async throws {
            let directory = try TemporaryDirectory()
            let file = directory.file("card.apdu")
            let result = try await campus.till("card", "record", "--lane", "lane-1", "--output", file)
            #expect(result.status == 0, "\(result)")
            let text = try String(contentsOfFile: file, encoding: .utf8)
            let transcript = try CardTranscript(text: text)
            #expect(transcript.value("kind") == "examination")
            #expect(transcript.answerToReset != nil)
            #expect(!text.contains("98081700474721"))
            let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
            #expect(mode == 0o600)
            let again = try await campus.till("card", "record", "--lane", "lane-1", "--output", file)
            #expect(again.status == 73, "a file that is there is not written over")
            #expect(try String(contentsOfFile: file, encoding: .utf8) == text)
            await card.remove()
        }

        private static func recordSale(_ campus: LabCampus, _ card: VirtualCardPeer) async throws {
            let directory = try TemporaryDirectory()
            let file = directory.file("sale.apdu")
            let result = try await whileCardComes(
                campus, ["record", "--lane", "lane-1", "--sale", "--output", file]
            ) {
                try await eventually("the recording is wanted") {
                    FileManager.default.fileExists(atPath: file)
                }
                // The file is there before the daemon knows; a tap or two may pass unrecorded.
                for _ in 0..<10 {
                    let sale = try await campus.tap(card, amount: Amount(fen: 100))
                    #expect(sale.state == .approved)
                    if try String(contentsOfFile: file, encoding: .utf8).hasSuffix("\n") { break }
                }
            }
            #expect(result.status == 0, "\(result)")
            let text = try String(contentsOfFile: file, encoding: .utf8)
            let transcript = try CardTranscript(text: text)
            #expect(transcript.value("kind") == "tap")
            #expect(transcript.value("outcome") == "identified proven")
            #expect(!text.contains("98081700474721"))

            let missed = try await campus.till(
                "card", "record", "--lane", "lane-1", "--sale", "--timeout", "1", "--output", file + ".2")
            #expect(missed.status == 1)
            #expect(!FileManager.default.fileExists(atPath: file + ".2"), "no empty file is left")
        }
    }
}
