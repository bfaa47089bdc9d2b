import CrashPoints
import HubProtocol
import Payments
import Synchronization

/// Takes one payment to its durable decision: mint, ask the hub within the budget, decide and store.
package final class AuthorizationService: Sendable {
    private let journal: any PaymentJournal
    private let policies: (any PolicyLedger)?
    private let hub: any HubGateway
    private let clock: TrustedClock
    private let authorizer: Authorizer
    private let merchant: MerchantID
    private let hubBudget: Duration
    private let selectionSeed: UInt64
    private let recorded: @Sendable () -> Void
    /// Numbers whose decision could not be stored; they are voided as soon as the journal can be written again.
    private let abandoned = Mutex<[TransactionID]>([])

    /// - Parameters:
    ///   - policies: says how PINs are checked; `nil` where no account has one.
    ///   - hubBudget: how long a tap waits for the hub before the terminal decides alone.
    ///   - selectionSeed: fixes the lots of the random online selection for the life of the process.
    ///   - recorded: called after each new record, so that it is sent at once.
    package init(
        journal: any PaymentJournal, policies: (any PolicyLedger)? = nil, hub: any HubGateway, clock: TrustedClock,
        authorizer: Authorizer,
        merchant: MerchantID, hubBudget: Duration, selectionSeed: UInt64 = 0,
        recorded: @escaping @Sendable () -> Void
    ) {
        self.journal = journal
        self.policies = policies
        self.hub = hub
        self.clock = clock
        self.authorizer = authorizer
        self.merchant = merchant
        self.hubBudget = hubBudget
        self.selectionSeed = selectionSeed
        self.recorded = recorded
    }

    /// What one step of a sale came to.
    package enum Step: Sendable {
        /// Decided and on disk. `hubTime` is how long the hub was waited for.
        case decided(ConcludedTransaction, hubTime: Duration)
        /// The sale needs the payer's PIN: none was entered, or a wrong one, whose refusal is on disk.
        case pinWanted(PINRequest)
    }

    /// Decides and stores, unless the payer must enter a PIN first. Each wrong PIN is a refused transaction of its own
    /// (promise 2), and the sale goes on as long as the PIN may be tried.
    package func serve(
        _ order: SaleOrder, _ instrument: Instrument, lane: LaneID
    ) async throws(LedgerError) -> Step {
        let view = try await journal.view(of: instrument)
        let now = clock.now()
        let amount = authorizer.charge(order.amount, merchant: merchant, view: view, now: now)
        if order.pin == nil, authorizer.wantsPIN(amount, instrument, merchant: merchant, view: view, now: now) {
            return .pinWanted(PINRequest(.account, attemptsLeft: view.terms.pinAttemptsLeft))
        }
        let (concluded, hubTime) = try await decide(order, instrument, lane: lane, view: view)
        let reason = concluded.decision.reason
        // The hub asks for a PIN where it knows of sales, or of a policy, that have not come here yet.
        guard reason == .pinWrong || (reason == .pinRequired && order.pin == nil && view.terms.hasPIN) else {
            return .decided(concluded, hubTime: hubTime)
        }
        let left = try await journal.view(of: instrument).terms.pinAttemptsLeft
        guard left > 0 else { return .decided(concluded, hubTime: hubTime) }
        return .pinWanted(PINRequest(.account, attemptsLeft: left, isRepeated: reason == .pinWrong))
    }

    /// Decides and stores. When this returns, the decision is on disk (promise 1).
    ///
    /// - Returns: the stored decision, and how long the hub was waited for.
    package func authorize(
        _ order: SaleOrder, _ instrument: Instrument, lane: LaneID
    ) async throws(LedgerError) -> (ConcludedTransaction, hubTime: Duration) {
        try await decide(order, instrument, lane: lane, view: try await journal.view(of: instrument))
    }

    private func decide(
        _ order: SaleOrder, _ instrument: Instrument, lane: LaneID, view: LedgerView
    ) async throws(LedgerError) -> (ConcludedTransaction, hubTime: Duration) {
        let transaction = try await journal.mint()
        CrashPoint.numberTaken.reach()
        do throws(LedgerError) {
            let amount = authorizer.charge(order.amount, merchant: merchant, view: view, now: clock.now())
            var request = AuthorizationRequest(
                transaction: transaction, amount: amount, instrument: instrument, merchant: merchant, lane: lane)
            request.selectionSeed = selectionSeed
            let pinVersion: UInt64?
            (request.pin, pinVersion) = try await checked(order.pin, view: view)
            let started = clock.uptime()
            var answer = HubAnswer.notAsked
            if authorizer.refusal(request, view: view, now: clock.now()) == nil {
                let hold = HoldRequest(request, view: view, pinVersion: pinVersion)
                answer = await hub.hold(hold, budget: hubBudget)
                CrashPoint.hubAnswered.reach()
            }
            let hubTime = clock.uptime() - started
            let concluded = try await journal.conclude(
                request, hub: answer, authorizer: authorizer, now: clock.now())
            recorded()
            return (concluded, hubTime)
        } catch {
            abandon(transaction)
            throw error
        }
    }

    /// Checks the payer's PIN, before the decision and outside its commit, because the check is slow on purpose. A
    /// locked PIN is not checked: nobody shall learn from it whether it was right.
    ///
    /// - Returns: what became of it, and the version of the PIN that was entered rightly.
    private func checked(
        _ pin: AccountPIN?, view: LedgerView
    ) async throws(LedgerError) -> (PINResult, version: UInt64?) {
        guard let pin, let account = view.account?.id, let policies else { return (.notEntered, nil) }
        guard let told = try await policies.pinVerifier(of: account), let verifier = PINHash(told) else {
            return (.notEntered, nil)
        }
        if view.terms.isPINLocked { return (.wrong, nil) }
        return pin.matches(verifier) ? (.correct, told.version) : (.wrong, nil)
    }

    /// Takes a number that will never have a record; it is voided as soon as the journal can be written again.
    package func abandon(_ transaction: TransactionID) { abandoned.withLock { $0.append(transaction) } }

    /// Writes the voids that are still owed. Called by the sync service; a failure keeps them for the next time.
    package func voidAbandoned() async throws(LedgerError) {
        while let transaction = abandoned.withLock({ $0.first }) {
            do throws(LedgerError) {
                try await journal.void(transaction, now: clock.now())
                recorded()
            } catch  where error.code == .transactionNotOpen || error.code == .intentMismatch {
                // The commit had succeeded after all. The record is there; or the intent is, which the next opening of
                // the journal turns into an unknown record. Nothing is owed, and the others must not wait for it.
            }
            abandoned.withLock { $0.removeAll { $0 == transaction } }
        }
    }
}
