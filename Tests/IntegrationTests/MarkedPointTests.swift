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

        @Test("promises 1 to 5 and 12: killed at each marked point of an account payment", .timeLimit(.minutes(60)))
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
                let killed = Set(CrashPoint.allCases).subtracting(Self.purseOnly)
                let hub = killed.count { $0.program == .hub } * Self.times.count
                let sold = try await campus.journal().count { $0.outcome == "approved" }
                print(
                    "marked points: \(killed.count * Self.times.count - hub) kills of the daemon, \(hub) of the hub, "
                        + "\(sold) approved")
                #expect(try await campus.hub.openExceptions() == 0)
            }
        }

        @Test("what was paid in is counted on every page of the statement: a busy machine fills more than one")
        func everyPage() async throws {
            try await withCampus { campus in
                _ = try await campus.enrol(
                    Self.account, name: "Student", balance: "500.00", serial: "00061998081700000083")
                for _ in 0..<4 { try await campus.hub.topUp(Self.account, amount: "0.01") }
                let entries = try await campus.hub.statementEntries(Self.account, limit: 2)
                #expect(entries.map(\.kind) == Array(repeating: "topUp", count: 5))
                #expect(entries.reduce(0) { $0 + $1.amountFen } == 50_004)
            }
        }

        @Test("promise 7: killed at each marked point of a purse payment, the card pays once", .timeLimit(.minutes(60)))
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
                        let again = try await Self.tap(campus)
                        #expect(again.state == .approved, "\(crash): \(again)")
                        sold += before - (try Self.purse(campus))
                        #expect(try await Self.paid(campus) == sold, "\(crash)")
                        #expect(try Self.purse(campus) == Int64(start) - sold, "\(crash)")
                        #expect(sold % Self.fen == 0)
                    }
                }
                print(
                    "marked points of a purse: \(4 * Self.times.count) kills of the daemon, \(sold / Self.fen) approved"
                )
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
            // Every round pays, changes something at the hub, and comes level: between them all points are reached. How
            // many rounds that takes depends on how often a busy machine misses the hub's budget.
            try await eventually(within: .seconds(300), "\(crash) is reached") {
                try await pay()
                if isRunning() { _ = try? await campus.hub.topUp(account, amount: "0.01") }
                if isRunning() { _ = try? await campus.terminal.client.sync() }
                return !isRunning()
            }
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
            // Every page: each round pays in once more, and a busy machine needs many rounds.
            let paidIn = try await campus.hub.statementEntries(account).filter { $0.kind == "topUp" }
                .reduce(0) { $0 + $1.amountFen }
            #expect(figures.balanceFen == paidIn - approved.values.reduce(0, +), "\(crash)")
            return figures.balanceFen
        }

        /// The purse card as it is now, held out for the same amount.
        private static func tap(_ campus: LabCampus) async throws -> SaleMessage {
            try await campus.tapUntilKnown(
                { campus.peer(try campus.cards.reload("card-\(account)")) }, amount: Amount(fen: fen))
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
