import ControlClient
import ControlProtocol
import Foundation
import HubProtocol
import Lab
import Payments
import Simulation
import TestSupport
import Testing

extension Integration {
    /// Promises 1 to 5 (and 8) under SIGKILL: what a power cut does to the processes.
    @Suite struct KilledLunchTests {
        private static let accounts: [(number: String, serial: String, reader: UInt16)] = [
            ("2026010001", "00061998081700000031", 0), ("2026010002", "00061998081700000032", 0),
            ("2026010003", "00061998081700000033", 1), ("2026010004", "00061998081700000034", 1),
        ]
        private static let balanceFen: Int64 = 50_000
        private static let kills = ProcessInfo.processInfo.environment["CAMPUS_TILL_KILLS"].flatMap(Int.init) ?? 12
        private static let seed =
            ProcessInfo.processInfo.environment["CAMPUS_TILL_SEED"].flatMap(UInt64.init)
            ?? UInt64.random(in: 0...999_999)

        /// Allowances that a lunch without its hub does not use up: this test is about crashes, not about limits.
        private static let policy = """
            offline: {card_count: 1000, card_amount: 5000.00, floor_limit: 100.00}
            """

        @Test(
            "promises 1 to 5: a lunch whose daemon and hub are killed loses nothing and debits nothing twice",
            .timeLimit(.minutes(120)))
        func lunch() async throws {
            print("seed \(Self.seed): CAMPUS_TILL_SEED=\(Self.seed) CAMPUS_TILL_KILLS=\(Self.kills)")
            try await withCampus(extra: Self.policy) { campus in
                var cards: [[VirtualCardPeer]] = [[], []]
                for (number, serial, reader) in Self.accounts {
                    cards[Int(reader)].append(try await campus.cardholder(number, serial: serial, reader: reader))
                }
                try await campus.level()
                let book = LunchBook()
                let cashiers = try cards.indices.map { index in
                    Cashier(
                        campus: campus, lane: try lane("lane-\(index + 1)"), cards: cards[index], book: book,
                        takesCodes: index == 0)
                }
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for (index, cashier) in cashiers.enumerated() {
                        group.addTask { await cashier.work(seed: Self.seed &+ UInt64(index) &+ 1) }
                    }
                    do {
                        try await Self.killLoop(campus, book)
                        try await Self.goOn(campus, book)
                    } catch {
                        await book.end()
                        throw error
                    }
                    await book.end()
                    try await group.waitForAll()
                }
                try await Self.settle(campus, book)
            }
        }

        /// Kills, restarts and checks, while the cashiers go on.
        private static func killLoop(_ campus: LabCampus, _ book: LunchBook) async throws {
            var generator = SeededGenerator(seed: seed)
            var known: [UInt64: String] = [:]
            for kill in 1...max(1, kills) {
                try await prepare(campus, book, &generator)
                try await moment(book, &generator)
                await campus.terminal.kill()
                try await campus.terminal.start()
                // Taken before the journal is read: all of it must be there.
                let seen = await book.approvals
                let findings = LunchChecks.findings(in: try await campus.journal(), shown: seen, known: &known)
                #expect(findings == [], "kill \(kill)")
                let verification = try await campus.terminal.client.verify()
                #expect(verification.sound, "kill \(kill): \(verification.findings)")
                #expect(await book.contradictions == [])
            }
        }

        /// Any moment, or one shortly after a card or code was held out, when a decision is on its way to disk.
        private static func moment(_ book: LunchBook, _ generator: inout SeededGenerator) async throws {
            try await Task.sleep(for: .milliseconds(Int.random(in: 300...1200, using: &generator)))
            guard Bool.random(using: &generator) else { return }
            let before = await book.presentations
            try await eventually("somebody pays") { await book.presentations > before }
            try await Task.sleep(for: .microseconds(Int.random(in: 0...15_000, using: &generator)))
        }

        /// Brings the hub back or kills it, and hands out a few codes.
        private static func prepare(
            _ campus: LabCampus, _ book: LunchBook, _ generator: inout SeededGenerator
        ) async throws {
            if !campus.hub.isRunning {
                try await campus.hub.start()
            } else if Int.random(in: 0..<3, using: &generator) == 0 {
                await campus.hub.kill()
                await book.killedHub()
            }
            guard campus.hub.isRunning, await book.needsCodes() else { return }
            try await issueCodes(campus, book)
        }

        private static func issueCodes(_ campus: LabCampus, _ book: LunchBook) async throws {
            for (number, _, _) in accounts + accounts {
                await book.add(code: try await campus.hub.issueCode(account: number, lifetime: 120))
            }
        }

        /// A machine that stalls sells less between two kills: the lunch goes on until it means something.
        private static func goOn(_ campus: LabCampus, _ book: LunchBook) async throws {
            try await eventually(within: .seconds(300), "sales enough come through, one by code") {
                if !campus.hub.isRunning { try await campus.hub.start() }
                if await book.needsCodes() { try await issueCodes(campus, book) }
                return await book.meansSomething(for: kills)
            }
        }

        /// The hub's books and the terminal's journal agree to the fen, per account too (3, 4, 5).
        private static func settle(_ campus: LabCampus, _ book: LunchBook) async throws {
            if !campus.hub.isRunning { try await campus.hub.start() }
            try await campus.requireAgreement()
            let journal = try await campus.journal()
            let approved = journal.filter { $0.outcome == "approved" }
            let seen = await book.approvals
            print(
                "lunch: \(kills) kills of the daemon, \(await book.hubKills) of the hub, \(journal.count) records, "
                    + "\(approved.count) approved, \(seen.count) of them shown, "
                    + "\(await book.offlineApprovals) offline, \(await book.declines) declines shown")
            #expect(approved.count >= seen.count)

            var spent: [String: Int64] = [:]
            var codes: [LunchChecks.CodeUse] = []
            for record in try await exported(campus) where record.outcome == .approved {
                let sale = try #require(record.sale)
                spent[try #require(sale.account).text, default: 0] += sale.amountFen
                if let code = sale.code { codes.append(LunchChecks.CodeUse(keyID: code.keyID, serial: code.serial)) }
            }
            var figures: [String: LabHub.AccountFigures] = [:]
            for (number, _, _) in accounts { figures[number] = try await campus.hub.account(number) }
            let findings = LunchChecks.findings(
                spent: spent, openingFen: balanceFen, accounts: figures, codes: codes)
            #expect(findings == [])
            #expect(try await campus.hub.openExceptions() == 0)
        }
    }
}
