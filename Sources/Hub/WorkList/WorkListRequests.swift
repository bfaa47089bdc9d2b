import Payments

/// Which exceptions to list.
package struct ExceptionSearch: Sendable, Hashable {
    package var state: ExceptionFilter
    package var kind: ExceptionKind?
    package var terminal: TerminalID?
    /// Part of the name of who took it.
    package var assignee: String?

    package init(
        state: ExceptionFilter = .open, kind: ExceptionKind? = nil, terminal: TerminalID? = nil,
        assignee: String? = nil
    ) {
        self.state = state
        self.kind = kind
        self.terminal = terminal
        self.assignee = assignee
    }
}

/// How an exception is closed.
package struct ExceptionClosing: Sendable, Hashable {
    package var note: String
    package var resolution: ExceptionResolution
    package var adjustment: Int64?

    package init(note: String, resolution: ExceptionResolution = .explained, adjustment: Int64? = nil) {
        self.note = note
        self.resolution = resolution
        self.adjustment = adjustment
    }
}

/// `POST /operator/v1/exceptions/{exception}/assign`.
package struct ExceptionAssignment: Codable, Sendable, Hashable {
    /// Who takes it, up to ``HubLimits/nameBytes`` bytes; absent: nobody, it goes back to the open ones.
    package var assignee: String?

    package init(assignee: String? = nil) { self.assignee = assignee }
}

/// `POST /operator/v1/exceptions/{exception}/notes`: what was found until now; the exception stays as it is.
package struct ExceptionFinding: Codable, Sendable, Hashable {
    /// 1 to ``HubLimits/noteBytes`` bytes.
    package var note: String

    package init(note: String) { self.note = note }
}

/// `POST /operator/v1/exceptions/{exception}/reopen`.
package struct ExceptionReopening: Codable, Sendable, Hashable {
    /// Why, 1 to ``HubLimits/noteBytes`` bytes.
    package var note: String

    package init(note: String) { self.note = note }
}

/// `POST /operator/v1/contests`: somebody says that a sale was not so (争议).
package struct ContestRequest: Codable, Sendable, Hashable {
    package var transaction: TransactionID
    /// What is said, 1 to ``HubLimits/noteBytes`` bytes.
    package var note: String

    package init(transaction: TransactionID, note: String) {
        self.transaction = transaction
        self.note = note
    }
}

/// One act on an exception.
package struct ExceptionEvent: Codable, Sendable, Hashable {
    /// What was done.
    package enum Act: String, Codable, Sendable, CaseIterable {
        case contested, assigned, noted, closed, reopened
    }

    package var atMilliseconds: Int64
    /// Who did it.
    package var by: String
    package var act: Act
    package var text: String
}

/// An exception with what was done about it, oldest first.
package struct ExceptionReport: Codable, Sendable, Hashable {
    package var summary: ExceptionSummary
    package var history: [ExceptionEvent]
}
