import Payments
import Terminal

/// One lane of a terminal in virtual time: the real lane machine, and what the daemon's lane does for it.
@SimulationActor final class CampusLane {
    /// What a payer holds out.
    enum Payment {
        case card(CardEvidence)
        case purse(CampusReader)
        case code([UInt8])
    }

    /// How a visit at the lane ended.
    enum Result {
        /// The order has its outcome.
        case ended(SaleOutcome)
        /// The order stands, and the payer may try again.
        case waiting
        /// The lane serves somebody else.
        case busy
    }

    let id: LaneID
    private var machine = LaneMachine()
    private var outcomes: [SaleReference: SaleOutcome] = [:]
    private var payment: Payment?
    /// Whether somebody stands at the lane.
    var isTaken = false

    init(number: Int) {
        guard let id = LaneID(text: "lane-\(number)") else { fatalError("a constant of the simulation is a lane") }
        self.id = id
    }

    /// What the same order ended with before, as the daemon's lane remembers it while it runs.
    func outcome(of reference: SaleReference) -> SaleOutcome? { outcomes[reference] }

    /// Arms the lane with the order; `false` when it is busy.
    func arm(_ order: SaleOrder, _ life: TerminalLife) async -> Bool {
        guard machine.isIdle else { return false }
        await handle(.armed(order), life)
        return true
    }

    /// The payer presents something, and takes it away again.
    func present(_ payment: Payment, for order: SaleOrder, _ life: TerminalLife) async -> Result {
        self.payment = payment
        switch payment {
        case .card, .purse:
            await handle(.cardInserted, life)
            await handle(.cardRemoved, life)
        case .code(let scan):
            switch life.verification.verify(scan) {
            case .verified(let evidence): await handle(.codeVerified(evidence), life)
            case .problem(let problem): await handle(.codeRefused(problem), life)
            }
        }
        return outcomes[order.reference].map(Result.ended) ?? .waiting
    }

    /// Nobody pays any more.
    func expire(_ order: SaleOrder, _ life: TerminalLife) async -> SaleOutcome? {
        await handle(.orderExpired(order.reference), life)
        return outcomes[order.reference]
    }

    private func handle(_ event: LaneMachine.Event, _ life: TerminalLife) async {
        for action in machine.receive(event) {
            switch action {
            case .readCard(let order, let awaiting): await read(order, awaiting, life)
            case .authorize(let order, let instrument): await authorize(order, instrument, life)
            case .finish(let reference, let outcome): outcomes[reference] = outcome
            case .show, .startOrderTimer, .cancelOrderTimer, .refuseOrder: break
            }
        }
    }

    private func read(_ order: SaleOrder, _ awaiting: TransactionID?, _ life: TerminalLife) async {
        switch payment {
        case .card(let evidence): await handle(.cardIdentified(evidence), life)
        case .purse(let reader):
            let presented = await life.presentation.present(reader.port, for: order, lane: id, awaiting: awaiting)
            await handle(Self.event(presented), life)
        case .code, nil: fatalError("a lane reads a card only after one was put down")
        }
    }

    private static func event(_ presented: CardPresented) -> LaneMachine.Event {
        switch presented.reading {
        case .identified(let evidence): .cardIdentified(evidence)
        case .decided(let concluded):
            .cardDecided(
                concluded,
                SaleTiming(total: presented.cardTime, card: presented.cardTime, hub: .zero, commit: .zero))
        case .unknown(let transaction, let problem): .cardUnknown(transaction, problem)
        case .undetermined(let transaction): .cardUndetermined(transaction)
        case .pinWanted(let request, let awaiting): .cardPINWanted(request, awaiting: awaiting)
        case .problem(let problem): .cardFailed(problem)
        case .fault(let error): .decisionFailed(number: error.number, message: error.message)
        }
    }

    private func authorize(_ order: SaleOrder, _ instrument: Instrument, _ life: TerminalLife) async {
        do throws(LedgerError) {
            let (concluded, hubTime) = try await life.authorization.authorize(order, instrument, lane: id)
            await handle(
                .decided(concluded, SaleTiming(total: hubTime, card: .zero, hub: hubTime, commit: .zero)), life)
        } catch {
            await handle(.decisionFailed(number: error.number, message: error.message), life)
        }
    }
}
