import ControlClient
import ControlProtocol
import Foundation
import Glibc
import Lab
import Payments
import Simulation
import TestSupport
import Testing

extension Integration {
    /// 圈存 on the real line: till, daemon, pcscd, card, and the hub that signs.
    @Suite struct PurseLoadTests {
        private static let account = "2026010001"

        private static func balance(_ campus: LabCampus) throws -> Int64 {
            Int64(try CardStateFile(path: campus.paths.card("card-\(account)")).load().balance)
        }

        private static func load(
            _ campus: LabCampus, _ peer: VirtualCardPeer, fen: Int64, pin: String? = "123456"
        ) async throws -> SaleMessage {
            let lane = try lane(LabTerminal.lane)
            let reference = "load-" + UUID().uuidString
            _ = try await campus.terminal.client.arm(
                lane: lane, reference: reference, amount: Amount(fen: fen), load: SaleOrderMessage.Load(pin: pin))
            let sale = try await campus.present(peer, untilEndOf: reference, at: lane)
            await peer.remove()
            return sale
        }

        @Test("an account fills its card's purse, the purse pays, and both books agree", .timeLimit(.minutes(15)))
        func loadAndPay() async throws {
            try await withCampus(tender: .purse) { campus in
                let card = try await campus.enrol(
                    Self.account, name: "Student", balance: "100.00", serial: "00061998081700000081")
                try await campus.level()
                let peer = campus.peer(card)
                let loaded = try await Self.load(campus, peer, fen: 6000)
                #expect(loaded.state == .approved, "\(loaded)")
                #expect(try Self.balance(campus) == 6000)
                await peer.remove()
                let again = campus.peer(try campus.cards.reload("card-\(Self.account)"))
                let paid = try await campus.tap(again, amount: Amount(fen: 1250))
                #expect(paid.state == .approved, "\(paid)")
                #expect(try Self.balance(campus) == 4750)
                try await campus.requireAgreement()
                #expect(try await campus.hub.account(Self.account).balanceFen == 4000)
                let purses = try await campus.hub.purses()
                #expect(purses.contains("47.50"), "\(purses)")
                // Promise 13: neither the card's number nor its PIN is in any log.
                for name in ["tilld", "till-hub"] {
                    let log = try String(contentsOfFile: campus.paths.log(name), encoding: .utf8)
                    #expect(!log.contains("61998081700000081"), "\(name)")
                    #expect(!log.contains("123456"), "\(name)")
                }
            }
        }

        @Test(
            "promise 4: a load torn before the card took it holds the account's money only until the card says so",
            .timeLimit(.minutes(15)))
        func torn() async throws {
            try await withCampus(tender: .purse) { campus in
                _ = try await campus.enrol(
                    Self.account, name: "Student", balance: "100.00", serial: "00061998081700000082")
                try await campus.level()
                // CREDIT both ways; of the others, which change nothing, one each.
                let both = [VirtualCardFault.Effect.leaveBeforeHandling, .leaveAfterHandling]
                for exchange in 1...5 {
                    for effect in exchange == 5 ? both : [both[exchange % 2]] {
                        let before = try Self.balance(campus)
                        let account = try await campus.hub.account(Self.account).balanceFen
                        let reference = "load-" + UUID().uuidString
                        let lane = try lane(LabTerminal.lane)
                        let peer = campus.peer(try campus.cards.reload("card-\(Self.account)"))
                        peer.plan([VirtualCardFault(at: exchange, effect)])
                        _ = try await campus.terminal.client.arm(
                            lane: lane, reference: reference, amount: Amount(fen: 500),
                            load: SaleOrderMessage.Load(pin: "123456"))
                        try await campus.present(peer)
                        try await eventually("the card has left") { !peer.isInserted }
                        peer.plan([])
                        var sale: SaleMessage?
                        try await eventually(within: .seconds(120), "exchange \(exchange), \(effect) ends") {
                            if !peer.isInserted { try await campus.present(peer) }
                            let now = try await campus.terminal.client.sale(lane: lane, reference: reference)
                            if now.state != .open { sale = now } else if now.problem != nil { await peer.remove() }
                            return sale != nil
                        }
                        await peer.remove()
                        #expect(
                            sale?.state == .approved, "exchange \(exchange), \(effect): \(String(describing: sale))")
                        try await campus.level()
                        #expect(try Self.balance(campus) == before + 500, "exchange \(exchange), \(effect)")
                        #expect(
                            try await campus.hub.account(Self.account).balanceFen == account - 500,
                            "exchange \(exchange), \(effect)")
                    }
                }
                try await campus.requireAgreement()
            }
        }

        /// SELECT, VERIFY, READ RECORD, INITIALIZE, CREDIT: before and after each, the daemon dies. The same load asked
        /// for again with the same card fills it once, and the account pays once.
        @Test(
            "promises 4 and 7: the daemon killed at any exchange of a load fills the card once",
            .timeLimit(.minutes(15))
        )
        func killedAtEveryExchange() async throws {
            try await withCampus(tender: .purse) { campus in
                _ = try await campus.enrol(
                    Self.account, name: "Student", balance: "100.00", serial: "00061998081700000083")
                try await campus.level()
                var loaded: Int64 = 0
                for exchange in 1...5 {
                    for isAfter in [false, true] {
                        let moment = TriggerMoment(exchange: exchange, isAfter: isAfter)
                        try await Self.killDuring(campus, moment)
                        try await campus.terminal.start()
                        let peer = campus.peer(try campus.cards.reload("card-\(Self.account)"))
                        let again = try await Self.load(campus, peer, fen: 500)
                        await peer.remove()
                        loaded += 500
                        #expect(again.state == .approved, "\(moment): \(again)")
                        #expect(try Self.balance(campus) == loaded, "\(moment)")
                        try await campus.level()
                        #expect(
                            try await campus.hub.account(Self.account).balanceFen == 10_000 - loaded, "\(moment)")
                    }
                }
                try await campus.requireAgreement()
            }
        }

        private static func killDuring(_ campus: LabCampus, _ moment: TriggerMoment) async throws {
            let daemon = try #require(campus.terminal.processIdentifier)
            _ = try await campus.terminal.client.arm(
                lane: try lane(LabTerminal.lane), reference: "load-" + UUID().uuidString, amount: Amount(fen: 500),
                load: SaleOrderMessage.Load(pin: "123456"))
            let card = try campus.cards.reload("card-\(account)")
            let peer = campus.peer(card)
            peer.withCard { $0 = TriggerCard(card.card, at: moment) { _ = Glibc.kill(daemon, SIGKILL) } }
            try await campus.present(peer, until: "the daemon dies \(moment)") { !campus.terminal.isRunning }
        }
    }
}
