import CampusSimulation
import FaultyStorage
import HubProtocol
import Ledger
import Payments
import Terminal

/// A morning at a terminal: every kind of write that lanes and sync ask of the journal.
extension Till {
    /// One thing that happens; says whether the journal did what it was asked.
    typealias Step = (Till) async -> Bool

    /// What happens, in order. The last closes the journal, which writes everything into the database file.
    static var morning: [Step] {
        [
            { await $0.sell(card: 1, hub: .held(account: Campus.account(1), available: Amount(fen: 9_000))) },
            { await $0.sell(card: 2) },
            { await $0.sell(card: 2, fen: 10_000_000) },
            { await $0.sell(fen: 200, Campus.code(77)) },
            { await $0.sell(fen: 200, Campus.code(77)) },
            { await $0.void() },
            { await $0.tap(card: 1, .approved) },
            { await $0.acknowledgeAll() },
            { await $0.tap(card: 2, .unknown) },
            { await $0.apply() },
            { await $0.resolve(card: 2, .happened) },
            { await $0.tap(card: 3, nil) },
            { await $0.sell(card: 9) },
            { await $0.sellTogether() },
            { await $0.acknowledgeAll() },
        ]
    }

    /// Does the steps until one fails.
    ///
    /// - Returns: whether all were done.
    func run(_ steps: [Step]) async -> Bool {
        for step in steps {
            guard await step(self) else { return false }
        }
        return true
    }

    // MARK: Steps

    @discardableResult
    func sell(card: UInt8, fen: Int64 = 100, hub: HubAnswer = .none(.unreachable)) async -> Bool {
        await sell(fen: fen, Campus.cardEvidence(card), hub: hub)
    }

    func sell(fen: Int64, _ instrument: Instrument, hub: HubAnswer = .none(.unreachable)) async -> Bool {
        guard let ledger, let transaction = await mint() else { return false }
        return await conclude(Campus.request(transaction, fen: fen, instrument), hub, ledger)
    }

    /// Three lanes at once, in one commit or several.
    func sellTogether() async -> Bool {
        guard let ledger else { return false }
        var requests: [AuthorizationRequest] = []
        for card in UInt8(1)...3 {
            guard let transaction = await mint() else { return false }
            let request = Campus.request(transaction, fen: 10, card: card)
            witness.asks(.sale(amount: request.amount, payer: request.payer), of: transaction)
            requests.append(request)
        }
        var isDone = true
        await withTaskGroup(of: (TransactionID, JournalRecord?).self) { group in
            for request in requests {
                group.addTask { (request.transaction, await Self.concluded(request, .none(.timedOut), ledger)) }
            }
            for await (transaction, record) in group {
                if let record { witness.stored(record) } else { await failed(transaction, ledger) }
                isDone = isDone && record != nil
            }
        }
        return isDone
    }

    func void() async -> Bool {
        guard let ledger, let transaction = await mint() else { return false }
        return await void(transaction, ledger)
    }

    func void(_ transaction: TransactionID, _ ledger: SQLiteLedger) async -> Bool {
        witness.asks(.void, of: transaction)
        do throws(LedgerError) {
            try await ledger.void(transaction, now: Campus.morning)
            witness.voided(transaction)
            return true
        } catch {
            await failed(transaction, ledger)
            return false
        }
    }

    /// Intent and, unless the card is torn away, the outcome.
    func tap(card: UInt8, _ outcome: Outcome?) async -> Bool {
        guard let ledger, let transaction = await mint() else { return false }
        let sale = Campus.purchase(card: card)
        witness.asks(.intent(Campus.card(card), sale), of: transaction)
        do throws(LedgerError) {
            try await ledger.intend(transaction, sale, reference: Campus.reference, now: Campus.morning)
            witness.intended(transaction, card: Campus.card(card), sale)
        } catch {
            await failed(transaction, ledger)
            return false
        }
        guard let outcome else { return true }
        return await record(transaction, outcome, Campus.purchase(card: card, evidence: [1, 2, 3, 4]), ledger)
    }

    func resolve(card: UInt8, _ verdict: Resolution.Verdict) async -> Bool {
        guard let ledger, let transaction = await mint(), let open = await open(card, ledger) else { return false }
        return await record(
            transaction, .resolved(Resolution(subject: open.transaction, verdict: verdict)), open.sale, ledger)
    }

    func acknowledgeAll() async -> Bool {
        guard let ledger else { return false }
        do throws(LedgerError) {
            guard let unsent = try await ledger.unsent(limit: 1000), let last = unsent.records.last else { return true }
            witness.acknowledges(last.sequence)
            try await ledger.acknowledge(Acknowledgement(sequence: last.sequence, hash: unsent.hash))
            witness.acknowledged(last.sequence)
            return true
        } catch {
            return false
        }
    }

    /// A page of the feed: a balance, a lost card, a found one.
    func apply() async -> Bool {
        guard let ledger else { return false }
        do throws(LedgerError) {
            let cursor = await ledger.cursor()
            if cursor == 0 { return await fill() }
            let figures = try await ledger.figures()
            let page = Campus.laterPage(
                after: cursor, acknowledged: Acknowledgement(sequence: figures.sequence, hash: figures.hash))
            witness.applies(page)
            try await ledger.apply(page, after: cursor)
            witness.applied(page)
            return true
        } catch {
            return false
        }
    }

    /// The first page, for an empty replica.
    func fill() async -> Bool {
        guard let ledger else { return false }
        let page = Campus.firstPage()
        witness.applies(page)
        do throws(LedgerError) {
            try await ledger.pin(hubKey: Campus.hubKey.verifyingKey)
            try await ledger.apply(page, after: 0)
            witness.applied(page)
            return true
        } catch {
            return false
        }
    }

    // MARK: Parts of steps

    private func mint() async -> TransactionID? {
        guard let ledger, let transaction = await Self.minted(ledger) else { return nil }
        witness.minted(transaction)
        return transaction
    }

    private func conclude(
        _ request: AuthorizationRequest, _ hub: HubAnswer, _ ledger: SQLiteLedger
    ) async -> Bool {
        witness.asks(.sale(amount: request.amount, payer: request.payer), of: request.transaction)
        guard let record = await Self.concluded(request, hub, ledger) else {
            await failed(request.transaction, ledger)
            return false
        }
        witness.stored(record)
        return true
    }

    private func record(
        _ transaction: TransactionID, _ outcome: Outcome, _ sale: JournalRecord.Sale, _ ledger: SQLiteLedger
    ) async -> Bool {
        witness.asks(.record(outcome, sale), of: transaction)
        do throws(LedgerError) {
            let stored = try await ledger.record(transaction, outcome, sale, now: Campus.morning)
            witness.stored(stored.record)
            return true
        } catch {
            await failed(transaction, ledger)
            return false
        }
    }

    /// A request failed: it is refused for good as soon as the journal is not in doubt.
    private func failed(_ transaction: TransactionID, _ ledger: SQLiteLedger) async {
        guard !disk.isDead else { return }
        refusals.append(transaction)
        if await !ledger.isInDoubt { settleRefusals() }
    }

    /// The journal is settled: what it refused may never be there.
    func settleRefusals() {
        for transaction in refusals { witness.refused(transaction) }
        refusals = []
    }

    private static func concluded(
        _ request: AuthorizationRequest, _ hub: HubAnswer, _ ledger: SQLiteLedger
    ) async -> JournalRecord? {
        do throws(LedgerError) {
            return try await ledger.conclude(request, hub: hub, authorizer: Campus.authorizer, now: Campus.morning)
                .record
        } catch {
            return nil
        }
    }

    private static func minted(_ ledger: SQLiteLedger) async -> TransactionID? {
        do throws(LedgerError) { return try await ledger.mint() } catch { return nil }
    }

    private func open(_ card: UInt8, _ ledger: SQLiteLedger) async -> OpenCardTransaction? {
        do throws(LedgerError) { return try await ledger.openCardTransaction(of: Campus.card(card)) } catch {
            return nil
        }
    }
}

extension AuthorizationRequest {
    /// As the record names it.
    var payer: JournalRecord.Payer {
        switch instrument {
        case .card(let evidence): .card(evidence.card, evidence.proof)
        case .code(let evidence): .code(evidence.reference)
        }
    }
}
