import Payments
import SmartCards

/// Takes the card in a reader's field to the end of its part in an order: who it is, and where its own purse pays,
/// the durable record of that. Drives card machines over the reader and the secure module.
package struct CardPresentation: Sendable {
    private let profiles: [CardProfile]
    private let terminal: TerminalID
    private let secureModule: (any SecureModule)?
    private let purse: PurseService
    private let clock: TrustedClock
    private let timeZoneOffset: Int64
    private let windows: ServiceWindows

    /// - Parameters:
    ///   - profiles: in the order in which they are tried.
    ///   - timeZoneOffset: seconds east of UTC of the time that cards log.
    ///   - windows: when meals are served, in that time: what a compound purchase counts in.
    package init(
        profiles: [CardProfile], terminal: TerminalID, secureModule: (any SecureModule)?, purse: PurseService,
        clock: TrustedClock, timeZoneOffset: Int64, windows: ServiceWindows = ServiceWindows()
    ) {
        self.profiles = profiles
        self.terminal = terminal
        self.secureModule = secureModule
        self.purse = purse
        self.clock = clock
        self.timeZoneOffset = timeZoneOffset
        self.windows = windows
    }

    /// How often a card is asked again at once after an exchange with it broke. A card at the edge of the field comes
    /// and goes faster than the service looks, so no new insertion may be reported for it. Before the intent nothing
    /// has moved, and after it the card is only asked what became of it. A PIN is not tried again by itself: a wrong
    /// one would cost all the attempts that the card allows.
    private static let retryMaximum = 2

    /// Takes the card, asks it, and lets it go powered off, so that the next tap starts fresh.
    ///
    /// - Parameter awaiting: the order's transaction whose outcome is not known: only its card is served.
    package func present(
        _ reader: any CardReader, for order: SaleOrder, lane: LaneID, awaiting: TransactionID?
    ) async -> CardPresented {
        var awaiting = awaiting
        var last: CardReading?
        var cardTime = Duration.zero
        for _ in 0...Self.retryMaximum {
            let started = clock.uptime()
            if let error = await connect(reader) {
                // What broke first says more than that the card is gone now.
                return CardPresented(reading: last ?? .problem(PresentationProblem(error)), cardTime: cardTime)
            }
            let connected = clock.uptime()
            let tap = CardTap(presentation: self, reader: reader, order: order, lane: lane, awaiting: awaiting)
            let served = await tap.serve()
            let ended = clock.uptime()
            await reader.disconnect(.powerOff)
            cardTime += connected - started + served.cardTime + clock.uptime() - ended
            if served.isPINInDoubt { return CardPresented(reading: served.reading, cardTime: cardTime) }
            switch served.reading {
            case .unknown(let transaction, _): awaiting = transaction
            case .problem where served.isBroken: break
            default: return CardPresented(reading: served.reading, cardTime: cardTime)
            }
            last = served.reading
        }
        return CardPresented(
            reading: last ?? .problem(PresentationProblem(CardReaderError(.communication))), cardTime: cardTime)
    }

    private func connect(_ reader: any CardReader) async -> CardReaderError? {
        do throws(CardReaderError) {
            try await reader.connect()
            return nil
        } catch {
            return error
        }
    }

    /// Local date and time, as cards log them.
    private var time: CalendarTime { CalendarTime(clock.now(), offset: timeZoneOffset) }

    /// One connection with the card.
    private struct CardTap {
        let presentation: CardPresentation
        let reader: any CardReader
        let order: SaleOrder
        let lane: LaneID
        let awaiting: TransactionID?

        private var purse: PurseService { presentation.purse }

        /// Serves the order. A card with an open transaction is asked about that first, and then pays afresh unless
        /// that was this order.
        func serve() async -> Served {
            let paid = await pay(awaiting: awaiting)
            guard let open = paid.open else { return paid.served }
            var recovered = await recover(open.transaction, profile: open.profile)
            recovered.served.cardTime += paid.served.cardTime
            if recovered.isEnd { return recovered.served }
            // The open transaction is out of the way, and with it whatever the order waited for.
            var again = await pay(awaiting: nil).served
            again.cardTime += recovered.served.cardTime
            return again
        }

        /// What came of one connection.
        struct Served {
            var reading: CardReading
            /// Whether the link to the card broke.
            var isBroken: Bool
            /// Whether the card may have counted a PIN whose answer is lost.
            var isPINInDoubt: Bool
            /// Time that card and secure module took.
            var cardTime: Duration

            init(_ reading: CardReading, _ driver: CardDriver) {
                self.reading = reading
                isBroken = driver.isBroken
                isPINInDoubt = driver.isPINInDoubt
                cardTime = driver.cardTime
            }
        }

        private func driver(awaiting: TransactionID?) -> CardDriver {
            CardDriver(
                reader: reader, secureModule: presentation.secureModule,
                desk: PurseDesk(service: purse, order: order, lane: lane, awaiting: awaiting),
                uptime: presentation.clock.uptime)
        }

        // MARK: - A payment

        private typealias Open = (transaction: OpenCardTransaction, profile: CardProfile)

        private func pay(awaiting: TransactionID?) async -> (served: Served, open: Open?) {
            if case .load(let pin) = order.kind { return await load(pin, awaiting: awaiting) }
            let time = presentation.time
            var probe = CardProbe(
                profiles: presentation.profiles, amount: UInt32(order.amount.fen), terminal: presentation.terminal,
                time: time, window: presentation.windows.open(at: time), dialect: reader.valueDialect)
            var driver = driver(awaiting: awaiting)
            let outcome = await driver.run(&probe)
            if case .stopped = outcome, case .open(let open, _) = driver.desk.stop, let profile = probe.profile {
                return (Served(.problem(.sameCardNeeded), driver), (open, profile))
            }
            return (Served(await reading(outcome, driver, awaiting: awaiting), driver), nil)
        }

        private func reading(
            _ outcome: CardProbe.Outcome, _ driver: CardDriver, awaiting: TransactionID?
        ) async -> CardReading {
            switch outcome {
            case .identified(let card):
                return awaiting == nil ? .identified(card.evidence) : .problem(.sameCardNeeded)
            case .paid(let payment): return await paid(payment, driver.desk)
            case .uncertain(let payment, let uncertainty):
                return await uncertain(payment, PresentationProblem(uncertainty), driver.desk)
            case .stopped: return await stopped(driver.desk)
            case .refused(let refusal):
                if let declined = await declined(refusal, driver.desk) { return declined }
                return .problem(driver.problem(refusal))
            }
        }

        private func paid(_ payment: CardPayment, _ desk: PurseDesk) async -> CardReading {
            let (transaction, sale) = intended(payment, desk)
            do throws(LedgerError) {
                let stored = try await purse.conclude(transaction, .approved, sale)
                return .decided(
                    ConcludedTransaction(
                        record: stored.record, decision: .approved(.local), available: sale.purseBalanceAfter,
                        commitTime: stored.commitTime))
            } catch {
                // The card has paid, and green must be durable: the card is asked again when the journal works.
                return .unknown(transaction, PresentationProblem(error))
            }
        }

        private func uncertain(
            _ payment: CardPayment, _ problem: PresentationProblem, _ desk: PurseDesk
        ) async -> CardReading {
            let (transaction, sale) = intended(payment, desk)
            do throws(LedgerError) {
                _ = try await purse.conclude(transaction, .unknown, sale)
            } catch {
                // Owed by the service. The intent is durable, so nothing is lost by going on.
            }
            return .unknown(transaction, problem)
        }

        private func intended(
            _ payment: CardPayment, _ desk: PurseDesk
        ) -> (transaction: TransactionID, sale: JournalRecord.Sale) {
            guard let intended = desk.intended else { fatalError("a card paid without an intent") }
            return (
                intended.transaction,
                purse.sale(
                    order, lane: lane, card: payment.card, evidence: payment.evidence,
                    account: desk.granted?.account)
            )
        }

        private func stopped(_ desk: PurseDesk) async -> CardReading {
            switch desk.stop {
            case .otherCard: return .problem(.sameCardNeeded)
            case .journalFailed(let error): return .fault(error)
            case .declined(let reason, let card):
                return await decline(reason, purse.sale(order, lane: lane, card: card, evidence: nil))
            case .hubNeeded: return .problem(PresentationProblem(CardRefusal(.issuerUnreachable)))
            case .open, nil: fatalError("a card was stopped without a reason")
            }
        }

        /// A refusal of the card that ends the order, because another try would end the same way.
        private func declined(_ refusal: CardRefusal, _ desk: PurseDesk) async -> CardReading? {
            if let intended = desk.intended {
                let reason = refusal.declineReason ?? .cardRefusedDebit
                do throws(LedgerError) {
                    let stored = try await purse.conclude(intended.transaction, .declined(reason), intended.sale)
                    return .decided(
                        ConcludedTransaction(
                            record: stored.record, decision: .declined(reason, .local), available: nil,
                            commitTime: stored.commitTime))
                } catch {
                    return .unknown(intended.transaction, PresentationProblem(error))
                }
            }
            guard let reason = refusal.declineReason, let card = desk.admitted else { return nil }
            return await decline(reason, purse.sale(order, lane: lane, card: card, evidence: nil))
        }

        private func decline(_ reason: DeclineReason, _ sale: JournalRecord.Sale) async -> CardReading {
            do throws(LedgerError) {
                return .decided(try await purse.decline(reason, sale))
            } catch {
                return .fault(error)
            }
        }

        // MARK: - A load

        /// Tries the profiles whose cards are loaded, in their order.
        private func load(_ pin: CardPIN?, awaiting: TransactionID?) async -> (served: Served, open: Open?) {
            var driver = driver(awaiting: awaiting)
            for profile in presentation.profiles {
                guard case .purse(let purse) = profile,
                    var machine = PurseLoadMachine(
                        profile: purse, amount: UInt32(order.amount.fen), terminal: presentation.terminal, pin: pin)
                else { continue }
                let result = await driver.run(&machine)
                if case .failed(.purse(.notThisProfile)) = result { continue }
                if case .open(let open, _) = driver.desk.stop {
                    return (Served(.problem(.sameCardNeeded), driver), (open, profile))
                }
                return (Served(await reading(result, driver), driver), nil)
            }
            return (Served(.problem(driver.problem(CardRefusal(.cardNotSupported))), driver), nil)
        }

        private func reading(_ result: PurseLoadResult, _ driver: CardDriver) async -> CardReading {
            let desk = driver.desk
            switch result {
            case .loaded(let evidence):
                return await paid(
                    CardPayment(card: CardEvidence(evidence.information, .unproven), evidence: .load(evidence)), desk)
            case .unknown(let evidence, _):
                return await uncertain(
                    CardPayment(card: CardEvidence(evidence.information, .unproven), evidence: .load(evidence)),
                    PresentationProblem(CardRefusal(.sameCardNeeded)), desk)
            case .failed(let failure):
                if desk.stop != nil { return await stopped(desk) }
                let refusal = CardRefusal(load: failure) ?? CardRefusal(.loadRefusedByIssuer)
                if let declined = await declined(refusal, desk) { return declined }
                if let granted = desk.granted { purse.giveUp(granted.transaction) }
                if let request = PINRequest(failure) { return .pinWanted(request, awaiting: nil) }
                return .problem(driver.problem(refusal))
            }
        }

        // MARK: - An open transaction

        /// - Returns: what came of it, and whether that is the end; otherwise the card may pay afresh.
        private func recover(
            _ open: OpenCardTransaction, profile: CardProfile
        ) async -> (served: Served, isEnd: Bool) {
            let isThisOrder = open.transaction == awaiting || purse.serves(order, lane: lane, open)
            var driver = driver(awaiting: nil)
            let reading: CardReading?
            if var recovery = recovery(of: open, profile: profile) {
                switch await driver.run(&recovery) {
                case .happened(let evidence):
                    var sale = open.sale
                    sale.movement = sale.movement.with(EvidenceBytes(evidence.canonicalBytes))
                    reading = await resolve(open, .happened, sale, isThisOrder: isThisOrder)
                case .didNotHappen: reading = await resolve(open, .didNotHappen, open.sale, isThisOrder: isThisOrder)
                case .undetermined: reading = await resolve(open, .undetermined, open.sale, isThisOrder: isThisOrder)
                case .otherCard: reading = .problem(.sameCardNeeded)
                case .unresolved(let refusal) where refusal.code == .pinMissing && !isThisOrder:
                    // A payer who came for something else is not asked for the PIN of an earlier load.
                    reading = await resolve(open, .undetermined, open.sale, isThisOrder: false)
                case .unresolved(let refusal) where refusal.code == .pinMissing:
                    reading = .pinWanted(PINRequest(.card, attemptsLeft: nil), awaiting: open.transaction)
                case .unresolved(let refusal):
                    let problem = driver.problem(refusal)
                    reading = isThisOrder ? .unknown(open.transaction, problem) : .problem(problem)
                }
            } else {
                // The profiles were changed since: only the hub can tell.
                reading = await resolve(open, .undetermined, open.sale, isThisOrder: isThisOrder)
            }
            return (Served(reading ?? .problem(.sameCardNeeded), driver), reading != nil)
        }

        private var pin: CardPIN? { if case .load(let pin) = order.kind { pin } else { nil } }

        private func recovery(of open: OpenCardTransaction, profile: CardProfile) -> CardRecovery? {
            guard let bytes = open.sale.movement.evidence?.bytes,
                let evidence = CardTransactionEvidence(canonicalBytes: bytes)
            else { return nil }
            return CardRecovery(
                of: evidence, profile: profile, terminal: presentation.terminal, time: presentation.time, pin: pin,
                dialect: reader.valueDialect)
        }

        private func resolve(
            _ open: OpenCardTransaction, _ verdict: Resolution.Verdict, _ sale: JournalRecord.Sale, isThisOrder: Bool
        ) async -> CardReading? {
            let concluded: ConcludedTransaction
            do throws(LedgerError) {
                concluded = try await purse.resolve(open, verdict, sale)
            } catch {
                return isThisOrder ? .unknown(open.transaction, PresentationProblem(error)) : .fault(error)
            }
            guard isThisOrder else { return nil }
            switch verdict {
            case .happened: return .decided(concluded)
            case .didNotHappen: return nil
            case .undetermined: return .undetermined(open.transaction)
            }
        }
    }
}

extension PINRequest {
    /// `nil` unless another PIN could help.
    fileprivate init?(_ failure: PurseLoadFailure) {
        switch failure {
        case .pinMissing: self.init(.card, attemptsLeft: nil)
        case .pinWrong(let triesLeft) where triesLeft > 0:
            self.init(.card, attemptsLeft: triesLeft, isRepeated: true)
        default: return nil
        }
    }
}

extension CardRefusal {
    /// The decline that the refusal of a card amounts to: not its fault, and not to be tried again.
    fileprivate var declineReason: DeclineReason? {
        switch code {
        case .insufficientBalance: .insufficientFunds
        case .entitlementUsedUp: .entitlementUsedUp
        default: nil
        }
    }
}
