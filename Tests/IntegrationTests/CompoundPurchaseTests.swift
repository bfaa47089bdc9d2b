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
    /// Meals that the card counts beside its money, on the real line: configuration, pcscd, daemon, journal, hub.
    @Suite struct CompoundPurchaseTests {
        private static let account = "2026010001"
        private static let fen: Int64 = 300
        private static let start: UInt32 = 100_000
        private static let identifier: UInt8 = 0x0A
        /// One window, open all day, so that the test does not depend on the time of day.
        private static let windows = """
            service_windows:
              - {id: 1, from: "00:00", to: "24:00"}
            """

        private static func compound(windowCount: Int) -> String {
            """
                compound: {file: 25, record_identifier: \(identifier), limits: {window_count: \(windowCount)}}
            """
        }

        private static func enrol(_ campus: LabCampus) async throws -> LabCard {
            let card = try await campus.enrol(
                account, name: "Student", balance: "0.01", serial: "00061998081700000091", purse: start
            ) { $0.behavior.compoundRecords = [MealCounter(identifier: identifier).bytes] }
            try await campus.level()
            return card
        }

        private static func memory(_ campus: LabCampus) throws -> PurseCardMemory {
            try CardStateFile(path: campus.paths.card("card-\(account)")).load()
        }

        private static func counter(_ campus: LabCampus) throws -> MealCounter {
            try #require(MealCounter(bytes: try memory(campus).behavior.compoundRecords[0]))
        }

        private static func peer(_ campus: LabCampus) throws -> VirtualCardPeer {
            campus.peer(try campus.cards.reload("card-\(account)"))
        }

        /// What the journal says that the card has paid.
        private static func paid(_ campus: LabCampus) async throws -> Int64 {
            try await exported(campus).compactMap(\.record).compactMap(\.posting).flatMap(\.entries)
                .filter { if case .purse = $0.account { true } else { false } }.reduce(0) { $0 - $1.amount.fen }
        }

        @Test("a card counts its meals with its money; the meal too many is declined by name and moves nothing")
        func mealsAreCounted() async throws {
            try await withCampus(
                tender: .purse, purse: Self.compound(windowCount: 2), extra: Self.windows
            ) { campus in
                _ = try await Self.enrol(campus)
                for meal in 1...2 {
                    let sale = try await campus.tap(try Self.peer(campus), amount: Amount(fen: Self.fen))
                    #expect(sale.state == .approved, "meal \(meal): \(sale)")
                    #expect(try Self.counter(campus).countInWindow == UInt8(meal))
                }
                let refused = try await campus.tap(try Self.peer(campus), amount: Amount(fen: Self.fen))
                #expect(refused.state == .declined)
                #expect(refused.reason?.name == "entitlementUsedUp")
                #expect(try Self.counter(campus).countInWindow == 2)
                #expect(try Self.memory(campus).balance == Self.start - 600)
                try await campus.requireAgreement()
                #expect(try await Self.paid(campus) == 2 * Self.fen)
            }
        }

        /// The daemon dies while the card lies there, before and after each of the exchanges of a compound purchase.
        @Test(
            "promise 7: killed at any exchange, the card pays once and counts the meal once", .timeLimit(.minutes(15)))
        func killedAtEveryExchange() async throws {
            try await withCampus(
                tender: .purse, purse: Self.compound(windowCount: 255), extra: Self.windows
            ) { campus in
                _ = try await Self.enrol(campus)
                var table = "daemon killed during a compound purchase: moment, purse, meals, journal\n"
                var sold = 0
                // SELECT, READ RECORD, INITIALIZE, UPDATE CAPP DATA CACHE, DEBIT.
                for exchange in 1...5 {
                    for isAfter in [false, true] {
                        let moment = TriggerMoment(exchange: exchange, isAfter: isAfter)
                        _ = try await OpenSale(campus, fen: Self.fen)
                        let daemon = try #require(campus.terminal.processIdentifier)
                        let card = try campus.cards.reload("card-\(Self.account)")
                        let peer = campus.peer(card)
                        peer.withCard { $0 = TriggerCard(card.card, at: moment) { _ = Glibc.kill(daemon, SIGKILL) } }
                        try await campus.present(peer, until: "the daemon dies \(moment)") {
                            !campus.terminal.isRunning
                        }
                        try await campus.terminal.start()
                        let again = try await campus.tapUntilKnown(
                            { try Self.peer(campus) }, amount: Amount(fen: Self.fen))
                        #expect(again.state == .approved, "\(moment): \(again)")
                        sold += 1
                        let purse = try Self.memory(campus).balance
                        let meals = try Self.counter(campus).countInWindow
                        let paid = try await Self.paid(campus)
                        table += "\(moment): \(purse) | \(meals) | \(paid)\n"
                        #expect(paid == Int64(sold) * Self.fen, "\(moment)")
                        #expect(Int64(purse) == Int64(Self.start) - paid, "\(moment)")
                        #expect(Int(meals) == sold, "\(moment)")
                    }
                }
                print(table)
                try await campus.requireAgreement()
            }
        }
    }
}
