import Payments

/// The numbers under which a record's choices stand in the table; the same as in its canonical bytes.
struct OutcomeColumns {
    let outcome: Int64
    let reason: Int64?
    let verdict: Int64?
    /// Trace number of the resolved transaction, which is of the same journal.
    let subject: Int64?

    init(_ value: Outcome) {
        switch value {
        case .approved: self.init(outcome: 1)
        case .declined(let declined): self.init(outcome: 2, reason: Int64(declined.rawValue))
        case .voided: self.init(outcome: 3)
        case .unknown: self.init(outcome: 4)
        case .resolved(let resolution):
            self.init(
                outcome: 5, verdict: Int64(resolution.verdict.rawValue),
                subject: Int64(resolution.subject.trace.number))
        }
    }

    init(outcome: Int64, reason: Int64? = nil, verdict: Int64? = nil, subject: Int64? = nil) {
        self.outcome = outcome
        self.reason = reason
        self.verdict = verdict
        self.subject = subject
    }

    /// `nil` when the columns do not fit each other.
    func value(in journal: JournalName) -> Outcome? {
        switch (outcome, reason, verdict, subject) {
        case (1, nil, nil, nil): .approved
        case (2, let number?, nil, nil): DeclineReason(rawValue: Int(number)).map(Outcome.declined)
        case (3, nil, nil, nil): .voided
        case (4, nil, nil, nil): .unknown
        case (5, nil, let verdict?, let subject?): Self.resolution(verdict, of: subject, in: journal)
        default: nil
        }
    }

    private static func resolution(_ verdict: Int64, of subject: Int64, in journal: JournalName) -> Outcome? {
        guard let verdict = Resolution.Verdict(rawValue: Int(verdict)), (1..<1 << 48).contains(subject) else {
            return nil
        }
        return .resolved(Resolution(subject: journal.transaction(UInt64(subject)), verdict: verdict))
    }
}

/// Which money moves, what the card gave for it, and which sale it corrects.
struct MovementColumns {
    let movement: Int64?
    let evidence: [UInt8]?
    /// Id of the corrected sale, 16 bytes.
    let corrects: [UInt8]?

    init(_ value: JournalRecord.Movement) {
        self.init(
            movement: Int64(value.number), evidence: value.evidence?.bytes, corrects: value.corrects?.bytes)
    }

    init(movement: Int64?, evidence: [UInt8]?, corrects: [UInt8]? = nil) {
        self.movement = movement
        self.evidence = evidence
        self.corrects = corrects
    }

    /// `nil` when the columns do not fit each other.
    var value: JournalRecord.Movement? {
        var proof: EvidenceBytes?
        if let evidence {
            guard let found = EvidenceBytes(evidence) else { return nil }
            proof = found
        }
        var sale: TransactionID?
        if let corrects {
            guard let found = TransactionID(bytes: corrects) else { return nil }
            sale = found
        }
        return switch (movement, sale) {
        case (1, nil): proof == nil ? .accountPurchase : nil
        case (2, nil): .pursePurchase(proof)
        case (3, nil): .purseLoad(proof)
        case (4, let sale?): proof == nil ? .refund(of: sale) : nil
        case (5, let sale?): proof == nil ? .void(of: sale) : nil
        default: nil
        }
    }
}

enum PayerColumn {
    static let provenCard: Int64 = 1
    static let unprovenCard: Int64 = 2
    static let code: Int64 = 3
}

/// 0 local, 1 online, 2 and more offline.
enum PathColumn {
    static func number(_ path: AuthorizationPath) -> Int64 {
        switch path {
        case .local: 0
        case .online: 1
        case .offline(.unreachable): 2
        case .offline(.timedOut): 3
        case .offline(.faulty): 4
        }
    }

    static func path(_ number: Int64?) -> AuthorizationPath? {
        switch number {
        case 0: .local
        case 1: .online
        case 2: .offline(.unreachable)
        case 3: .offline(.timedOut)
        case 4: .offline(.faulty)
        default: nil
        }
    }
}
