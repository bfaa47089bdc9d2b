import Payments

/// A transaction whose end waits to be stored.
struct PendingConclusion: Sendable {
    enum Work: Sendable {
        case sale(AuthorizationRequest, hub: HubAnswer, authorizer: Authorizer)
        case void(TransactionID)
    }

    let work: Work
    let now: UnixTime

    var transaction: TransactionID {
        switch work {
        case .sale(let request, _, _): request.transaction
        case .void(let transaction): transaction
        }
    }
}
