/// Why the terminal decided without the hub's word.
package enum OfflineCause: String, Sendable, Hashable, Codable, CaseIterable {
    /// No connection, or the connection broke.
    case unreachable
    /// The hub did not answer within the time budget. Its late answer changes nothing.
    case timedOut
    /// The hub answered, but not with a decision (fault, overload, refused credentials).
    case faulty
}

/// Who decided.
package enum AuthorizationPath: Sendable, Hashable {
    /// The hub answered with a hold or a decline.
    case online
    /// The hub was wanted and could not be had: the offline policy decided.
    case offline(OfflineCause)
    /// The terminal refused by itself before it would ask anyone (for example a replayed code).
    case local
}

/// The answer to "may this debit happen?".
package enum Decision: Sendable, Hashable {
    case approved(AuthorizationPath)
    case declined(DeclineReason, AuthorizationPath)

    package var path: AuthorizationPath {
        switch self {
        case .approved(let path), .declined(_, let path): path
        }
    }

    package var isApproved: Bool { if case .approved = self { true } else { false } }

    /// `nil` when approved.
    package var reason: DeclineReason? { if case .declined(let reason, _) = self { reason } else { nil } }
}

/// What the hub said about a hold, as far as it was heard within the time budget.
package enum HubAnswer: Sendable, Hashable {
    /// The amount is held on `account`; `available` is the cash that is left after the hold. `subsidy` is the part of
    /// the amount that the subsidy purse pays; `nil` where the hub does not say, and the terminal splits by itself.
    case held(account: AccountID, available: Amount, subsidy: Amount? = nil)
    case declined(DeclineReason)
    case none(OfflineCause)
    /// The hub was not asked.
    case notAsked
}
