import ControlClient
import ControlProtocol
import Foundation
import Glibc
import HubProtocol
import Lab
import Payments
import Simulation
import SmartCards
import TestSupport
import Testing

extension Integration {
    /// A torn tap whose recovery is torn as well: the card is asked what became of its DEBIT, and the daemon dies.
    @Suite struct TornRecoveryTests {
        private static let account = "2026010001"
        private static let fen: Int64 = 125
        private static let start: UInt32 = 100_000

        private static func peer(_ campus: LabCampus) throws -> (LabCard, VirtualCardPeer) {
            let card = try campus.cards.reload("card-\(account)")
            return (card, campus.peer(card))
        }

        private static func purse(_ campus: LabCampus) throws -> Int64 {
            Int64(try CardStateFile(path: campus.paths.card("card-\(account)")).load().balance)
        }

        private static func paid(_ campus: LabCampus) async throws -> Int64 {
            try await exported(campus).compactMap(\.record).compactMap(\.posting).flatMap(\.entries)
                .filter { if case .purse = $0.account { true } else { false } }.reduce(0) { $0 - $1.amount.fen }
        }

        @Test(
            "promise 7: the daemon killed at any exchange of a recovery debits once when the card comes again",
            .timeLimit(.minutes(15)), arguments: [VirtualCardFault.Effect.leaveBeforeHandling, .leaveAfterHandling])
        func killedAtEveryExchange(effect: VirtualCardFault.Effect) async throws {
            try await withCampus(tender: .purse) { campus in
                _ = try await campus.enrol(
                    Self.account, name: "Student", balance: "0.01", serial: "00061998081700000072", purse: Self.start)
                try await campus.level()
                var sold: Int64 = 0
                var exchange = 0
                var table = "daemon killed while a card is asked what became of its DEBIT (\(effect))\n"
                var isKilled = true
                while isKilled {
                    exchange += 1
                    try #require(exchange <= 40, "the recovery has no end")
                    let sale = try await Self.tear(campus, effect)
                    isKilled = try await Self.kill(campus, at: exchange, before: sale)
                    if isKilled {
                        try await campus.terminal.start()
                        let again = try await campus.tapUntilKnown(
                            { try Self.peer(campus).1 }, amount: Amount(fen: Self.fen))
                        #expect(again.state == .approved, "exchange \(exchange): \(again)")
                    }
                    sold += Self.fen
                    let (purse, paid) = (try Self.purse(campus), try await Self.paid(campus))
                    #expect(purse == Int64(Self.start) - sold, "exchange \(exchange)")
                    #expect(paid == sold, "exchange \(exchange)")
                    table += "\(isKilled ? "at exchange \(exchange)" : "not killed"): \(purse) | \(paid)\n"
                }
                print(table)
                #expect(exchange > 8, "SELECT, balance, log, two proofs and the proof of the card were asked for")
                try await campus.requireAgreement()
            }
        }

        /// A sale whose card leaves at the DEBIT, the third exchange of its tap.
        private static func tear(
            _ campus: LabCampus, _ effect: VirtualCardFault.Effect
        ) async throws -> OpenSale {
            let sale = try await OpenSale(campus, fen: fen)
            let (_, card) = try peer(campus)
            card.plan([VirtualCardFault(at: 3, effect)])
            try await campus.present(card)
            try await eventually("the card is asked for again") {
                try await sale.now().display == "presentSameCard"
            }
            await card.remove()
            try await eventually("the lane knows that it left") {
                try await campus.terminal.client.status().lanes.first?.hasCard == false
            }
            return sale
        }

        /// Holds the card out again and kills the daemon at an exchange with it.
        ///
        /// - Returns: false when the sale was approved before.
        private static func kill(
            _ campus: LabCampus, at exchange: Int, before sale: OpenSale
        ) async throws -> Bool {
            let daemon = try #require(campus.terminal.processIdentifier)
            let (reloaded, card) = try peer(campus)
            let moment = TriggerMoment(exchange: exchange, isAfter: exchange.isMultiple(of: 2))
            card.withCard { $0 = TriggerCard(reloaded.card, at: moment) { _ = Glibc.kill(daemon, SIGKILL) } }
            var isApproved = false
            try await campus.present(card, until: "the daemon dies at exchange \(exchange), or the sale is approved") {
                if !campus.terminal.isRunning { return true }
                // A daemon that dies under the question answers nothing.
                isApproved = (try? await sale.now().state) == .approved
                return isApproved
            }
            guard isApproved else { return true }
            try await eventually("the lane is idle") {
                try await campus.terminal.client.status().lanes.first?.display == "idle"
            }
            return false
        }
    }
}
