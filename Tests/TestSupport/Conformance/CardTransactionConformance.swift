import HubProtocol
import Payments
import Terminal
import Testing

/// What every journal promises about transactions with a card's own money (promise 7), through its ports only.
///
/// - Parameters:
///   - journal: new and empty.
///   - reopen: stops the journal without warning and opens it again at the given time.
package func checkCardTransactions<Journal: PaymentJournal & SendQueue & Replica & JournalArchive>(
    _ journal: Journal, reopen: (Journal, UnixTime) async throws -> Journal
) async throws {
    let campus = try CardTransactionCampus()
    try await campus.fill(journal)
    try await campus.checkIntents(journal)
    try await campus.checkRecordsWithoutIntent(journal)
    try await campus.checkResolutions(journal)
    try await campus.checkLoads(journal)
    let reopened = try await campus.checkReopening(journal, reopen)
    try await campus.checkLanes(reopened)
    let verification = try await reopened.verify()
    #expect(verification.findings.isEmpty, "\(verification.findings)")
}

/// One account with a purse card, and what is sold to it.
struct CardTransactionCampus {
    let now = UnixTime(seconds: 1_788_220_800)
    let account: AccountID
    let merchant: MerchantID
    let lane: LaneID
    let reference: SaleReference

    init() throws {
        account = try #require(AccountID(number: 2_026_010_001))
        merchant = try #require(MerchantID(text: "canteen-1"))
        lane = try #require(LaneID(text: "lane-1"))
        reference = try #require(SaleReference(text: "order-1"))
    }

    func card(_ number: UInt8 = 1) -> CardID { .purse(applicationSerial: [0x10, 0, 0, 0, 0, 0, 0, 0, 0, number]) }

    func evidence(_ bytes: [UInt8]) throws -> EvidenceBytes { try #require(EvidenceBytes(bytes)) }

    func purchase(_ fen: Int64 = 350, card number: UInt8 = 1, evidence bytes: [UInt8] = [1, 2, 3]) throws
        -> JournalRecord.Sale
    {
        JournalRecord.Sale(
            movement: .pursePurchase(try evidence(bytes)), amount: Amount(fen: fen),
            payer: .card(card(number), .proven), account: nil, merchant: merchant, lane: lane, path: .local)
    }

    func load(_ fen: Int64, evidence bytes: [UInt8] = [4, 5, 6]) throws -> JournalRecord.Sale {
        JournalRecord.Sale(
            movement: .purseLoad(try evidence(bytes)), amount: Amount(fen: fen), payer: .card(card(), .proven),
            account: account, merchant: merchant, lane: lane, path: .online)
    }

    func view(_ journal: some PaymentJournal) async throws -> LedgerView {
        try await journal.view(of: .card(CardEvidence(card: card(), proof: .proven)))
    }

    func fill(_ journal: some PaymentJournal & SendQueue & Replica) async throws {
        let genesis = JournalHash.genesis(terminal: journal.terminal, journal: journal.journal)
        try await journal.apply(
            ChangesPage(
                changes: [
                    ChangeMessage(
                        cursor: 1,
                        account: AccountMessage(id: account, status: .active, balance: Amount(fen: 10_000))),
                    ChangeMessage(cursor: 2, card: CardMessage(id: card(), account: account, status: .active)),
                ], cursor: 2, more: false, acknowledged: Acknowledgement(sequence: 0, hash: genesis), hubTime: now),
            after: 0)
    }

    func checkIntents(_ journal: some PaymentJournal & SendQueue) async throws {
        let transaction = try await journal.mint()
        let sale = try purchase()
        #expect(try await journal.openCardTransaction(of: card()) == nil)
        try await journal.intend(transaction, sale, reference: reference, now: now)
        let open = OpenCardTransaction(
            transaction: transaction, sale: sale, reference: reference, intendedAt: now)
        #expect(try await journal.openCardTransaction(of: card()) == open)
        #expect(try await journal.figures().sequence == 0, "an intent is no record")

        let other = try await journal.mint()
        await #expect(throws: LedgerError(.cardTransactionOpen), "one at a time per card") {
            try await journal.intend(other, try purchase(1), reference: reference, now: now)
        }
        await #expect(throws: LedgerError(.intentMismatch), "one intent per number") {
            try await journal.intend(transaction, try purchase(card: 2), reference: reference, now: now)
        }
        await #expect(throws: LedgerError(.intentMismatch), "the card may have paid") {
            try await journal.void(transaction, now: now)
        }
        await #expect(throws: LedgerError(.intentMismatch), "another amount is another transaction") {
            _ = try await journal.record(transaction, .approved, try purchase(351), now: now)
        }
        await #expect(throws: LedgerError(.transactionNotOpen), "nothing is known to be unknown yet") {
            let resolution = Resolution(subject: transaction, verdict: .happened)
            _ = try await journal.record(other, .resolved(resolution), sale, now: now)
        }

        let proven = try purchase(evidence: [1, 2, 3, 4, 5])
        let approved = try await journal.record(transaction, .approved, proven, now: now)
        #expect(approved.record.sale == proven && approved.record.sequence == 1, "evidence may grow")
        #expect(try await journal.openCardTransaction(of: card()) == nil)
        await #expect(throws: LedgerError(.transactionNotOpen), "a number has one effect") {
            _ = try await journal.record(transaction, .approved, proven, now: now)
        }
        await #expect(throws: LedgerError(.transactionNotOpen)) {
            try await journal.intend(transaction, sale, reference: reference, now: now)
        }

        try await journal.intend(other, sale, reference: reference, now: now)
        _ = try await journal.record(other, .declined(.cardRefusedDebit), sale, now: now)
        #expect(try await journal.openCardTransaction(of: card()) == nil)
        let figures = try await journal.figures()
        #expect(figures.unsentCount == 2 && figures.unsentAmount == Amount(fen: 350))
        #expect(try await view(journal).terminalOffline == LedgerView.OfflineUse())
    }

    func checkRecordsWithoutIntent(_ journal: some PaymentJournal & SendQueue) async throws {
        let before = try await journal.figures().sequence
        let transaction = try await journal.mint()
        for outcome in [Outcome.approved, .unknown] {
            await #expect(throws: LedgerError(.intentMismatch), "no card was asked") {
                _ = try await journal.record(transaction, outcome, try purchase(), now: now)
            }
        }
        var account = try purchase()
        account.movement = .accountPurchase
        account.account = self.account
        var bare = try purchase()
        bare.movement = .pursePurchase(nil)
        var coded = bare
        coded.payer = .code(CodeReference(keyID: 1, serial: 1))
        var free = try purchase()
        free.amount = .zero
        for sale in [account, bare, coded, free] {
            await #expect(throws: LedgerError(.intentMismatch)) {
                try await journal.intend(transaction, sale, reference: reference, now: now)
            }
        }
        for sale in [account, coded, free] {
            await #expect(throws: LedgerError(.intentMismatch)) {
                _ = try await journal.record(transaction, .declined(.cardLimitExceeded), sale, now: now)
            }
        }
        #expect(try await journal.figures().sequence == before, "a refusal stores nothing")
        let declined = try await journal.record(transaction, .declined(.cardLimitExceeded), bare, now: now)
        #expect(declined.record.sale == bare && declined.record.outcome == .declined(.cardLimitExceeded))
    }

    func checkResolutions(_ journal: some PaymentJournal & SendQueue & JournalArchive) async throws {
        for (number, verdict) in Resolution.Verdict.allCases.enumerated() {
            let card = UInt8(10 + number)
            let sale = try purchase(100, card: card)
            let subject = try await journal.mint()
            try await journal.intend(subject, sale, reference: reference, now: now)
            _ = try await journal.record(subject, .unknown, sale, now: now)
            let amount = try await journal.figures().unsentAmount
            #expect(try await journal.openCardTransaction(of: self.card(card))?.transaction == subject)
            let blocked = try await journal.mint()
            await #expect(throws: LedgerError(.cardTransactionOpen), "the unknown one is resolved first") {
                try await journal.intend(blocked, sale, reference: reference, now: now)
            }
            let resolved = Outcome.resolved(Resolution(subject: subject, verdict: verdict))
            await #expect(throws: LedgerError(.intentMismatch), "it is about the same money") {
                _ = try await journal.record(blocked, resolved, try purchase(99, card: card), now: now)
            }
            await #expect(throws: LedgerError(.transactionNotOpen), "a resolution has a number of its own") {
                _ = try await journal.record(subject, resolved, sale, now: now)
            }
            let record = try await journal.record(blocked, resolved, sale, now: now).record
            #expect(record.outcome == resolved && record.transaction == blocked)
            #expect(try await journal.openCardTransaction(of: self.card(card)) == nil)
            let posted: Int64 = verdict == .happened ? 100 : 0
            #expect(try await journal.figures().unsentAmount == amount + Amount(fen: posted))

            let again = try await journal.mint()
            for verdict in Resolution.Verdict.allCases {
                await #expect(throws: LedgerError(.transactionNotOpen), "resolved once, for ever") {
                    let resolution = Resolution(subject: subject, verdict: verdict)
                    _ = try await journal.record(again, .resolved(resolution), sale, now: now)
                }
            }
            try await journal.void(again, now: now)
        }
        #expect(try await journal.verify().findings.isEmpty)
    }

    func checkLoads(_ journal: some PaymentJournal & SendQueue) async throws {
        #expect(try await view(journal).account?.available == Amount(fen: 10_000), "purse money is not the account's")
        let first = try await journal.mint()
        try await journal.intend(first, try load(3000), reference: reference, now: now)
        #expect(try await view(journal).account?.available == Amount(fen: 10_000))
        _ = try await journal.record(first, .approved, try load(3000), now: now)
        #expect(try await view(journal).account?.available == Amount(fen: 7000), "a load comes out of the account")
        let second = try await journal.mint()
        var offline = try load(1000)
        offline.path = .offline(.unreachable)
        try await journal.intend(second, offline, reference: reference, now: now)
        _ = try await journal.record(second, .unknown, offline, now: now)
        #expect(try await view(journal).account?.available == Amount(fen: 7000))
        let third = try await journal.mint()
        let resolution = Resolution(subject: second, verdict: .happened)
        _ = try await journal.record(third, .resolved(resolution), offline, now: now)
        let view = try await view(journal)
        #expect(view.account?.available == Amount(fen: 6000))
        #expect(view.cardOffline == LedgerView.OfflineUse() && view.terminalOffline == LedgerView.OfflineUse())
        #expect(view.undelivered == .zero)
    }

    func checkReopening<Journal: PaymentJournal & SendQueue & JournalArchive>(
        _ journal: Journal, _ reopen: (Journal, UnixTime) async throws -> Journal
    ) async throws -> Journal {
        let intended = try await journal.mint()
        let idle = try await journal.mint()
        let sale = try purchase(77, card: 20)
        try await journal.intend(intended, sale, reference: reference, now: now)
        let before = try await journal.records(after: 0, limit: 1000)
        let later = now.advanced(by: .seconds(60))
        let reopened = try await reopen(journal, later)
        let added = try await reopened.records(after: UInt64(before.count), limit: 1000).map(\.record)
        #expect(try await reopened.records(after: 0, limit: before.count) == before, "history stays")
        let unknown = added.filter { $0.outcome != .voided }
        #expect(unknown.map(\.transaction) == [intended] && unknown.first?.sale == sale)
        #expect(unknown.first?.outcome == .unknown && unknown.first?.decidedAt == later)
        #expect(added.contains { $0.transaction == idle })
        let open = try await reopened.openCardTransaction(of: card(20))
        #expect(
            open
                == OpenCardTransaction(
                    transaction: intended, sale: sale, reference: reference, intendedAt: now))
        await #expect(throws: LedgerError(.transactionNotOpen), "it has its record") {
            _ = try await reopened.record(intended, .approved, sale, now: later)
        }
        let again = try await reopen(reopened, later.advanced(by: .seconds(60)))
        #expect(try await again.openCardTransaction(of: card(20))?.transaction == intended)
        let number = try await again.mint()
        let resolution = Resolution(subject: intended, verdict: .didNotHappen)
        _ = try await again.record(number, .resolved(resolution), sale, now: later)
        #expect(try await again.openCardTransaction(of: card(20)) == nil)
        return again
    }

    /// Lanes with a card each, and all of them after one card in between.
    func checkLanes(_ journal: some PaymentJournal & SendQueue) async throws {
        let before = try await journal.figures().unsentAmount
        let shared = try await withThrowingTaskGroup(of: Int.self) { group in
            for lane in 0..<8 {
                group.addTask {
                    for _ in 0..<5 { try await self.pay(journal, card: UInt8(30 + lane)) }
                    do {
                        try await journal.intend(
                            try await journal.mint(), try self.purchase(card: 40), reference: self.reference,
                            now: self.now)
                        return 1
                    } catch let error as LedgerError where error.code == .cardTransactionOpen {
                        return 0
                    }
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(shared == 1, "one lane has the card")
        #expect(try await journal.figures().unsentAmount == before + Amount(fen: 40 * 5))
    }

    private func pay(_ journal: some PaymentJournal, card: UInt8) async throws {
        let transaction = try await journal.mint()
        let sale = try purchase(5, card: card)
        try await journal.intend(transaction, sale, reference: reference, now: now)
        _ = try await journal.record(transaction, .approved, sale, now: now)
    }
}
