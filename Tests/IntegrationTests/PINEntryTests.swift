import ControlClient
import ControlProtocol
import Foundation
import Lab
import Payments
import Simulation
import TestSupport
import Testing

extension Integration {
    /// 请输入密码: the payer enters the PIN at the counter, on the real line with the hub in reach.
    @Suite struct PINEntryTests {
        private static let account = "2026010001"

        /// A campus on which a sale above ¥10.00 needs the PIN 135790.
        private func withPINCampus(_ body: (LabCampus, VirtualCardPeer) async throws -> Void) async throws {
            try await withCampus { campus in
                let card = try await campus.cardholder(Self.account, serial: "00061998081700000073")
                try await Self.hub(campus, "account pin \(Self.account)", input: "135790")
                let file = campus.paths.folder + "/logs/policy.json"
                try #"{"campus": "main", "rules": [{"pinAboveFen": 1000}]}"#.write(
                    toFile: file, atomically: true, encoding: .utf8)
                try await Self.hub(campus, "policy set \(file) --note test", input: "")
                try await campus.level()
                try await body(campus, card)
                // Promise 13: neither log has seen the PIN.
                for name in ["tilld", "till-hub"] {
                    let log = try String(contentsOfFile: campus.paths.log(name), encoding: .utf8)
                    #expect(!log.contains("135790"), "\(name)")
                }
                try await campus.requireAgreement()
            }
        }

        private static func hub(_ campus: LabCampus, _ command: String, input: String) async throws {
            let line =
                "echo \(input) | \(campus.paths.program("till-hub")) \(command) --socket \(campus.paths.hubSocket)"
            let result = try await LabCommand.run("/bin/sh", ["-c", line], within: .seconds(30))
            try #require(result.status == 0, "\(result.error)")
        }

        /// Waits until the sale asks for a PIN.
        private func request(of sale: OpenSale) async throws -> PINRequestMessage {
            var request: PINRequestMessage?
            try await eventually(within: .seconds(60), "the lane asks for a PIN") {
                let now = try await sale.now()
                try #require(now.state == .open, "\(now)")
                request = now.pinRequest
                return request != nil
            }
            return try #require(request)
        }

        private func enter(_ pin: String, _ sale: OpenSale) async throws -> SaleMessage {
            try await sale.campus.terminal.client.enterPIN(lane: sale.lane, reference: sale.reference, pin: pin)
        }

        /// A sale of ¥10.01 whose card was there and has left again.
        private func asking(_ campus: LabCampus, _ card: VirtualCardPeer) async throws -> OpenSale {
            let sale = try await OpenSale(campus, fen: 1001)
            try await campus.present(card)
            _ = try await request(of: sale)
            await card.remove()
            return sale
        }

        @Test(
            "the card leaves, the PIN comes, and the hub approves; wrong ones count down, and the third locks",
            .timeLimit(.minutes(15)))
        func entered() async throws {
            try await withPINCampus { campus, card in
                let first = try await asking(campus, card)
                let asked = try await request(of: first)
                #expect(asked.holder == .account)
                #expect(asked.attemptsLeft == 3)
                #expect(!asked.repeated)
                #expect(asked.chinese == "请输入支付密码，还可输入 3 次")
                await #expect(throws: ControlClientError.self) { try await enter("12345", first) }
                _ = try await enter("000000", first)
                try await eventually("the wrong PIN is refused") { try await request(of: first).repeated }
                #expect(try await request(of: first).attemptsLeft == 2)
                _ = try await enter("135790", first)
                let paid = try await first.outcome()
                #expect(paid.state == .approved, "\(paid)")
                // The hub would have refused a hold without the terminal's word about the PIN.
                #expect(paid.decidedBy == "online")
                await #expect(throws: ControlClientError.self) { try await enter("135790", first) }

                let second = try await asking(campus, card)
                for left in [2, 1] {
                    _ = try await enter("000000", second)
                    try await eventually("\(left) tries are left") {
                        try await request(of: second).attemptsLeft == left
                    }
                }
                _ = try await enter("000000", second)
                #expect(try await second.outcome().reason?.number == DeclineReason.pinWrong.rawValue)
                let locked = try await campus.tap(card, amount: Amount(fen: 1001))
                #expect(locked.reason?.number == DeclineReason.pinTriesExceeded.rawValue)
                #expect(try await campus.tap(card, amount: Amount(fen: 1000)).state == .approved)
                try await campus.level()
                try await Self.hub(campus, "account pin \(Self.account) --unlock", input: "")
                try await campus.level()
                let third = try await asking(campus, card)
                _ = try await enter("135790", third)
                #expect(try await third.outcome().state == .approved)
            }
        }

        @Test(
            "till asks for the PIN, takes it from a file or from standard input, and takes the sale back without one",
            .timeLimit(.minutes(15)))
        func commandLine() async throws {
            try await withPINCampus { campus, card in
                let file = campus.paths.folder + "/logs/entered"
                try "135790\n".write(toFile: file, atomically: true, encoding: .utf8)
                func sell(_ line: String, _ reference: String) async throws -> LabCommand.Result {
                    let command =
                        "\(line) \(campus.paths.program("till")) sale --lane \(LabTerminal.lane) "
                        + "--amount 10.01 --reference \(reference)"
                    async let result = LabCommand.run(
                        "/bin/sh", ["-c", command + (line.isEmpty ? " --pin-file \(file)" : "")],
                        environment: ["TILL_SOCKET": campus.paths.controlSocket], within: .seconds(60))
                    try await campus.terminal.wait("the lane is armed") { status in
                        status.lanes.contains { $0.display == "presentPayment" }
                    }
                    try await campus.present(card)
                    let ended = try await result
                    await card.remove()
                    try await campus.terminal.wait("lane idle") { $0.lanes.allSatisfy { $0.display == "idle" } }
                    return ended
                }
                let fromFile = try await sell("", "from-file")
                #expect(fromFile.status == 0, "\(fromFile)")
                #expect(fromFile.output.hasPrefix("APPROVED"))
                let piped = try await sell("echo 135790 |", "piped")
                #expect(piped.status == 0, "\(piped)")
                let none = try await sell("</dev/null", "none")
                #expect(none.status == 1, "\(none)")
                #expect(none.output.hasPrefix("CANCELLED"))
                #expect(none.error.contains("请输入支付密码"))
                #expect(!(fromFile.error + piped.error).contains("135790"))
            }
        }

        @Test(
            "a sale that waits for a PIN can be taken back, and a kill of the daemon leaves nothing",
            .timeLimit(.minutes(15)))
        func takenBack() async throws {
            try await withPINCampus { campus, card in
                let first = try await asking(campus, card)
                try await first.cancel()
                #expect(try await first.outcome().state == .cancelled)
                let before = try await campus.hub.account(Self.account).balanceFen
                _ = try await asking(campus, card)
                await campus.terminal.kill()
                try await campus.terminal.start()
                try await campus.level()
                #expect(try await campus.hub.account(Self.account).balanceFen == before)
                #expect(try await campus.hub.account(Self.account).heldFen == 0)
                let again = try await asking(campus, card)
                _ = try await enter("135790", again)
                #expect(try await again.outcome().state == .approved)
            }
        }

        @Test("a card's own PIN is asked for during a load; a card that left must come again", .timeLimit(.minutes(15)))
        func cardPIN() async throws {
            try await withCampus(tender: .purse) { campus in
                _ = try await campus.enrol(
                    Self.account, name: "Student", balance: "100.00", serial: "00061998081700000084")
                try await campus.level()
                let lane = try lane(LabTerminal.lane)
                let reference = "load-" + UUID().uuidString
                let peer = campus.peer(try campus.cards.reload("card-\(Self.account)"))
                _ = try await campus.terminal.client.arm(
                    lane: lane, reference: reference, amount: Amount(fen: 5000), load: SaleOrderMessage.Load(pin: nil))
                try await campus.present(peer)
                func now() async throws -> SaleMessage {
                    try await campus.terminal.client.sale(lane: lane, reference: reference)
                }
                try await eventually(within: .seconds(60), "the card asks for its PIN") {
                    try await now().pinRequest?.holder == .card
                }
                await peer.remove()
                let waiting = try await campus.terminal.client.enterPIN(
                    lane: lane, reference: reference, pin: "123456")
                #expect(waiting.state == .open)
                try await campus.terminal.wait("the card is gone") { status in
                    status.lanes.contains { $0.lane == lane && !$0.hasCard }
                }
                let again = campus.peer(try campus.cards.reload("card-\(Self.account)"))
                try await campus.present(again)
                let loaded = try await campus.outcome(lane, reference)
                #expect(loaded.state == .approved, "\(loaded)")
                await again.remove()
                try await campus.requireAgreement()
                #expect(try await campus.hub.account(Self.account).balanceFen == 5000)
            }
        }
    }
}
