import GRDB
import HubProtocol
import Payments

/// What records about a card's own money do.
extension RecordEffects {
    /// A transaction with a card's own money that happened.
    mutating func approve(
        _ record: JournalRecord, _ sale: JournalRecord.Sale, reading: PurseReading, sheet: inout BookSheet
    ) throws {
        let entry = try insert(record, sale, reading: reading, wasUnknown: false)
        try reviewProof(entry, reading)
        try book(entry, sheet: &sheet)
    }

    /// Stores an unknown outcome and keeps everything open for it, unless the card's own proof came along.
    mutating func keepOpen(
        _ record: JournalRecord, _ sale: JournalRecord.Sale, reading: PurseReading, sheet: inout BookSheet
    ) throws {
        let entry = try insert(record, sale, reading: reading, wasUnknown: true)
        try HoldTable.keep(record.transaction, db)
        if reading.proof == .genuine {
            try settle(entry, as: .happened, basis: .proof, sheet: &sheet)
        } else if reading.proof == .wrong || reading.contradiction != nil {
            try reviewProof(entry, reading)
        }
    }

    /// A terminal's word about an earlier unknown transaction.
    mutating func resolve(
        _ record: JournalRecord, _ resolution: Resolution, _ sale: JournalRecord.Sale, reading: PurseReading,
        sheet: inout BookSheet
    ) throws {
        let entry = try PurseTable.find(resolution.subject, db)
        if let problem = try contradiction(record, resolution, sale, reading: reading, entry: entry) {
            return try raise(.resolutionContradicted, record.transaction, "the resolution was not applied: \(problem)")
        }
        guard let entry else { return }
        try db.run(
            "INSERT INTO terminal_resolution (subject, transaction_id, verdict) VALUES (?, ?, ?)",
            [resolution.subject.blob, record.transaction.blob, resolution.verdict.name])
        let isProven = reading.proof == .genuine
        let state: PurseMoveState
        switch resolution.verdict {
        case _ where isProven: state = .happened
        case .happened: state = .happened
        case .didNotHappen: state = .didNotHappen
        case .undetermined:
            guard entry.state == .unknown else { return }
            return try raise(
                .outcomeUndetermined, entry.transaction,
                "the terminal could not find out whether \(entry.amount) moved; the card's next transaction may tell")
        }
        if isProven, resolution.verdict == .didNotHappen {
            try raise(
                .resolutionDisputed, entry.transaction,
                "the terminal says that \(entry.amount) did not move, and the card's proof says that it did")
        }
        switch entry.state {
        case .unknown:
            try settle(
                entry, as: state, basis: isProven ? .proof : .terminal, witness: record.transaction, sheet: &sheet)
            if state == .happened { try reviewProof(entry, reading) }
        case state: break
        case .happened, .didNotHappen:
            let (said, stands) = state == .happened ? ("did", "did not") : ("did not", "did")
            try raise(
                .resolutionDisputed, entry.transaction,
                "the terminal says that \(entry.amount) \(said) move; here it stands that it \(stands), by "
                    + "\(entry.resolution?.basis.words ?? "its record")")
        }
    }

    /// Writes down what became of an unknown transaction, with the effect on books and hold.
    mutating func settle(
        _ entry: PurseEntry, as state: PurseMoveState, basis: PurseBasis, witness: TransactionID? = nil,
        note: String? = nil, sheet: inout BookSheet
    ) throws {
        invariant(entry.state == .unknown, "an outcome is settled once")
        try PurseTable.resolve(
            entry, as: state, PurseEntry.Resolution(basis: basis, witness: witness, note: note, at: now), db)
        let closing = "found out: \(state == .happened ? "it happened" : "it did not happen"), by \(basis.words)"
        for kind in [ExceptionKind.outcomeUndetermined, .purseContradicted] {
            try ExceptionTable.close(kind, subject: entry.transaction.text, note: closing, now: now, db)
        }
        touch(entry.card)
        if state == .happened {
            var happened = entry
            happened.state = .happened
            try book(happened, sheet: &sheet)
        } else {
            try releaseHold(entry.transaction)
        }
    }

    private mutating func insert(
        _ record: JournalRecord, _ sale: JournalRecord.Sale, reading: PurseReading, wasUnknown: Bool
    ) throws -> PurseEntry {
        guard let card = sale.payer.card else { throw HubStoreError(.damaged, detail: "purse record without card") }
        var entry = PurseEntry(
            transaction: record.transaction, card: card, kind: .purchase, wasUnknown: wasUnknown, amount: sale.amount,
            proof: reading.proof, serial: reading.serial, balanceBefore: reading.balanceBefore, account: nil,
            merchant: sale.merchant, occurredAt: record.decidedAt, receivedAt: now,
            state: wasUnknown ? .unknown : .happened)
        if case .purseLoad = sale.movement {
            entry.kind = .load
            entry.account = sale.account
            if let grant = try LoadTable.grant(record.transaction, db), grant.card == card {
                (entry.serial, entry.balanceBefore) = (grant.serial, grant.balanceBefore)
            }
        }
        try PurseTable.insert(entry, db)
        touch(card)
        return entry
    }

    /// Posts a transaction that happened; finds others under its serial.
    private mutating func book(_ entry: PurseEntry, sheet: inout BookSheet) throws {
        let exists = try entry.account.map { try accountExists($0) } ?? false
        let hold = try HoldTable.find(entry.transaction, db)
        let kind: PostingKind = entry.kind == .purchase ? .pursePurchase : .purseLoad
        _ = try sheet.post(
            entry.posting(accountExists: exists), source: .transaction(kind, entry.transaction),
            occurredAt: entry.occurredAt, postedAt: now)
        if hold?.state == .held {
            let state: HoldState = entry.kind == .load ? .captured : .released
            try HoldTable.resolve(entry.transaction, as: state, now: now, db)
        }
        let merchant = try merchant(entry.merchant, terminal: entry.transaction.terminal)
        let facts = RecordFacts(
            accountExists: exists, merchantExists: merchant.exists, merchantPermitted: merchant.permitted,
            hold: hold.map(Self.holdFacts), code: nil,
            balance: try entry.account.map { exists ? try sheet.balance(of: .cardholder($0)) : .zero } ?? .zero)
        for finding in RecordReview.findings(entry, facts: facts) { try ExceptionTable.raise(finding, now: now, db) }
        try reviewMakeUpDebit(entry.transaction)
        try PursePoints.unsettle(entry, db)
        for other in try PurseTable.sameSerial(entry, db) { try separate(entry, from: other, sheet: &sheet) }
        guard entry.proof != .wrong else { return }
        for other in try PurseTable.refuted(by: entry, db) { try takeBack(other, because: entry, sheet: &sheet) }
    }

    /// Two transactions that happened under one serial: a card counts on with each, so one of them cannot be. When one
    /// was only concluded, it is taken back; else the card was cloned.
    private mutating func separate(_ entry: PurseEntry, from other: PurseEntry, sheet: inout BookSheet) throws {
        guard other.resolution?.basis == .card, entry.proof != .wrong else {
            return try raise(
                .purseForked, entry.transaction,
                "the card was cloned: it used its serial \(entry.serial ?? 0) for transaction \(other.transaction) too")
        }
        try takeBack(other, because: entry, sheet: &sheet)
    }

    /// Takes back a transaction that was only concluded.
    private mutating func takeBack(_ other: PurseEntry, because entry: PurseEntry, sheet: inout BookSheet) throws {
        try PurseTable.resolve(
            other, as: .didNotHappen,
            PurseEntry.Resolution(basis: .card, witness: entry.transaction, note: nil, at: now), db)
        let exists = try other.account.map { try accountExists($0) } ?? false
        let posted = other.posting(accountExists: exists)
        _ = try sheet.post(
            Posting(posted.entries.map { Entry(account: $0.account, amount: -$0.amount) }),
            source: .reference(.purseReversal, "reversal/\(other.transaction.text)"), occurredAt: now, postedAt: now)
        try raise(
            .resolutionOverturned, other.transaction,
            "\(other.amount) had been posted by the card's serials and was taken back: transaction "
                + "\(entry.transaction) refutes it")
    }

    /// Lists what is wrong with a card's proof. The posting stands: the merchant sold.
    private func reviewProof(_ entry: PurseEntry, _ reading: PurseReading) throws {
        if let contradiction = reading.contradiction {
            try raise(.evidenceContradicted, entry.transaction, contradiction)
        }
        switch reading.proof {
        case .wrong:
            try raise(
                .tacWrong, entry.transaction, "the card's proof of \(entry.amount) is wrong: forged card or wrong key")
        case .missing: try raise(.tacMissing, entry.transaction, "\(entry.amount) came without the card's proof")
        case .genuine, .unchecked: break
        }
    }

    private func contradiction(
        _ record: JournalRecord, _ resolution: Resolution, _ sale: JournalRecord.Sale, reading: PurseReading,
        entry: PurseEntry?
    ) throws -> String? {
        let subject = resolution.subject
        guard subject.terminal == record.transaction.terminal, subject.journal == record.transaction.journal else {
            return "its transaction is of another journal"
        }
        guard let entry, entry.wasUnknown else { return "its transaction is not an unknown one" }
        if try db.exists("SELECT 1 FROM terminal_resolution WHERE subject = ?", [subject.blob]) {
            return "its transaction was resolved before"
        }
        let kind: PurseMoveKind = if case .purseLoad = sale.movement { .load } else { .purchase }
        guard sale.payer.card == entry.card, sale.amount == entry.amount, kind == entry.kind,
            sale.merchant == entry.merchant, kind == .purchase || sale.account == entry.account
        else { return "card, account, merchant or amount differ from the transaction's" }
        if let contradiction = reading.contradiction { return contradiction }
        guard reading.serial == nil || reading.serial == entry.serial else { return "its evidence has another serial" }
        return nil
    }

    func raise(_ kind: ExceptionKind, _ transaction: TransactionID, _ text: String) throws {
        try ExceptionTable.raise(HubException(kind, transaction: transaction, text: text), now: now, db)
    }
}

extension PurseEntry {
    /// A load from an account that does not exist waits in suspense: the card has the money.
    fileprivate func posting(accountExists: Bool) -> Posting {
        switch (kind, account) {
        case (.load, let account?) where accountExists: .purseLoad(amount, from: account, to: card)
        case (.load, _):
            Posting([
                Entry(account: .suspense, amount: -amount), Entry(account: .purse(card), amount: amount),
            ])
        case (.purchase, _): .pursePurchase(amount, from: card, to: merchant)
        }
    }
}

extension PurseBasis {
    fileprivate var words: String {
        switch self {
        case .terminal: "the terminal's word"
        case .proof: "the card's proof"
        case .card: "the card's serials"
        case .person: "an operator"
        }
    }
}

extension Resolution.Verdict {
    /// The name in the table.
    fileprivate var name: String {
        switch self {
        case .happened: "happened"
        case .didNotHappen: "didNotHappen"
        case .undetermined: "undetermined"
        }
    }
}
