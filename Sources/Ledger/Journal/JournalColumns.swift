import Payments

/// The numbers under which a record's choices stand in the table; the same as in its canonical bytes.
struct OutcomeColumns {
    let outcome: Int64
    let reason: Int64?

    init(_ value: Outcome) {
        switch value {
        case .approved: (outcome, reason) = (1, nil)
        case .declined(let declined): (outcome, reason) = (2, Int64(declined.rawValue))
        case .voided: (outcome, reason) = (3, nil)
        }
    }

    init(outcome: Int64, reason: Int64?) {
        self.outcome = outcome
        self.reason = reason
    }

    var value: Outcome? {
        switch (outcome, reason) {
        case (1, nil): .approved
        case (2, let number?): DeclineReason(rawValue: Int(number)).map(Outcome.declined)
        case (3, nil): .voided
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
