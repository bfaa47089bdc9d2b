import ControlClient
import ControlProtocol
import Foundation
import Lab
import Payments
import Simulation
import TestSupport
import Testing

extension Integration {
    /// Promise 14: readers and scanners that go away or send rubbish.
    @Suite struct DeviceFaultTests {
        private static let account = "2026010001"

        @Test(
            "promise 14: pcscd killed, readers unplugged: codes go on, status says so, the readers come back",
            .timeLimit(.minutes(15)))
        func readers() async throws {
            try await withCampus { campus in
                let card = try await campus.cardholder(Self.account, serial: "00061998081700000051")
                let neighbour = try await campus.neighbour()
                try await campus.level()
                let outages: [(String, () async throws -> Void)] = [
                    ("killed", { await campus.pcscd.kill() }),
                    ("unplugged", { try await campus.pcscd.restart(withReaders: false) }),
                ]
                for (name, begin) in outages {
                    try await begin()
                    try await campus.terminal.wait("\(name): both readers are reported") { status in
                        status.lanes.allSatisfy { $0.reader?.fault != nil }
                    }
                    let code = try await campus.hub.issueCode(account: Self.account)
                    #expect(try await campus.scan(code, amount: Amount(fen: 50)).state == .approved, "\(name)")
                    #expect(try await campus.till("status").output.contains("reader: Virtual PCD 00 00 – "))
                    try await campus.pcscd.restart()
                    try await campus.terminal.wait("\(name): both readers are back") { status in
                        status.lanes.allSatisfy { $0.reader?.fault == nil }
                    }
                    #expect(try await campus.tap(card, amount: Amount(fen: 50)).state == .approved, "\(name)")
                    try await campus.requireOtherLaneSells(neighbour)
                }
                try await campus.requireAgreement()
                #expect(try await campus.hub.account(Self.account).balanceFen == 50_000 - 4 * 50)
            }
        }

        @Test(
            "promises 8 and 14: rubbish, foreign, forged and expired codes are refused, the scanner may be replugged",
            .timeLimit(.minutes(15)))
        func scanner() async throws {
            try await withCampus { campus in
                _ = try await campus.cardholder(Self.account, serial: "00061998081700000052")
                let neighbour = try await campus.neighbour()
                try await campus.level()
                let expired = try await campus.hub.issueCode(account: Self.account, lifetime: 1)
                let issued = ContinuousClock.now

                let sale = try await OpenSale(campus, fen: 70)
                let genuine = try await campus.hub.issueCode(account: Self.account, lifetime: 120)
                try await Self.rubbish(campus, sale, genuine)
                try await campus.requireOtherLaneSells(neighbour)
                try await Self.unplug(campus)
                try await campus.scanner.scan(genuine)
                let paid = try await sale.outcome()
                #expect(paid.state == .approved, "\(paid)")

                // Both sides tolerate 30 s of difference between their clocks.
                try await Task.sleep(until: issued + .seconds(32), clock: .continuous)
                let late = try await campus.scan(expired, amount: Amount(fen: 70))
                #expect(late.state == .declined)
                #expect(late.reason?.name == "codeExpired")
                #expect(late.responseCode == .expired)
                try await campus.requireAgreement()
                #expect(try await campus.hub.account(Self.account).balanceFen == 50_000 - 70)
            }
        }

        /// Each of these leaves the sale open with its own problem.
        private static func rubbish(_ campus: LabCampus, _ sale: OpenSale, _ genuine: String) async throws {
            var digits = Array(genuine)
            let place = digits.count / 2
            digits[place] = digits[place] == "7" ? "8" : "7"
            let cases: [(bytes: [UInt8], codes: Set<String>)] = [
                (Array("\(String(digits))\r".utf8), ["E2101", "E2103", "E2106"]),
                (Array("134567890123456789\r".utf8), ["E2107"]),
                (Array("https://example.com/pay?x=1\r".utf8), ["E2107"]),
                ([0xFF, 0x00, 0x1B, 0xC3, 0x28, 0x0D], ["E2107", "E2103"]),
            ]
            var last: ProblemMessage?
            for (bytes, codes) in cases {
                try await campus.scanner.scan(bytes: bytes)
                try await eventually(within: .seconds(60), "another problem than \(String(describing: last))") {
                    let problem = try await sale.problem()
                    defer { last = problem }
                    return codes.contains(problem.code)
                }
            }
            // 10 MB without a line end: one report, no growth, and the next scan is read again after a silence.
            let before = try residentKilobytes(campus)
            try await campus.scanner.scan(bytes: [UInt8](repeating: UInt8(ascii: "9"), count: 10 << 20))
            try await eventually("the overlong scan is reported") { try await sale.problem().code == "E2002" }
            #expect(try residentKilobytes(campus) < before + 4096)
            try await campus.scanner.scan("\r")
        }

        private static func residentKilobytes(_ campus: LabCampus) throws -> Int {
            let status = try String(contentsOfFile: "/proc/\(try processID(campus))/status", encoding: .utf8)
            let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") })
            return try #require(line.split(separator: " ").compactMap { Int($0) }.first)
        }

        private static func processID(_ campus: LabCampus) throws -> Int32 {
            try #require(campus.terminal.processIdentifier)
        }

        private static func unplug(_ campus: LabCampus) async throws {
            campus.scanner.unplug()
            try await campus.terminal.wait("the scanner is reported") { $0.lanes[0].scanner?.fault != nil }
            try campus.scanner.replug()
            try await campus.terminal.wait("the scanner is back") { $0.lanes[0].scanner?.fault == nil }
        }
    }
}
