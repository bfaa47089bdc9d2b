import GRDB
import HubProtocol
import Payments
import Terminal

/// What the ledger knows about the payer of one request: the view for the authorizer, and the account that the record
/// names.
struct PayerKnowledge {
    var view = LedgerView()
    /// The account to which the instrument belongs; set also when the replica has no row for it.
    var account: AccountID?
    /// The account's totals up to its newest record.
    private(set) var use: AccountUse?

    init(
        _ database: Database, _ instrument: Instrument, standing: Standing, policy: PolicyKnowledge
    ) throws {
        switch instrument {
        case .card(let evidence):
            let card = try ReplicaTables.card(database, evidence.card)
            view.card = card?.status
            if standing.hotList.mayContain(evidence.card) {
                view.hotListed = try HotListTable.reason(database, evidence.card)
            }
            account = card?.account
        case .code(let evidence):
            view.codeUsed = try ReplicaTables.redemption(database, evidence.reference) != nil
            account = evidence.account
        }
        try fill(database, standing: standing, policy: policy)
    }

    /// What is known of an account, or of the terminal alone, without anything presented.
    init(_ database: Database, account: AccountID?, standing: Standing, policy: PolicyKnowledge) throws {
        self.account = account
        try fill(database, standing: standing, policy: policy)
    }

    private mutating func fill(_ database: Database, standing: Standing, policy: PolicyKnowledge) throws {
        view.terminalOffline = standing.unsent.offline
        view.lastHubContact = standing.row.lastHubContact
        view.lastRecord = standing.row.newestDecision
        let row = try account.flatMap { try ReplicaTables.account(database, $0) }
        view.oldestUnsentOffline = standing.unsent.oldestOffline
        let (asOf, acknowledged) = (row?.asOf ?? 0, standing.row.acknowledged.sequence)
        use = try policy.fill(&view, database, account: account, asOf: asOf, acknowledged: acknowledged)
        guard let account, let use else { return }
        let debits = try ReplicaTables.uncontained(database, last: use, after: asOf, acknowledged: acknowledged)
        view.cardOffline = debits.offline
        view.undelivered = debits.undelivered
        view.undeliveredSubsidy = debits.undeliveredSubsidy
        if let row {
            view.subsidy = SubsidyBalance(
                available: row.subsidy - debits.subsidy, expiresAt: row.subsidyExpires)
        }
        view.account = row.map {
            LedgerView.Account(id: account, status: $0.status, available: $0.balance - debits.cash)
        }
    }

    /// The record's account: the hub's where the hub decided by holding, otherwise the replica's.
    func payer(_ decision: Decision, hub: HubAnswer) -> AccountID? {
        if case .online = decision.path, case .held(let account, _, _) = hub { account } else { account }
    }

    /// What is left for the payer after the decision.
    ///
    /// - Parameter cash: what the cash purse pays.
    func available(_ decision: Decision, hub: HubAnswer, cash: Amount) -> Amount? {
        switch (decision, hub) {
        case (.approved(.online), .held(_, let available, _)): available
        case (.approved, _): view.account.map { $0.available - cash }
        case (.declined, _): view.account?.available
        }
    }
}
