import GRDB
import HubProtocol
import Payments
import Terminal

extension SQLiteLedger: PolicyLedger {
    /// The delivered policies; read from the file once after each change.
    func policies() throws(LedgerError) -> PolicyShelf {
        if let policyShelf { return policyShelf }
        let shelf = try read { try PolicyTable.shelf($0) }
        policyShelf = shelf
        return shelf
    }

    /// What the policy asks now, or at another time.
    func policyKnowledge(at time: UnixTime? = nil) throws(LedgerError) -> PolicyKnowledge {
        let point = clock?.point()
        let now = time ?? point?.time ?? standing.row.newestDecision ?? standing.row.lastHubContact
        return PolicyKnowledge(shelf: try policies(), point: point, now: now ?? UnixTime(milliseconds: 0))
    }

    package func policy(at now: UnixTime) throws(LedgerError) -> CampusPolicy? { try policies().inForce(at: now) }

    package func policyNotUnderstood() throws(LedgerError) -> UInt64? { try policies().notUnderstood }

    package func pinVerifier(of account: AccountID) throws(LedgerError) -> AccountTermsMessage.PIN? {
        try read { try AccountTermsTable.terms($0, of: account)?.pin }
    }

    package func account(of card: CardID) throws(LedgerError) -> AccountID? {
        try read { try ReplicaTables.card($0, card)?.account }
    }

    package func view(of account: AccountID?, at now: UnixTime) throws(LedgerError) -> LedgerView {
        let knowledge = try policyKnowledge(at: now)
        return try read { database in
            try PayerKnowledge(database, account: account, standing: standing, policy: knowledge).view
        }
    }
}
