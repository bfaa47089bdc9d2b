import Payments

/// Why the hub refused a request. The number is stable; the HTTP status only groups.
package enum HubRefusal: Int, Sendable, CaseIterable, Codable {
    case malformedRequest = 4101
    case bodyTooLarge = 4102
    case unauthenticated = 4103
    case terminalNotPermitted = 4104
    /// The journal is not the one that this terminal registered: a replaced disk or a cloned terminal.
    case journalUnknown = 4105
    /// A record does not follow from the one before it.
    case chainBroken = 4106
    /// Records are missing between the last acknowledged one and the first of the batch.
    case gap = 4107
    /// A record was sent again with other content: an edited journal or a restored image.
    case contentChanged = 4108
    case signatureInvalid = 4109
    case batchTooLarge = 4110
    case notFound = 4111
    /// The transaction id was used before for something else.
    case transactionReused = 4112
    case alreadyExists = 4113
    case notPermittedInThisState = 4114
    /// A business day cannot be closed before its cut-over.
    case dayNotOver = 4161
    /// Who proposed it cannot decide it.
    case secondPersonNeeded = 4162
    /// The hub cannot tell who asks.
    case operatorUnknown = 4163
    /// The request needs a certificate that the hub knows.
    case certificateRequired = 4151
    case certificateRevoked = 4152
    /// With an expired certificate a terminal may deliver its journal and renew, nothing else.
    case certificateExpired = 4153
    case enrolmentCodeWrong = 4154
    /// The right code, but used, expired, or locked after too many wrong ones.
    case enrolmentCodeSpent = 4155
    case certificateRequestInvalid = 4156
    /// The hub keeps no changes from so far back: the terminal fetches a snapshot.
    case cursorTooOld = 4170
    /// The terminal's journal is behind, or beside, what the hub has of it: an image was restored.
    case journalForked = 4171
    /// Two machines work with one identity and one journal.
    case terminalCloned = 4172
    /// A policy document that is not valid.
    case policyInvalid = 4131
    /// A policy document whose version is not above the newest.
    case policyNotNewer = 4132
    case hubFault = 4190

    /// The HTTP status under which the refusal travels.
    package var httpStatus: Int {
        switch self {
        case .malformedRequest, .chainBroken, .signatureInvalid, .policyInvalid: 400
        case .unauthenticated: 401
        case .terminalNotPermitted, .secondPersonNeeded, .operatorUnknown: 403
        case .notFound: 404
        case .journalUnknown, .gap, .contentChanged, .transactionReused, .alreadyExists, .notPermittedInThisState,
            .dayNotOver, .journalForked, .terminalCloned, .policyNotNewer:
            409
        case .cursorTooOld: 410
        case .bodyTooLarge, .batchTooLarge: 413
        case .certificateRequestInvalid: 400
        case .certificateRequired: 401
        case .certificateRevoked, .certificateExpired, .enrolmentCodeWrong, .enrolmentCodeSpent: 403
        case .hubFault: 500
        }
    }
}

/// The body of every answer that is not a success.
package struct RefusalMessage: Codable, Sendable, Hashable {
    /// `E4106`.
    package var code: String
    /// One sentence for a person; no personal data.
    package var message: String
    /// With ``HubRefusal/gap`` and ``HubRefusal/contentChanged``: what the hub has.
    package var acknowledged: Acknowledgement?
    /// How long the terminal should wait before it asks again; absent where the terminal decides.
    package var retryAfterMilliseconds: Int64?

    package init(_ refusal: HubRefusal, message: String, acknowledged: Acknowledgement? = nil) {
        code = "E\(refusal.rawValue)"
        self.message = message
        self.acknowledged = acknowledged
    }

    /// The refusal, `nil` for a number that this version does not know.
    package var refusal: HubRefusal? { Int(code.dropFirst()).flatMap(HubRefusal.init(rawValue:)) }
}
