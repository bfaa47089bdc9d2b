import Crypto
import Foundation
import GRDB
import HTTPTypes
import Hub
import HubProtocol
import Payments
import Synchronization
import TestSupport
import Testing

@Suite("Batches")
struct BatchTests {
    let hub: HubFixture
    let account: AccountID
    let terminal: TestTerminal

    init() async throws {
        hub = try await HubFixture.open()
        let merchant = try await hub.merchant()
        account = try await hub.account(1, fen: 10_000)
        terminal = try await hub.terminal([merchant])
    }

    private func write(_ count: Int, fen: Int64 = 100) throws {
        for _ in 0..<count { try terminal.write(.approved, account, fen: fen) }
    }

    @Test("approved records move money from cardholder to merchant")
    func posts() async throws {
        try write(3)
        try terminal.write(.declined(.insufficientFunds), account)
        try terminal.write(.voided, nil)
        let acknowledged = try await terminal.deliverAll()
        #expect(acknowledged == Acknowledgement(sequence: 5, hash: terminal.hash(after: 5)))
        #expect(try await hub.balance(account) == 9700)
        let merchants = try await hub.operate(.get, "/merchants", as: Page<MerchantSummary>.self).items
        #expect(merchants.map(\.balanceFen) == [300])
        #expect(try await hub.exceptions().isEmpty)
        try await hub.requireSoundBooks()
    }

    @Test("promise 2: a batch sent again has the same acknowledgement and no second effect")
    func resent() async throws {
        try write(4)
        let batch = try terminal.batch(1...4)
        let first = try await terminal.upload(batch)
        let second = try await terminal.upload(batch)
        #expect(first.body == second.body)
        #expect(try await hub.balance(account) == 9600)
        try await hub.requireSoundBooks()
    }

    @Test("an older part of the journal sent again is confirmed with the newest acknowledgement")
    func olderPart() async throws {
        try write(6)
        let newest = try await terminal.deliverAll()
        #expect(try await terminal.deliver(2...4) == newest)
        #expect(try await hub.balance(account) == 9400)
    }

    @Test("a batch that overlaps what the hub has adds only the rest")
    func partlyResent() async throws {
        try write(4)
        try await terminal.deliver(1...3)
        try write(2)
        #expect(try await terminal.deliver(2...6).sequence == 6)
        #expect(try await hub.balance(account) == 9400)
        try await hub.requireSoundBooks()
    }

    @Test("promise 5: a gap is refused with what the hub has, and listed")
    func gap() async throws {
        try write(5)
        let acknowledged = try await terminal.deliver(1...2)
        let refusal = try await terminal.upload(try terminal.batch(4...5)).refusal()
        #expect(refusal.refusal == .gap)
        #expect(refusal.acknowledged == acknowledged)
        #expect(try await hub.balance(account) == 9800)
        #expect(try await hub.exceptions().map(\.kind) == [.gap])
    }

    @Test("promise 5: reordered records are refused")
    func reordered() async throws {
        try write(3)
        var batch = try terminal.batch(1...3)
        batch.records.swapAt(0, 1)
        #expect(try await terminal.upload(batch).refusal().refusal == .chainBroken)
        #expect(try await hub.balance(account) == 10_000)
    }

    @Test("promise 5: a deleted record is refused")
    func deleted() async throws {
        try write(3)
        var batch = try terminal.batch(1...3)
        batch.records.remove(at: 1)
        #expect(try await terminal.upload(batch).refusal().refusal == .chainBroken)
        #expect(try await hub.balance(account) == 10_000)
    }

    @Test("promise 5: a deleted record stays found when the rest is renumbered")
    func deletedAndRenumbered() async throws {
        try write(3)
        var batch = try terminal.batch(1...3)
        batch.records.remove(at: 1)
        batch.records[1].sequence = 2
        batch.checkpoint = try terminal.checkpoint(2, hash: terminal.hash(after: 3))
        #expect(try await terminal.upload(batch).refusal().refusal == .chainBroken)
    }

    @Test("promise 5: an edited record is refused and nothing of its batch is kept")
    func edited() async throws {
        try write(3)
        var batch = try terminal.batch(1...3)
        batch.records[2].sale?.amountFen = 1
        #expect(try await terminal.upload(batch).refusal().refusal == .chainBroken)
        #expect(try await hub.balance(account) == 10_000)
        #expect(try await terminal.deliverAll().sequence == 3)
    }

    @Test("promise 5: a stored record sent with other content is refused and listed once")
    func contentChanged() async throws {
        try write(3)
        let acknowledged = try await terminal.deliverAll()
        let restored = terminal.moved(to: hub)
        restored.journal.withLock { $0.records[1].sale?.amount = Amount(fen: 1) }
        for _ in 0..<3 {
            let refusal = try await restored.upload(try restored.batch(2...3)).refusal()
            #expect(refusal.refusal == .contentChanged)
            #expect(refusal.acknowledged == acknowledged)
        }
        let exceptions = try await hub.exceptions()
        #expect(exceptions.map(\.kind) == [.contentChanged])
        #expect(exceptions.first?.occurrences == 3)
        #expect(exceptions.first?.terminal == terminal.credentials.id)
        #expect(try await hub.balance(account) == 9700)
    }

    @Test("promise 5: a restored image that went on differently is refused")
    func forked() async throws {
        try write(2)
        let image = terminal.moved(to: hub)
        try write(2, fen: 100)
        try await terminal.deliverAll()
        for _ in 0..<3 { try image.write(.approved, account, fen: 55) }
        #expect(try await image.upload(try image.batch(1...5)).refusal().refusal == .contentChanged)
        #expect(try await image.upload(try image.batch(3...5)).refusal().refusal == .contentChanged)
        #expect(try await image.upload(try image.batch(5...5)).refusal().refusal == .chainBroken)
        #expect(try await hub.balance(account) == 9600)
    }

    @Test("a checkpoint signed with another key is refused")
    func wrongKey() async throws {
        try write(1)
        var batch = try terminal.batch(1...1)
        batch.checkpoint = try Checkpoint(
            terminal: terminal.credentials.id, journal: terminal.journalID, sequence: 1,
            hash: terminal.hash(after: 1), key: Curve25519.Signing.PrivateKey())
        #expect(try await terminal.upload(batch).refusal().refusal == .signatureInvalid)
    }

    @Test("a checkpoint whose signature is no signature is refused", arguments: ["", "00", "zz", "é"])
    func noSignature(signature: String) async throws {
        try write(1)
        var batch = try terminal.batch(1...1)
        batch.checkpoint.signature = signature
        #expect(try await terminal.upload(batch).refusal().refusal == .signatureInvalid)
    }

    @Test("a checkpoint over another sequence or hash than the records lead to is refused")
    func wrongCheckpoint() async throws {
        try write(3)
        var batch = try terminal.batch(1...2)
        batch.checkpoint = try terminal.checkpoint(3)
        #expect(try await terminal.upload(batch).refusal().refusal == .chainBroken)
        batch.checkpoint = try terminal.checkpoint(2, hash: terminal.hash(after: 3))
        #expect(try await terminal.upload(batch).refusal().refusal == .chainBroken)
        #expect(try await hub.balance(account) == 10_000)
    }

    @Test("a batch of another terminal's journal is refused")
    func foreignTerminal() async throws {
        let other = try await hub.terminal([terminal.merchant])
        try other.write(.approved, account)
        let refusal = try await terminal.upload(try other.batch(1...1)).refusal()
        #expect(refusal.refusal == .terminalNotPermitted)
    }

    @Test("a batch of a journal that is not registered is refused and listed")
    func foreignJournal() async throws {
        let clone = terminal.withJournal(0x0BAD_CAFE)
        try clone.write(.approved, account)
        #expect(try await clone.upload(try clone.batch(1...1)).refusal().refusal == .journalUnknown)
        #expect(try await hub.exceptions().map(\.kind) == [.journalUnknown])
    }

    @Test("a record of another transaction's journal inside a batch is refused with its place")
    func foreignRecord() async throws {
        try write(2)
        var batch = try terminal.batch(1...2)
        batch.records[1].transaction = TransactionID(
            terminal: terminal.credentials.id, journal: JournalID(number: 1), trace: TraceNumber(2))
        let refusal = try await terminal.upload(batch).refusal()
        #expect(refusal.refusal == .malformedRequest)
        #expect(refusal.message.contains("records[1].transaction"))
    }

    @Test("promise 2: one transaction in two records is refused and listed")
    func transactionReused() async throws {
        let first = try terminal.write(.approved, account)
        try terminal.write(.approved, account, transaction: first.transaction)
        #expect(try await terminal.upload(try terminal.batch(1...2)).refusal().refusal == .transactionReused)
        try await terminal.deliver(1...1)
        #expect(try await terminal.upload(try terminal.batch(2...2)).refusal().refusal == .transactionReused)
        #expect(try await hub.exceptions().map(\.kind) == [.transactionReused])
        #expect(try await hub.balance(account) == 9900)
    }

    @Test("500 records are taken and 501 are not")
    func size() async throws {
        try write(501, fen: 1)
        let tooMany = try await terminal.upload(try terminal.batch(1...501))
        #expect(tooMany.status == 413)
        #expect(try tooMany.refusal().refusal == .batchTooLarge)
        #expect(try await terminal.deliver(1...500).sequence == 500)
        var empty = try terminal.batch(1...1)
        empty.records = []
        #expect(try await terminal.upload(empty).refusal().refusal == .malformedRequest)
    }

    @Test("a sale may overdraw the account: it happened. It is listed")
    func overdrawn() async throws {
        try write(1, fen: 10_001)
        try await terminal.deliverAll()
        #expect(try await hub.balance(account) == -1)
        let exceptions = try await hub.exceptions()
        #expect(exceptions.map(\.kind) == [.overdrawn])
        #expect(exceptions.first?.account == account)
        #expect(exceptions.first?.transaction == terminal.records[0].transaction)
        try await hub.requireSoundBooks()
    }

    @Test("a sale on an account that does not exist waits in suspense and is listed")
    func suspense() async throws {
        let stranger = try #require(AccountID(number: 777))
        try terminal.write(.approved, stranger, fen: 250)
        try await terminal.deliverAll()
        let report = try await hub.operate(.get, "/books/check", as: BooksReport.self)
        #expect(report.trialBalance.first { $0.group == "suspense" }?.balanceFen == -250)
        #expect(try await hub.exceptions().map(\.kind) == [.accountUnknown])
        try await hub.requireSoundBooks()
    }

    @Test("a sale for a merchant that the terminal may not sell for, or nobody knows, posts and is listed")
    func merchants() async throws {
        let other = try await hub.merchant("bakery")
        try terminal.write(.approved, account, merchant: other)
        let nobody = try #require(MerchantID(text: "nobody"))
        try terminal.write(.approved, account, merchant: nobody)
        try await terminal.deliverAll()
        #expect(Set(try await hub.exceptions().map(\.kind)) == [.merchantNotPermitted, .merchantUnknown])
        try await hub.requireSoundBooks()
    }
}
