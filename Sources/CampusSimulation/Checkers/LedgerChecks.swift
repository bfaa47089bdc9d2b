import HubProtocol
import Ledger
import Payments
import Terminal

/// Compares a terminal's journal with what its lanes were told (promises 1, 2, 3, 5, 6, 7, 8, 9 and 11).
package struct LedgerChecks: Sendable {
    private let witness: LedgerWitness
    private var findings: [CheckFinding]

    private init(_ witness: LedgerWitness) {
        self.witness = witness
        findings = witness.findings
    }

    /// Checks a ledger that nothing else uses meanwhile.
    ///
    /// - Parameter reopened: whether it was opened after the last answer that the witness knows, so that every number
    ///   has its record and no intent waits for one.
    /// - Returns: what is wrong; empty when every promise holds.
    package static func findings(
        in ledger: SQLiteLedger, against witness: LedgerWitness, reopened: Bool
    ) async throws(LedgerError) -> [CheckFinding] {
        var checks = LedgerChecks(witness)
        let archived = try await ledger.records(after: 0, limit: .max)
        let records = archived.map(\.record)
        let figures = try await ledger.figures()
        checks.compare(records, reopened: reopened)
        checks.chain(archived, of: ledger, figures)
        for finding in try await ledger.verify().findings { checks.add(5, finding) }
        try await checks.exposure(records, figures, ledger)
        try await checks.intents(records, ledger, reopened: reopened)
        try await checks.queue(records, figures, ledger)
        try await checks.replica(records, ledger)
        return checks.findings
    }

    /// Promises 1 and 2: what was confirmed is there, once, as it was; what was refused is not.
    private mutating func compare(_ records: [JournalRecord], reopened: Bool) {
        var found: [TransactionID: JournalRecord] = [:]
        for record in records where found.updateValue(record, forKey: record.transaction) != nil {
            add(2, "trace number \(record.transaction.trace) has two records")
        }
        for (transaction, record) in witness.stored where found[transaction] != record {
            let instead = found[transaction].map { "\($0.outcome)" } ?? "nothing"
            add(1, "the record of trace number \(transaction.trace) was confirmed, and there is \(instead)")
        }
        for transaction in witness.voided where found[transaction]?.outcome != .voided {
            add(1, "the void of trace number \(transaction.trace) was confirmed and is not there")
        }
        for record in records where witness.stored[record.transaction] == nil { explain(record) }
        guard reopened else { return }
        for transaction in witness.minted where found[transaction] == nil {
            add(5, "trace number \(transaction.trace) was given out and has no record")
        }
    }

    /// A record that nobody was told of is what was asked, or what the opening of a journal writes.
    private mutating func explain(_ record: JournalRecord) {
        let transaction = record.transaction
        if record.outcome == .voided, witness.intended[transaction] == nil { return }
        if witness.refused.contains(transaction), witness.intended[transaction] == nil {
            return add(2, "trace number \(transaction.trace) was refused and has a record: \(record.outcome)")
        }
        let isExplained = (witness.requests[transaction] ?? []).contains { request in
            switch (request, record.outcome) {
            case (.sale(let amount, let payer), .approved), (.sale(let amount, let payer), .declined):
                record.sale?.amount == amount && record.sale?.payer == payer
            case (.intent(_, let sale), .unknown): record.sale == sale
            case (.record(let outcome, let sale), _): record.outcome == outcome && record.sale == sale
            default: false
            }
        }
        if !isExplained { add(2, "nobody asked for the record of trace number \(transaction.trace)") }
    }

    /// Promise 5, from the records themselves.
    private mutating func chain(_ archived: [ArchivedRecord], of ledger: SQLiteLedger, _ figures: JournalFigures) {
        var hash = JournalHash.genesis(terminal: ledger.terminal, journal: ledger.journal)
        for (index, entry) in archived.enumerated() {
            hash = hash.following(entry.record)
            if entry.record.sequence != UInt64(index) + 1 { add(5, "record \(index + 1) is missing") }
            if entry.hash != hash { add(5, "the hash of record \(entry.record.sequence) does not follow") }
        }
        if figures.sequence != UInt64(archived.count) || figures.hash != hash {
            add(5, "the journal's head is not its newest record")
        }
    }

    /// Promise 6: the allowance in use is what the records say.
    private mutating func exposure(
        _ records: [JournalRecord], _ figures: JournalFigures, _ ledger: SQLiteLedger
    ) async throws(LedgerError) {
        let unsent = records.filter { $0.sequence > figures.acknowledged && $0.posting != nil }
        let amount = unsent.reduce(Amount.zero) { $0 + ($1.sale?.amount ?? .zero) }
        if figures.unsentAmount != amount { add(6, "the unsent amount is \(figures.unsentAmount), not \(amount)") }
        var offline = LedgerView.OfflineUse()
        for case let sale? in unsent.map(\.sale) {
            guard sale.movement == .accountPurchase, case .offline = sale.path else { continue }
            offline.amount += sale.amount
            offline.count += 1
        }
        guard let instrument = records.lazy.compactMap(\.instrument).first else { return }
        let view = try await ledger.view(of: instrument)
        if view.terminalOffline != offline { add(6, "the offline allowance in use is not what the records say") }
    }

    /// Promise 7: a card that may have been asked for its money is not forgotten.
    private mutating func intents(
        _ records: [JournalRecord], _ ledger: SQLiteLedger, reopened: Bool
    ) async throws(LedgerError) {
        let outcomes = Dictionary(records.map { ($0.transaction, $0.outcome) }) { first, _ in first }
        let resolved = Set(
            records.compactMap { record in
                if case .resolved(let resolution) = record.outcome { resolution.subject } else { nil }
            })
        for (transaction, intent) in witness.intended {
            let later = witness.requests[transaction]?.contains { if case .record = $0 { true } else { false } }
            let outcome = outcomes[transaction]
            if outcome == nil ? reopened : outcome != .unknown && later != true {
                add(7, "the intent of trace number \(transaction.trace) was confirmed and is gone")
            }
            guard outcome == nil || outcome == .unknown, !resolved.contains(transaction) else { continue }
            let open = try await ledger.openCardTransaction(of: intent.card)
            if open?.transaction != transaction || open?.sale != intent.sale {
                add(7, "the card of trace number \(transaction.trace) has no open transaction")
            }
        }
        for record in records where record.outcome == .unknown && !resolved.contains(record.transaction) {
            guard let card = record.sale?.payer.card else { continue }
            let open = try await ledger.openCardTransaction(of: card)
            if open?.transaction != record.transaction {
                add(7, "the unknown record of trace number \(record.transaction.trace) cannot be resolved")
            }
        }
    }

    /// Promise 11: what the hub does not have waits to be sent, all of it and in order.
    private mutating func queue(
        _ records: [JournalRecord], _ figures: JournalFigures, _ ledger: SQLiteLedger
    ) async throws(LedgerError) {
        if figures.acknowledged > witness.acknowledgementGiven {
            add(11, "the journal believes that the hub has records which it never acknowledged")
        }
        if figures.acknowledged < witness.acknowledgementStored {
            add(1, "an acknowledgement was confirmed and is gone")
        }
        let unsent = try await ledger.unsent(limit: .max)?.records ?? []
        if unsent != records.filter({ $0.sequence > figures.acknowledged }) {
            add(11, "what waits to be sent is not what the hub lacks")
        }
    }

    /// Promises 8 and 9: used codes and the hot list are remembered, and the replica does not go back.
    private mutating func replica(_ records: [JournalRecord], _ ledger: SQLiteLedger) async throws(LedgerError) {
        let cursor = await ledger.cursor()
        if cursor < witness.cursorStored { add(9, "the replica went back from \(witness.cursorStored) to \(cursor)") }
        if cursor > witness.cursorGiven { add(9, "the replica is at \(cursor), where no page led") }
        if cursor == witness.cursorStored {
            for card in witness.hotListed {
                let view = try await ledger.view(of: .card(CardEvidence(card: card, proof: .proven)))
                if view.hotListed == nil { add(9, "a card is not on the hot list any more") }
            }
        }
        for record in records {
            guard record.posting != nil, let sale = record.sale, case .code(let reference) = sale.payer,
                let account = sale.account
            else { continue }
            let evidence = CodeEvidence(
                reference: reference, account: account, issuedAt: UnixTime(milliseconds: 0),
                expiresAt: UnixTime(milliseconds: 0), limit: .zero)
            let view = try await ledger.view(of: .code(evidence))
            if !view.codeUsed { add(8, "a payment code that was debited could be used again") }
        }
    }

    private mutating func add(_ promise: Int, _ text: String) { findings.append(CheckFinding(promise, text)) }
}

extension JournalRecord {
    /// The card that was presented.
    fileprivate var instrument: Instrument? {
        guard case .card(let card, let proof)? = sale?.payer else { return nil }
        return .card(CardEvidence(card: card, proof: proof))
    }
}
