import CampusSimulation
import Hub
import HubProtocol
import Payments

/// A morning at the hub: every kind of write that a terminal and the card office ask for.
extension HubDesk {
    /// One thing that happens; says whether the hub did what it was asked.
    typealias Step = (HubDesk) async -> Bool

    static var foundation: [Step] {
        [
            { desk in await desk.done { _ = try await $0.addMerchant(merchant, now: HubDesk.now) } },
            { await $0.openAccount(1) }, { await $0.openAccount(2) }, { await $0.openAccount(3) },
            { await $0.topUp(1, "first-1") }, { await $0.topUp(2, "first-2") }, { await $0.topUp(3, "first-3") },
            { await $0.register() },
        ]
    }

    static var morning: [Step] {
        [
            { await $0.topUp(1, "desk-1") },
            { await $0.sell(1, .approved, held: true) },
            { await $0.deliver() },
            { await $0.sell(2, .declined(.insufficientFunds), held: true) },
            { await $0.sell(2, .approved, held: false) },
            { await $0.sell(1, nil, held: true) },
            { await $0.deliver() },
            { await $0.loseCard(2) },
            { await $0.openAccount(4) },
            { await $0.topUpTogether() },
            { await $0.tap(3, .unknown) },
            { await $0.deliver() },
            { await $0.sell(3, .approved, held: false) },
            { await $0.deliver(again: true) },
            { await $0.sell(1, nil, held: true) },
        ]
    }

    /// Place of the tap on a card's own purse in the morning.
    static let purseStep = 10

    private static var merchant: NewMerchant { NewMerchant(id: Campus.merchant, name: "第一食堂") }

    /// Does the steps until one fails.
    func run(_ steps: [Step]) async -> Bool {
        for step in steps {
            guard await step(self) else { return false }
        }
        return true
    }

    // MARK: Steps

    func openAccount(_ number: UInt8) async -> Bool {
        let account = Campus.account(number)
        return await done { store in
            _ = try await store.createAccount(NewAccount(id: account, name: "李雷"), now: Self.now)
            self.witness.opened(account)
            _ = try await store.issueCard(NewCard(id: Campus.card(number), account: account), now: Self.now)
        }
    }

    func register() async -> Bool {
        await done { store in
            let terminal = NewTerminal(name: "counter", merchants: [Campus.merchant], id: Campus.terminal)
            _ = try await store.register(terminal, secretDigest: [UInt8](repeating: 7, count: 32), now: Self.now)
            _ = try await store.registerJournal(
                Campus.journal, publicKey: self.witness.publicKey, claim: nil, terminal: Campus.terminal, now: Self.now)
        }
    }

    func topUp(_ number: UInt8, _ reference: String) async -> Bool {
        let request = TopUpRequest(account: Campus.account(number), amountFen: 10_000, reference: reference)
        witness.asks(request)
        return await done { self.witness.heard(try await $0.topUp(request, now: Self.now)) }
    }

    /// Three desks at once, in one commit or several.
    func topUpTogether() async -> Bool {
        guard let store else { return false }
        let requests = (UInt8(1)...3).map {
            TopUpRequest(account: Campus.account($0), amountFen: 500, reference: "together-\($0)")
        }
        for request in requests { witness.asks(request) }
        return await withTaskGroup(of: TopUpReceipt?.self) { group in
            for request in requests { group.addTask { await Self.receipt(request, store) } }
            var isDone = true
            for await receipt in group {
                if let receipt { witness.heard(receipt) } else { isDone = false }
            }
            return isDone
        }
    }

    /// A sale of the terminal: a hold if the hub is asked, then the record unless the lane never got that far.
    func sell(_ number: UInt8, _ outcome: Outcome?, held: Bool) async -> Bool {
        await sell(.card(Campus.card(number), .proven), account: Campus.account(number), outcome, held: held)
    }

    func sell(
        _ payer: JournalRecord.Payer, account: AccountID, _ outcome: Outcome?, held: Bool
    ) async -> Bool {
        let transaction = mint()
        var isDone = true
        if held {
            let terms = HoldTerms(
                transaction: transaction, amount: Amount(fen: 300), payer: payer, merchant: Campus.merchant,
                lane: Campus.lane)
            witness.asks(terms)
            isDone = await done { store in
                let verdict = try await store.placeHold(
                    terms, HoldCircumstances(), terminal: Campus.terminal, rules: Self.rules, now: Self.now)
                self.witness.heard(verdict, about: transaction)
            }
        }
        guard let outcome else { return isDone }
        write(
            transaction, outcome,
            JournalRecord.Sale(
                amount: Amount(fen: 300), payer: payer, account: account, merchant: Campus.merchant,
                lane: Campus.lane, path: held ? .online : .offline(.unreachable)))
        return isDone
    }

    func tap(_ number: UInt8, _ outcome: Outcome) async -> Bool {
        write(mint(), outcome, Campus.purchase(card: number))
        return true
    }

    /// Sends what the hub has not acknowledged, or everything.
    func deliver(again: Bool = false) async -> Bool {
        let first = again ? 1 : witness.acknowledged.sequence + 1
        witness.sends(through: UInt64(witness.records.count))
        return await done { store in
            guard let batch = try Self.batch(of: self.witness, from: first) else { return }
            self.witness.heard(try await store.store(batch, terminal: Campus.terminal, now: Self.now))
        }
    }

    func loseCard(_ number: UInt8) async -> Bool {
        await done { store in
            _ = try await store.change(card: Campus.card(number), .lost)
            self.witness.reportedLost(Campus.card(number))
        }
    }

    // MARK: Parts of steps

    func write(_ transaction: TransactionID, _ outcome: Outcome, _ sale: JournalRecord.Sale) {
        witness.wrote(
            JournalRecord(
                sequence: UInt64(witness.records.count) + 1, transaction: transaction, outcome: outcome, sale: sale,
                decidedAt: Self.now, replicaCursor: 0))
    }

    func done(_ body: (SQLiteHubStore) async throws -> Void) async -> Bool {
        guard let store else { return false }
        do {
            try await body(store)
            return true
        } catch {
            return false
        }
    }

    private static func receipt(_ request: TopUpRequest, _ store: SQLiteHubStore) async -> TopUpReceipt? {
        do { return try await store.topUp(request, now: now) } catch { return nil }
    }
}
