import ControlClient
import ControlProtocol
import Foundation
import Lab
import Payments
import Simulation
import TestSupport
import Testing

extension Integration {
    /// What a card's own purse paid goes back to its account, without the hub, and from there onto the card.
    @Suite struct PurseRefundTests {
        private static let account = "2026010001"

        private static func balance(_ campus: LabCampus) throws -> Int64 {
            Int64(try CardStateFile(path: campus.paths.card("card-\(account)")).load().balance)
        }

        private static func load(_ campus: LabCampus, fen: Int64) async throws {
            let lane = try lane(LabTerminal.lane)
            let reference = "load-" + UUID().uuidString
            let peer = campus.peer(try campus.cards.reload("card-\(account)"))
            _ = try await campus.terminal.client.arm(
                lane: lane, reference: reference, amount: Amount(fen: fen), load: SaleOrderMessage.Load(pin: "123456"))
            try await campus.present(peer)
            let loaded = try await campus.outcome(lane, reference)
            #expect(loaded.state == .approved, "\(loaded)")
            await peer.remove()
        }

        @Test(
            "promise 3: refunds and voids of purse sales without the hub go to the account; card and books agree",
            .timeLimit(.minutes(15)))
        func offline() async throws {
            try await withCampus(tender: .purse) { campus in
                _ = try await campus.enrol(
                    Self.account, name: "Student", balance: "100.00", serial: "00061998081700000091")
                try await campus.level()
                try await Self.load(campus, fen: 6000)
                await campus.hub.kill()
                func tap(_ fen: Int64) async throws -> SaleMessage {
                    let peer = campus.peer(try campus.cards.reload("card-\(Self.account)"))
                    let sale = try await campus.tap(peer, amount: Amount(fen: fen))
                    #expect(sale.state == .approved, "\(sale)")
                    return sale
                }
                let sale = try #require(try await tap(1250).transaction)
                let refund = try await campus.till("refund", sale.text, "--amount", "2.50", "--reference", "r-1")
                #expect(refund.status == 0 && refund.output.contains("已退至账户"), "\(refund)")
                let above = try await campus.till("refund", sale.text, "--amount", "10.01")
                #expect(above.status == 65, "\(above)")
                _ = try await tap(300)
                let void = try await campus.till("void", "--lane", LabTerminal.lane)
                #expect(void.status == 0 && void.output.contains("VOIDED 撤销  ¥3.00"), "\(void)")
                #expect(try Self.balance(campus) == 4450, "the card is not written")

                try await campus.hub.start()
                try await campus.requireAgreement()
                #expect(try await campus.hub.account(Self.account).balanceFen == 4000 + 550)
                try await Self.load(campus, fen: 550)
                try await campus.requireAgreement()
                #expect(try Self.balance(campus) == 5000)
                #expect(try await campus.hub.account(Self.account).balanceFen == 4000)
                #expect(try await campus.hub.openExceptions() == 0)
            }
        }
    }
}
