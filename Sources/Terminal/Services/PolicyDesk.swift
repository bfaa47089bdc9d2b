import ControlProtocol
import Payments

/// Explains the policy that is in force at this terminal.
package struct PolicyDesk: Sendable {
    private let ledger: any PolicyLedger
    private let clock: TrustedClock
    private let bootstrap: CampusPolicy
    private let merchant: MerchantID

    /// - Parameter bootstrap: what counts before the first delivered policy.
    package init(ledger: any PolicyLedger, clock: TrustedClock, bootstrap: CampusPolicy, merchant: MerchantID) {
        self.ledger = ledger
        self.clock = clock
        self.bootstrap = bootstrap
        self.merchant = merchant
    }

    /// What a person must see to: the campus has a newer policy, and this program cannot read it.
    package func alarm() async throws(LedgerError) -> ProblemMessage? {
        guard let version = try await ledger.policyNotUnderstood() else { return nil }
        let error = LedgerError(.policyNotUnderstood, detail: "version \(version)")
        return ProblemMessage(
            number: error.number, message: error.message,
            chinese: "校园策略第 \(version) 版本机程序不识别，仍执行旧策略，请升级本机程序")
    }

    /// The explanation.
    ///
    /// - Parameters:
    ///   - account: whose allowance is shown.
    ///   - cardClass: for which cards the rules are shown where no account is given.
    ///   - time: as if it were that time; `nil` for now.
    ///   - terminals: how many terminals are cut off at the same time, for the loss over all of them.
    package func explain(
        account: AccountID?, cardClass: ClassName?, at time: UnixTime?, terminals: Int
    ) async throws(LedgerError) -> PolicyExplanationMessage {
        let now = time ?? clock.now()
        var view = try await ledger.view(of: account, at: now)
        let policy = view.policy ?? bootstrap
        if let cardClass { view.terms.cardClass = cardClass }
        let scope = policy.scope(merchant: merchant, cardClass: view.terms.cardClass, now: now)
        let offline = policy.rules(in: scope).offline
        let shown = account.map { _ in
            PolicyExplanationMessage.Account(
                view,
                offline: PolicyExplanationMessage.Allowance(
                    amountFen: max(0, (offline.cardAmount - view.cardOffline.amount).fen),
                    count: max(0, offline.cardCount - view.cardOffline.count)))
        }
        var explanation = PolicyExplanationMessage(
            policy: policy, scope: scope, merchant: merchant, time: now, view: view,
            refusal: Self.refusal(policy.rules(in: scope), view: view, now: now), account: shown,
            terminals: terminals)
        explanation.alarm = try await alarm()
        return explanation
    }

    /// Why nothing would be approved alone now, whoever pays whatever.
    private static func refusal(_ rules: PolicyRules, view: LedgerView, now: UnixTime) -> DeclineReason? {
        let offline = rules.offline
        if !offline.permitted { return .offlineNotPermitted }
        if rules.meal.isRequired, view.policy?.openMeal(at: now) ?? 0 == 0 { return .outsideMeals }
        if !view.isClockTrusted { return .clockNotTrusted }
        guard let contact = view.lastHubContact, now.since(contact) <= offline.contactAge else {
            return .replicaTooOld
        }
        if let age = rules.unsentAge, let oldest = view.oldestUnsentOffline, now.since(oldest) > age {
            return .unsentTooOld
        }
        if view.terminalOffline.count >= offline.terminalCount { return .terminalOfflineCountExceeded }
        return view.terminalOffline.amount >= offline.terminalAmount ? .terminalOfflineAmountExceeded : nil
    }
}
