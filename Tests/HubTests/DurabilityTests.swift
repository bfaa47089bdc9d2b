import Foundation
import HTTPTypes
import Hub
import HubProtocol
import Payments
import TestSupport
import Testing

@Suite("Durability and conservation")
struct DurabilityTests {
    let hub: HubFixture
    let account: AccountID
    let terminal: TestTerminal

    init() async throws {
        hub = try await HubFixture.open()
        let merchant = try await hub.merchant()
        account = try await hub.account(1, fen: 10_000)
        terminal = try await hub.terminal([merchant])
    }

    private func write(_ count: Int) throws {
        for _ in 0..<count { try terminal.write(.approved, account, fen: 100) }
    }

    @Test("promise 12: an acknowledgement outlives a kill")
    func killed() async throws {
        try write(5)
        let acknowledged = try await terminal.deliver(1...3)
        let hold = try terminal.holdRequest(terminal.mint(), number: 1, fen: 50)
        let answer = try await terminal.hold(hold)
        // A copy of the files as a kill leaves them: the log is not checkpointed, nothing is closed.
        let crashed = try TemporaryDirectory()
        for name in ["hub.sqlite", "hub.sqlite-wal", "code-key.json", "signing-key"] {
            try FileManager.default.copyItem(atPath: hub.directory.file(name), toPath: crashed.file(name))
        }
        let revived = try await HubFixture.open(directory: crashed, clock: hub.clock)
        let again = terminal.moved(to: revived)
        #expect(try await again.register().decoded(as: AcknowledgementMessage.self).acknowledged == acknowledged)
        #expect(try await again.hold(hold) == answer)
        #expect(try await again.deliver(1...5).sequence == 5)
        #expect(try await revived.balance(account) == 9500)
        try await revived.requireSoundBooks()
    }

    @Test("promise 12: an acknowledgement outlives closing and opening")
    func restarted() async throws {
        try write(2)
        let acknowledged = try await terminal.deliverAll()
        let reopened = try await hub.reopened()
        let again = terminal.moved(to: reopened)
        #expect(try await again.deliver(1...2) == acknowledged)
        #expect(try await reopened.balance(account) == 9800)
    }

    @Test("promise 3: interleaved batches of 200 terminals conserve money", .timeLimit(.minutes(15)))
    func conservation() async throws {
        var generator = SeededGenerator(seed: 42)
        var accounts: [AccountID] = []
        for number in 100..<120 { accounts.append(try await hub.account(UInt64(number), fen: 100_000)) }
        var terminals: [TestTerminal] = []
        for _ in 0..<200 { terminals.append(try await hub.terminal([terminal.merchant])) }
        var spent: Int64 = 0
        for terminal in terminals {
            for _ in 0..<6 {
                let fen = Int64.random(in: 1...900, using: &generator)
                let account = accounts[Int.random(in: 0..<accounts.count, using: &generator)]
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: try terminal.write(.declined(.insufficientFunds), account, fen: fen)
                case 1: try terminal.write(.voided, nil)
                default:
                    try terminal.write(.approved, account, fen: fen)
                    spent += fen
                }
            }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for terminal in terminals {
                group.addTask {
                    try await terminal.deliver(1...2)
                    try await terminal.deliver(1...4)
                    try await terminal.deliver(3...6)
                }
            }
            try await group.waitForAll()
        }
        let report = try await hub.operate(.get, "/books/check", as: BooksReport.self)
        #expect(report.sound, "\(report.findings)")
        #expect(report.records == 1200)
        #expect(report.trialBalance.first { $0.group == "merchants" }?.balanceFen == spent)
        #expect(report.trialBalance.first { $0.group == "cardholders" }?.balanceFen == 2_010_000 - spent)
    }
}
