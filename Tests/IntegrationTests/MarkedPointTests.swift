import ControlClient
import ControlProtocol
import CrashPoints
import Foundation
import HubProtocol
import Lab
import Payments
import Simulation
import SmartCards
import TestSupport
import Testing

extension Integration {
    /// The daemon or the hub ends at each marked moment (``CrashPoint``) of a payment and of coming level, as by
    /// SIGKILL, the first and the second time that it is reached. After each: promises 1 to 5 and 12.
    @Suite struct MarkedPointTests {
        private static let policy = """
            offline: {card_count: 1000, card_amount: 5000.00}
            """
        private static let account = "2026010001"
        private static let fen: Int64 = 125
        private static let times = [1, 2]
        /// Points that only a card's own money reaches.
        private static let purseOnly: Set<CrashPoint> = [.intentCommitted, .cardDebited]
        /// Points of ``SnapshotCrashTests``.
        private static let snapshotOnly: Set<CrashPoint> = [
            .snapshotRowsWritten, .snapshotPageStaged, .snapshotInPlace, .snapshotInForce,
        ]

        @Test("promises 1 to 5 and 12: killed at each marked point of an account payment", .timeLimit(.minutes(10)))
        func accountTender() async throws {
            try await withCampus(extra: Self.policy) { campus in
                let card = try await campus.cardholder(Self.account, serial: "00061998081700000081")
                try await campus.level()
                var shown: [TransactionID: Int64] = [:]
                var table = "killed at: taps shown as approved, records, balance at the hub (fen)\n"
                for point in CrashPoint.allCases where !Self.purseOnly.union(Self.snapshotOnly).contains(point) {
                    for time in Self.times {
                        let crash = LabCrash(point, time: time)
                        try await Self.run(campus, until: crash) {
                            guard let sale = try? await campus.tap(card, amount: Amount(fen: Self.fen)) else { return }
                            if sale.state == .approved, let transaction = sale.transaction {
                                shown[transaction] = Self.fen
                            }
                        }
                        await card.remove()
                        let balance = try await Self.check(campus, shown: shown, after: crash)
                        table += "\(crash): \(shown.count), \(try await campus.journal().count), \(balance)\n"
                    }
                }
                print(table)
                #expect(try await campus.hub.openExceptions() == 0)
            }
        }

        @Test("promise 7: killed at each marked point of a purse payment, the card pays once", .timeLimit(.minutes(10)))
        func purseTender() async throws {
            try await withCampus(tender: .purse) { campus in
                let start: UInt32 = 100_000
                _ = try await campus.enrol(
                    Self.account, name: "Student", balance: "0.01", serial: "00061998081700000082", purse: start)
                try await campus.level()
                var sold: Int64 = 0
                for point in [CrashPoint.intentCommitted, .cardDebited, .recordWritten, .recordCommitted] {
                    for time in Self.times {
                        let crash = LabCrash(point, time: time)
                        let before = try Self.purse(campus)
                        try await Self.run(campus, until: crash) {
                            let peer = campus.peer(try campus.cards.reload("card-\(Self.account)"))
                            _ = try? await campus.tap(peer, amount: Amount(fen: Self.fen))
                            await peer.remove()
                        }
                        // What the card has paid by now may be one more than what was finished; the customer who comes
                        // back with the same amount pays it once.
                        var again = try await Self.tap(campus)
                        // A reader that loses the card in mid-exchange tears the tap; the customer holds it out again.
                        for _ in 0..<2 where again.state == .unknown { again = try await Self.tap(campus) }
                        #expect(again.state == .approved, "\(crash): \(again)")
                        sold += before - (try Self.purse(campus))
                        #expect(try await Self.paid(campus) == sold, "\(crash)")
                        #expect(try Self.purse(campus) == Int64(start) - sold, "\(crash)")
                        #expect(sold % Self.fen == 0)
                    }
                }
                try await campus.requireAgreement()
            }
        }

        /// Lets the point's process run towards its end while `pay` is repeated, then starts it again.
        private static func run(_ campus: LabCampus, until crash: LabCrash, pay: () async throws -> Void) async throws {
            switch crash.point.program {
            case .terminal:
                await campus.terminal.stop()
                try await campus.terminal.start(crashAt: crash)
            case .hub:
                await campus.hub.stop()
                try await campus.hub.start(crashAt: crash)
            }
            func isRunning() -> Bool {
                crash.point.program == .hub ? campus.hub.isRunning : campus.terminal.isRunning
            }
            // Every round pays, changes something at the hub, and comes level: between them all points are reached.
            for _ in 0..<20 where isRunning() {
                try await pay()
                _ = try? await campus.hub.topUp(account, amount: "0.01")
                _ = try? await campus.terminal.client.sync()
            }
            try await eventually("\(crash) is reached") { !isRunning() }
            switch crash.point.program {
            case .terminal: try await campus.terminal.start()
            case .hub: try await campus.hub.start()
            }
        }

        /// - Returns: the balance at the hub.
        private static func check(
            _ campus: LabCampus, shown: [TransactionID: Int64], after crash: LabCrash
        ) async throws -> Int64 {
            var approved: [TransactionID: Int64] = [:]
            var seen: Set<TransactionID> = []
            for record in try await campus.journal() {
                #expect(seen.insert(record.transaction).inserted, "\(crash): \(record)")
                if record.outcome == "approved" { approved[record.transaction] = record.amountFen }
            }
            for (transaction, fen) in shown {
                #expect(approved[transaction] == fen, "\(crash): \(transaction) was shown as approved")
            }
            try await campus.requireAgreement()
            let figures = try await campus.hub.account(account)
            #expect(figures.heldFen == 0, "\(crash): a hold is not resolved")
            let paidIn = 50_000 + (try await topUps(campus))
            #expect(figures.balanceFen == paidIn - approved.values.reduce(0, +), "\(crash)")
            return figures.balanceFen
        }

        /// What ``run(_:until:pay:)`` has paid in.
        private static func topUps(_ campus: LabCampus) async throws -> Int64 {
            let statement = try await campus.hub.statement(account)
            return Int64(statement.split(separator: "\n").count { $0.contains("0.01") && $0.contains("lab-") })
        }

        /// The purse card as it is now, held out for the same amount.
        private static func tap(_ campus: LabCampus) async throws -> SaleMessage {
            try await campus.tap(
                campus.peer(try campus.cards.reload("card-\(account)")), amount: Amount(fen: fen))
        }

        private static func purse(_ campus: LabCampus) throws -> Int64 {
            Int64(try CardStateFile(path: campus.paths.card("card-\(account)")).load().balance)
        }

        /// What the journal says that the card has paid.
        private static func paid(_ campus: LabCampus) async throws -> Int64 {
            try await exported(campus).compactMap(\.record).compactMap(\.posting).flatMap(\.entries)
                .filter { if case .purse = $0.account { true } else { false } }.reduce(0) { $0 - $1.amount.fen }
        }
    }
}
