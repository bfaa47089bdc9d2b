import Hub
import HubProtocol
import Payments

/// Compares a hub's books with what it answered (promises 2, 3, 4, 5, 9 and 12).
package struct HubChecks: Sendable {
    private let store: any HubStore
    private let now: UnixTime
    private var witness: HubWitness
    private var findings: [CheckFinding] = []

    private init(_ store: any HubStore, _ witness: HubWitness, now: UnixTime) {
        self.store = store
        self.witness = witness
        self.now = now
    }

    /// Asks everything again that was ever asked, which must change nothing that was confirmed, and then looks at the
    /// books. Nothing else may use the store meanwhile.
    ///
    /// - Parameters:
    ///   - rules: of the holds, as when they were asked for.
    ///   - isComplete: whether all records of the terminal were delivered, so that no hold may be active any more.
    /// - Returns: what is wrong; empty when every promise holds.
    package static func findings(
        in store: any HubStore, against witness: HubWitness, rules: HoldRules, now: UnixTime, isComplete: Bool
    ) async throws -> [CheckFinding] {
        var checks = HubChecks(store, witness, now: now)
        let acknowledged = try await store.registerJournal(
            witness.journal, publicKey: witness.publicKey, claim: nil, terminal: witness.terminal, now: now)
        checks.witness.heard(acknowledged)
        try await checks.askAgain(rules)
        try await checks.balances(through: acknowledged, isComplete: isComplete)
        try await checks.feed()
        let books = try await store.checkBooks()
        for finding in books.findings { checks.findings.append(CheckFinding(3, finding)) }
        if books.trialBalance.reduce(0, { $0 + $1.balanceFen }) != 0 {
            checks.findings.append(CheckFinding(3, "the trial balance is not zero"))
        }
        if books.records != Int64(acknowledged.sequence) {
            checks.findings.append(CheckFinding(2, "the hub has \(books.records) records"))
        }
        return checks.findings + checks.witness.findings
    }

    /// A repeated request gets the answer that it got before.
    private mutating func askAgain(_ rules: HoldRules) async throws {
        // Looked for first: asking again would make a lost one anew.
        let stored = try await store.holds(account: nil, activeOnly: false, PageRequest(limit: HubLimits.pageItems))
        let known = Set(stored.items.map(\.transaction))
        for hold in witness.holds.values where !known.contains(hold.terms.transaction) {
            if case .held = hold.verdict { add(12, "a hold that was granted is not there") }
        }
        for hold in witness.holds.values.sorted(by: { $0.terms.transaction.trace < $1.terms.transaction.trace }) {
            let verdict = try await store.placeHold(
                hold.terms, HoldCircumstances(), terminal: witness.terminal, rules: rules, now: now)
            witness.heard(verdict, about: hold.terms.transaction)
        }
        for topUp in witness.topUps.values.sorted(by: { $0.request.reference < $1.request.reference }) {
            witness.heard(try await store.topUp(topUp.request, now: now))
        }
    }

    /// Promises 2, 3 and 4: every top-up and every record once, no hold after its record.
    private mutating func balances(through acknowledged: Acknowledgement, isComplete: Bool) async throws {
        var expected: [AccountID: Int64] = [:]
        for topUp in witness.topUps.values { expected[topUp.request.account, default: 0] += topUp.request.amountFen }
        for record in witness.records where record.sequence <= acknowledged.sequence {
            for entry in record.posting?.entries ?? [] {
                if case .cardholder(let account) = entry.account { expected[account, default: 0] += entry.amount.fen }
            }
        }
        for account in witness.accounts.union(expected.keys) {
            guard let summary = try await found(account) else { continue }
            if summary.balanceFen != expected[account] ?? 0 {
                add(3, "an account is at \(summary.balanceFen) fen, not at \(expected[account] ?? 0)")
            }
            if isComplete, summary.heldFen != 0 { add(4, "\(summary.heldFen) fen are held after every record came") }
        }
    }

    private mutating func found(_ account: AccountID) async throws -> AccountSummary? {
        do {
            return try await store.account(account)
        } catch let refusal as HubRefusalError where refusal.refusal == .notFound {
            add(12, "an account that was opened is not there")
            return nil
        }
    }

    /// Promise 9: the hot list is in the feed.
    private mutating func feed() async throws {
        let page = try await store.changes(after: 0, limit: 2000, terminal: witness.terminal, now: now)
        let listed = Set(page.changes.compactMap(\.hotList).filter { $0.reason != nil }.map(\.card))
        for card in witness.lostCards where !listed.contains(card) {
            add(9, "a card that was reported lost is not on the hot list")
        }
    }

    private mutating func add(_ promise: Int, _ text: String) { findings.append(CheckFinding(promise, text)) }
}
