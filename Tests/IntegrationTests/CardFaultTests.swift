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
    /// What cards do wrong: a clear word at the lane, no money moved, the other lane goes on.
    @Suite struct CardFaultTests {
        private static let account = "2026010001"
        private static let fen: Int64 = 125

        @Test(
            "promise 7: a card pulled or garbled at any step pays once when it is held out again",
            .timeLimit(.minutes(15)))
        func steps() async throws {
            try await withCampus { campus in
                let card = try await campus.cardholder(Self.account, serial: "00061998081700000041")
                let neighbour = try await campus.neighbour()
                try await campus.level()
                let first = try await campus.tap(card, amount: Amount(fen: Self.fen))
                #expect(first.state == .approved)
                let exchanges = card.exchanges
                try #require(exchanges >= 3)
                var approved = 1
                var problems = 0
                for step in 1...exchanges {
                    for effect in Self.effects(step) {
                        card.plan([VirtualCardFault(at: step, effect)])
                        problems += try await Self.payAfterFault(campus, card, "\(effect) at step \(step)")
                        approved += 1
                    }
                }
                try await campus.requireOtherLaneSells(neighbour)
                try await campus.requireAgreement()
                let records = try await campus.journal().filter { $0.outcome == "approved" && $0.amountFen == Self.fen }
                #expect(records.count == approved)
                #expect(try await campus.hub.account(Self.account).balanceFen == 50_000 - Int64(approved) * Self.fen)
                #expect(problems > exchanges)
            }
        }

        /// Every step has a card that leaves; which kind of bad answer comes with it changes from step to step.
        private static func effects(_ step: Int) -> [VirtualCardFault.Effect] {
            let answers: [VirtualCardFault.Effect] = [
                .answer([]), .answer([0x90]), .truncate(3), .answer([UInt8](repeating: 0x5A, count: 300)),
            ]
            let leaving: VirtualCardFault.Effect = step.isMultiple(of: 2) ? .leaveBeforeHandling : .leaveAfterHandling
            return [leaving, answers[step % answers.count], answers[(step + 1) % answers.count]]
        }

        /// Holds the card out with its fault, then again without.
        ///
        /// - Returns: 1 when the lane showed a problem in between.
        private static func payAfterFault(
            _ campus: LabCampus, _ card: VirtualCardPeer, _ what: String
        ) async throws -> Int {
            let sale = try await OpenSale(campus, fen: fen)
            try await campus.present(card)
            var seen: SaleMessage?
            try await eventually(within: .seconds(60), "\(what) has an end") {
                let now = try await sale.now()
                if now.problem != nil || now.state != .open { seen = now }
                return seen != nil || (!card.isInserted && now.display == "presentPayment")
            }
            await card.remove()
            card.plan([])
            if let seen, seen.state != .open {
                #expect(seen.state == .approved, "\(what): \(seen)")
                return 0
            }
            if let problem = seen?.problem {
                #expect(!problem.message.isEmpty && problem.chinese?.isEmpty == false)
                #expect(problem.code.hasPrefix("E1"), "\(what): \(problem)")
            }
            try await eventually("\(what): the lane waits for the card again") {
                try await campus.terminal.client.status().lanes.first?.hasCard == false
            }
            try await campus.present(card)
            let end = try await sale.outcome()
            #expect(end.state == .approved, "\(what), then: \(end)")
            await card.remove()
            try await eventually("the lane is idle") {
                try await campus.terminal.client.status().lanes.first?.display == "idle"
            }
            return 1
        }

        @Test(
            "a card of another campus, a foreign card and a locked card are refused by name", .timeLimit(.minutes(15)))
        func refused() async throws {
            try await withCampus { campus in
                let good = try await campus.cardholder(Self.account, serial: "00061998081700000042")
                let neighbour = try await campus.neighbour()
                try await campus.level()
                for (card, code) in try Self.badCards(campus) {
                    let sale = try await OpenSale(campus, fen: Self.fen)
                    try await campus.present(card)
                    let problem = try await sale.problem()
                    #expect(problem.code == code, "\(problem)")
                    try await campus.requireOtherLaneSells(neighbour)
                    await card.remove()
                    try await eventually("the lane waits for another card") {
                        try await campus.terminal.client.status().lanes.first?.hasCard == false
                    }
                    try await campus.present(good)
                    #expect(try await sale.outcome().state == .approved)
                    await good.remove()
                    try await eventually("the lane is idle") {
                        try await campus.terminal.client.status().lanes.first?.display == "idle"
                    }
                }
                try await campus.requireAgreement()
            }
        }

        private static func badCards(_ campus: LabCampus) throws -> [(VirtualCardPeer, code: String)] {
            let key = try LabCards.readKey(campus.paths.labKey)
            let file = CardStateFile(path: campus.paths.card("forged"))
            _ = try campus.cards.issue("forged", serial: "00061998081700000043")
            let otherKey = try #require(DESKey(hex: "0123456789ABCDEF0011223344556677"))
            let lockedFile = CardStateFile(path: campus.paths.card("locked"))
            _ = try campus.cards.issue("locked", serial: "00061998081700000044")
            var memory = try lockedFile.load()
            memory.isApplicationLocked = true
            try lockedFile.save(memory)
            let identity = SimulatedIdentityCard(identifier: [0x04, 0xA1, 0xB2, 0xC3])
            return [
                (campus.peer(try LabCard(file: file, masterKey: otherKey)), "E1304"),
                (VirtualCardPeer(card: identity, port: campus.pcscd.port, patience: .seconds(2)), "E1301"),
                (campus.peer(try LabCard(file: lockedFile, masterKey: key)), "E1302"),
            ]
        }
    }
}
