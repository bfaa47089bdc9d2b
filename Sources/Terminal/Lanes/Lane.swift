import Logging
import Payments

/// What a scan came to.
package enum CodeReading: Sendable {
    case verified(CodeEvidence)
    case problem(PresentationProblem)
}

/// How a lane does what its machine asks for.
package struct LanePorts: Sendable {
    /// Takes the card in the reader's field to the end of its part in the order. The transaction is the order's own
    /// whose outcome is not known.
    package var present: @Sendable (any CardReader, SaleOrder, LaneID, TransactionID?) async -> CardPresented
    /// Classifies and verifies a scan.
    package var verify: @Sendable ([UInt8]) -> CodeReading
    package var authorization: AuthorizationService
    package var clock: TrustedClock

    package init(
        present: @escaping @Sendable (any CardReader, SaleOrder, LaneID, TransactionID?) async -> CardPresented,
        verify: @escaping @Sendable ([UInt8]) -> CodeReading,
        authorization: AuthorizationService, clock: TrustedClock
    ) {
        self.present = present
        self.verify = verify
        self.authorization = authorization
        self.clock = clock
    }
}

/// One reader and/or scanner with its machine. Lanes share the journal and nothing else, so a fault of one device
/// never reaches another lane (promise 14).
package actor Lane {
    package nonisolated let id: LaneID
    let reader: (any CardReader)?
    private let scanner: (any CodeScanner)?
    private let ports: LanePorts
    private let armedFor: Duration
    private let logger: Logger

    private var machine = LaneMachine()
    private var isStopping = false
    private var lastWaiter = 0
    private var sales = SaleHistory()
    private var display = LaneDisplay.idle
    private var readerFault: CardReaderError?
    private var scannerFault: CodeScannerError?
    private var orderTimer: Task<Void, Never>?
    /// When the lane saw the payer of the sale being served, and how long card and reader have taken since.
    private var presentedAt = Duration.zero
    private var cardTime = Duration.zero
    /// Readers lent and taps recorded for ``CardInspection``.
    var inspection = CardInspectionState()
    private let work: AsyncStream<@Sendable () async -> Void>
    private let addWork: AsyncStream<@Sendable () async -> Void>.Continuation

    /// - Parameter armedFor: how long an amount waits for a payer.
    package init(
        id: LaneID, reader: (any CardReader)?, scanner: (any CodeScanner)?, ports: LanePorts, armedFor: Duration,
        logger: Logger
    ) {
        self.id = id
        self.reader = reader
        self.scanner = scanner
        self.ports = ports
        self.armedFor = armedFor
        var laneLogger = logger
        laneLogger[metadataKey: "lane"] = "\(id)"
        self.logger = laneLogger
        (work, addWork) = AsyncStream.makeStream()
    }

    /// Serves the lane until ``stop()``. The reading or decision under way is finished first.
    package func run() async {
        await withDiscardingTaskGroup { group in
            if let reader {
                group.addTask { for await event in reader.events { await self.readerReported(event) } }
            }
            if let scanner {
                group.addTask { for await event in scanner.events { await self.scannerReported(event) } }
            }
            // A group of its own: it ends when the reading or decision under way has ended, and only then are the
            // devices let go.
            await withDiscardingTaskGroup { steps in
                for await step in work { steps.addTask { await step() } }
            }
            group.cancelAll()
        }
        orderTimer?.cancel()
        await reader?.close()
        await scanner?.close()
    }

    // MARK: - The operator's side

    /// Arms the lane with an amount. The same order again is accepted and changes nothing.
    package func arm(_ order: SaleOrder) throws(LaneRefusal) {
        if let known = sales[order.reference] {
            guard known.order == order else { throw LaneRefusal(.referenceReused) }
            return
        }
        guard machine.isIdle, !isStopping, !inspection.isLent else { throw LaneRefusal(.laneBusy) }
        sales.add(order)
        handle(.armed(order))
    }

    /// Takes back a sale that nobody has paid yet.
    package func cancel(_ reference: SaleReference) throws(LaneRefusal) {
        guard let sale = sales[reference] else { throw LaneRefusal(.saleUnknown) }
        guard sale.outcome == nil else { return }
        handle(.cancelled)
        if sales[reference]?.outcome == nil, case .authorizing = display { throw LaneRefusal(.tooLateToCancel) }
    }

    /// What was ordered under the reference.
    package func order(of reference: SaleReference) throws(LaneRefusal) -> SaleOrder {
        guard let sale = sales[reference] else { throw LaneRefusal(.saleUnknown) }
        return sale.order
    }

    /// The outcome of a sale, waiting for it at most `limit`; `nil` while it is still being served.
    package func outcome(of reference: SaleReference, waitingAtMost limit: Duration) async throws(LaneRefusal)
        -> SaleOutcome?
    {
        guard let sale = sales[reference] else { throw LaneRefusal(.saleUnknown) }
        if let outcome = sale.outcome { return outcome }
        lastWaiter += 1
        let waiter = lastWaiter
        let timeout = Task {
            // Cancelled when the outcome came first; then there is nobody left to release.
            try? await Task.sleep(for: limit)
            self.sales.releaseWaiter(waiter, of: reference)
        }
        defer { timeout.cancel() }
        return await withCheckedContinuation { sales.addWaiter($0, number: waiter, to: reference) }
    }

    /// What the lane shows and how its devices are.
    package func status() -> LaneStatus {
        LaneStatus(
            lane: id, display: display, order: sales.open, hasCard: machine.hasCard,
            reader: reader.map { DeviceStatus(name: $0.name, fault: readerFault.map { "\($0)" }) },
            scanner: scanner.map { DeviceStatus(name: $0.name, fault: scannerFault.map { "\($0)" }) })
    }

    /// The PIN that a sale waits for; `nil` when it waits for none.
    func pinRequest(of reference: SaleReference) -> PINRequest? {
        guard case .enterPIN(_, let request) = display, sales.open?.reference == reference else { return nil }
        return request
    }

    /// The payer's own time is not the terminal's: a sale is timed anew from the PIN on.
    func resumeTiming() {
        presentedAt = ports.clock.uptime()
        cardTime = .zero
    }

    /// Whether no sale, no stop and no other inspection needs the reader.
    var canLendReader: Bool { machine.isIdle && !isStopping && !inspection.isLent }

    // MARK: - The devices' side

    private func readerReported(_ event: CardReaderEvent) {
        inspection.reported(event)
        switch event {
        case .available:
            if readerFault != nil { logger.notice("card reader is back") }
            readerFault = nil
            handle(.cardRemoved)
        case .inserted:
            readerFault = nil
            handle(.cardInserted)
        case .removed:
            handle(.cardRemoved)
        case .unavailable(let error):
            if readerFault != error { logger.warning("card reader: \(error)") }
            readerFault = error
            handle(.readerLost)
        }
    }

    private func scannerReported(_ event: CodeScannerEvent) {
        switch event {
        case .available:
            if scannerFault != nil { logger.notice("code scanner is back") }
            scannerFault = nil
        case .scanned(let bytes):
            let started = ports.clock.uptime()
            switch ports.verify(bytes) {
            case .verified(let evidence):
                presentedAt = started
                cardTime = .zero
                handle(.codeVerified(evidence))
            case .problem(let problem):
                handle(.codeRefused(problem))
            }
        case .discarded(let error):
            logger.warning("code scanner: \(error)")
            handle(
                .codeRefused(
                    PresentationProblem(number: error.number, english: error.message, chinese: "扫码数据无效")))
        case .unavailable(let error):
            if scannerFault != error { logger.warning("code scanner: \(error)") }
            scannerFault = error
        }
    }

    // MARK: - The machine

    func handle(_ event: LaneMachine.Event) {
        for action in machine.receive(event) { perform(action) }
        if isStopping && !machine.isBusy { addWork.finish() }
    }

    private func perform(_ action: LaneMachine.Action) {
        switch action {
        case .readCard(let order, let awaiting):
            presentedAt = ports.clock.uptime()
            addWork.yield { await self.readCard(order, awaiting) }
        case .authorize(let order, let instrument):
            addWork.yield { await self.authorize(order, instrument) }
        case .show(let new): show(new)
        case .finish(let reference, let outcome):
            logger.info("sale ended", metadata: ["outcome": "\(outcome.logText)"])
            sales.finish(reference, outcome)
        case .startOrderTimer(let reference):
            orderTimer?.cancel()
            orderTimer = Task { [armedFor] in
                do { try await Task.sleep(for: armedFor) } catch { return }
                self.handle(.orderExpired(reference))
            }
        case .cancelOrderTimer:
            orderTimer?.cancel()
            orderTimer = nil
        case .refuseOrder(let reference):
            sales.remove(reference)
        }
    }

    func show(_ new: LaneDisplay) {
        display = new
        if let signal = new.signal { reader?.signal(signal) }
    }

    private func readCard(_ order: SaleOrder, _ awaiting: TransactionID?) async {
        guard let reader else { return }
        let recorded = inspection.reader(for: reader, uptime: ports.clock.uptime)
        let presented = await ports.present(recorded, order, id, awaiting)
        let total = ports.clock.uptime() - presentedAt
        cardTime = presented.cardTime
        inspection.tapEnded(presented.reading.transcriptText)
        switch presented.reading {
        case .identified(let evidence): handle(.cardIdentified(evidence))
        case .decided(let concluded):
            let commit = concluded.commitTime
            handle(.cardDecided(concluded, SaleTiming(total: total, card: cardTime, hub: .zero, commit: commit)))
        case .unknown(let transaction, let problem):
            logger.warning("outcome not known: trace \(transaction.trace), E\(problem.number)")
            handle(.cardUnknown(transaction, problem))
        case .undetermined(let transaction):
            logger.warning("outcome left to the hub: trace \(transaction.trace)")
            handle(.cardUndetermined(transaction))
        case .pinWanted(let request, let awaiting): handle(.cardPINWanted(request, awaiting: awaiting))
        case .problem(let problem): handle(.cardFailed(problem))
        case .fault(let error):
            logger.critical("sale could not be stored: \(error)")
            handle(.decisionFailed(number: error.number, message: error.message))
        }
    }

    private func authorize(_ order: SaleOrder, _ instrument: Instrument) async {
        do throws(LedgerError) {
            switch try await ports.authorization.serve(order, instrument, lane: id) {
            case .decided(let concluded, let hubTime):
                let timing = SaleTiming(
                    total: ports.clock.uptime() - presentedAt, card: cardTime, hub: hubTime,
                    commit: concluded.commitTime)
                handle(.decided(concluded, timing))
            case .pinWanted(let request):
                handle(.pinWanted(request))
                // A lane that ends waits for nobody any more.
                if isStopping { handle(.cancelled) }
            }
        } catch {
            logger.critical("sale could not be stored: \(error)")
            handle(.decisionFailed(number: error.number, message: error.message))
        }
    }

    /// Ends ``run()``: takes back an amount that nobody has paid, and lets a reading or decision under way come to its
    /// end first, so that every sale has an outcome.
    package func stop() {
        isStopping = true
        handle(.cancelled)
    }
}

extension SaleOutcome {
    /// For the log: decision, reason and times, nothing about the payer.
    fileprivate var logText: String {
        switch self {
        case .decided(let concluded, let timing):
            "\(concluded.decision.reason?.name ?? "approved") trace \(concluded.record.transaction.trace) "
                + "\(timing.total.wholeMilliseconds) ms"
        case .cancelled: "cancelled"
        case .expired: "expired"
        case .unknown(let transaction): "unknown trace \(transaction.trace)"
        case .fault(let number, _): "fault E\(number)"
        }
    }
}
