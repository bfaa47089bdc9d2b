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
    /// Promise 7 on the real line: pcscd, daemon, journal, hub. The purse of a card, the terminal's journal and the
    /// hub's books agree to the fen, wherever the tap is torn and whenever the daemon dies.
    @Suite struct TornPurseTests {
        private static let fen: Int64 = 125
        private static let start: UInt32 = 100_000

        private static func purse(_ campus: LabCampus) throws -> Int64 {
            Int64(try CardStateFile(path: campus.paths.card("card-\(account)")).load().balance)
        }

        private static let account = "2026010001"

        /// The card as its file is now.
        private static func reloaded(_ campus: LabCampus) throws -> LabCard {
            try campus.cards.reload("card-\(account)")
        }

        private static func enrol(_ campus: LabCampus) async throws -> LabCard {
            let card = try await campus.enrol(
                account, name: "Student", balance: "0.01", serial: "00061998081700000071", purse: start)
            try await campus.level()
            return card
        }

        /// What the journal says that the card has paid.
        private static func paid(_ campus: LabCampus) async throws -> Int64 {
            try await exported(campus).compactMap(\.record).compactMap(\.posting).flatMap(\.entries)
                .filter { if case .purse = $0.account { true } else { false } }.reduce(0) { $0 - $1.amount.fen }
        }

        @Test("a purse card pays from its own purse, and the hub need not be there", .timeLimit(.minutes(15)))
        func pays() async throws {
            try await withCampus(tender: .purse) { campus in
                let card = try await Self.enrol(campus)
                await campus.hub.kill()
                let sale = try await campus.tap(campus.peer(card), amount: Amount(fen: Self.fen))
                #expect(sale.state == .approved)
                #expect(sale.availableFen == Int64(Self.start) - Self.fen)
                #expect(try Self.purse(campus) == Int64(Self.start) - Self.fen)
                try await campus.hub.start()
                try await campus.requireAgreement()
                #expect(try await Self.paid(campus) == Self.fen)
            }
        }

        /// SELECT, INITIALIZE, DEBIT: before and after each, the daemon dies while the card lies there. The cashier
        /// rings the same amount up again, and the card pays it once.
        @Test(
            "promise 7: the daemon killed at any exchange of a purse tap debits once when the card comes again",
            .timeLimit(.minutes(15)), arguments: [false, true])
        func killedAtEveryExchange(usesPSAM: Bool) async throws {
            try await withCampus(tender: .purse, usesPSAM: usesPSAM) { campus in
                _ = try await Self.enrol(campus)
                var sold: Int64 = 0
                let module = usesPSAM ? "PSAM" : "soft secure module"
                var table = "daemon killed during a purse tap, \(module): moment, records since, purse, journal\n"
                for exchange in 1...3 {
                    for isAfter in [false, true] {
                        let moment = TriggerMoment(exchange: exchange, isAfter: isAfter)
                        let before = try await campus.journal().count
                        _ = try await OpenSale(campus, fen: Self.fen)
                        try await Self.killDuring(campus, moment)
                        try await campus.terminal.start()
                        // The same amount within minutes: the same customer, who may have paid already.
                        let again = try await campus.tapUntilKnown(
                            { campus.peer(try Self.reloaded(campus)) }, amount: Amount(fen: Self.fen))
                        #expect(again.state == .approved, "\(moment): \(again)")
                        sold += Self.fen
                        let purse = try Self.purse(campus)
                        let paid = try await Self.paid(campus)
                        #expect(purse == Int64(Self.start) - sold, "\(moment)")
                        #expect(paid == sold, "\(moment)")
                        let records = try await campus.journal().dropFirst(before).map(\.outcome)
                        table += "\(moment): \(records.joined(separator: " ")) | \(purse) | \(paid)\n"
                    }
                }
                print(table)
                try await campus.requireAgreement()
                let psam = campus.secureModule.withCard { ($0 as? SimulatedSecureModuleCard)?.memory }
                #expect(psam?.wrongChecksSeen == 0, "no wrong MAC2 was ever provoked")
                #expect((psam?.checksSeen ?? 0 > 0) == usesPSAM)
            }
        }

        private static func killDuring(
            _ campus: LabCampus, _ moment: TriggerMoment
        ) async throws {
            let daemon = try #require(campus.terminal.processIdentifier)
            let reloaded = try reloaded(campus)
            let peer = campus.peer(reloaded)
            peer.withCard { $0 = TriggerCard(reloaded.card, at: moment) { _ = Glibc.kill(daemon, SIGKILL) } }
            try await campus.present(peer, until: "the daemon dies \(moment)") { !campus.terminal.isRunning }
        }
    }
}
