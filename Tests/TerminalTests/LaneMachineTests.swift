import HubProtocol
import Payments
import SmartCards
import Terminal
import Testing

@Suite("Lane machine")
struct LaneMachineTests {
    let order: SaleOrder
    let card: CardEvidence
    let code: CodeEvidence
    let approved: ConcludedTransaction
    let timing = SaleTiming(total: .zero, card: .zero, hub: .zero, commit: .zero)
    let problem = PresentationProblem(number: 1104, english: "again", chinese: "再来")

    init() throws {
        let account = try #require(AccountID(number: 1))
        order = SaleOrder(reference: try #require(SaleReference(text: "sale-1")), amount: Amount(fen: 1250))
        card = CardEvidence(card: .uid([4, 1, 2, 3]), proof: .proven)
        let start = UnixTime(seconds: 0)
        code = CodeEvidence(
            reference: CodeReference(keyID: 1, serial: 1), account: account, issuedAt: start, expiresAt: start,
            limit: Amount(fen: 10_000))
        let transaction = TransactionID(
            terminal: try #require(TerminalID(number: 1)), journal: JournalID(number: 1), trace: TraceNumber(1))
        approved = ConcludedTransaction(
            record: JournalRecord(
                sequence: 1, transaction: transaction, outcome: .approved,
                sale: JournalRecord.Sale(
                    amount: order.amount, payer: .card(card.card, .proven), account: account,
                    merchant: try #require(MerchantID(text: "m")), lane: try #require(LaneID(text: "l")),
                    path: .online),
                decidedAt: start, replicaCursor: 0),
            decision: .approved(.online), available: Amount(fen: 100), commitTime: .zero)
    }

    private func armed() -> LaneMachine {
        var machine = LaneMachine()
        _ = machine.receive(.armed(order))
        return machine
    }

    @Test("idle, armed, presented, approved, removed, idle: each step asks for exactly what it needs")
    func happyPath() {
        var machine = LaneMachine()
        #expect(
            machine.receive(.armed(order)) == [
                .startOrderTimer(order.reference), .show(.presentPayment(order.amount)),
            ])
        #expect(machine.receive(.cardInserted) == [.show(.reading), .readCard(order, awaiting: nil)])
        #expect(
            machine.receive(.cardIdentified(card)) == [
                .cancelOrderTimer, .show(.authorizing), .authorize(order, .card(card)),
            ])
        #expect(
            machine.receive(.decided(approved, timing)) == [
                .finish(order.reference, .decided(approved, timing)),
                .show(.approved(order.amount, available: Amount(fen: 100))),
            ])
        #expect(machine.isIdle)
        #expect(machine.receive(.cardRemoved) == [.show(.idle)])
    }

    @Test("a card that stays on the reader after a sale does not pay the next one")
    func cardLeftLying() {
        var machine = armed()
        _ = machine.receive(.cardInserted)
        _ = machine.receive(.cardIdentified(card))
        _ = machine.receive(.decided(approved, timing))
        #expect(
            machine.receive(.armed(order)) == [
                .startOrderTimer(order.reference), .show(.removeCardFirst(order.amount)),
            ])
        #expect(machine.receive(.cardInserted) == [])
        #expect(machine.receive(.cardRemoved) == [.show(.presentPayment(order.amount))])
        #expect(machine.receive(.cardInserted) == [.show(.reading), .readCard(order, awaiting: nil)])
    }

    @Test("a card put down before the amount is read when the amount comes")
    func cardFirst() {
        var machine = LaneMachine()
        #expect(machine.receive(.cardInserted) == [])
        #expect(
            machine.receive(.armed(order)) == [
                .startOrderTimer(order.reference), .show(.reading), .readCard(order, awaiting: nil),
            ])
    }

    @Test("promise 2: one order is authorized once, whatever is presented meanwhile")
    func once() {
        var machine = armed()
        _ = machine.receive(.cardInserted)
        #expect(machine.receive(.codeVerified(code)) == [])
        _ = machine.receive(.cardIdentified(card))
        #expect(machine.receive(.codeVerified(code)) == [])
        #expect(machine.receive(.cardRemoved) == [])
        #expect(machine.receive(.cardInserted) == [])
        #expect(machine.receive(.cardIdentified(card)) == [])
        #expect(machine.receive(.armed(order)) == [.refuseOrder(order.reference)])
        _ = machine.receive(.decided(approved, timing))
        #expect(machine.receive(.decided(approved, timing)) == [])
        #expect(machine.receive(.codeVerified(code)) == [])
    }

    @Test("a card that could not be read leaves the order standing, and is read again only after it left")
    func readAgain() {
        var machine = armed()
        _ = machine.receive(.cardInserted)
        #expect(machine.receive(.cardFailed(problem)) == [.show(.problem(problem))])
        #expect(machine.receive(.cardInserted) == [])
        #expect(machine.receive(.cardRemoved) == [], "the problem stays shown when the card leaves")
        #expect(machine.receive(.cardInserted) == [.show(.reading), .readCard(order, awaiting: nil)])
    }

    @Test("a reader that goes away while reading ends the reading, not the order")
    func readerLost() {
        var machine = armed()
        _ = machine.receive(.cardInserted)
        #expect(machine.receive(.readerLost) == [])
        #expect(machine.receive(.cardFailed(problem)) == [.show(.problem(problem))])
        #expect(
            machine.receive(.codeVerified(code)) == [
                .cancelOrderTimer, .show(.authorizing), .authorize(order, .code(code)),
            ])
    }

    @Test("an order can be cancelled until it is being decided")
    func cancel() {
        var waiting = armed()
        #expect(
            waiting.receive(.cancelled) == [
                .cancelOrderTimer, .finish(order.reference, .cancelled), .show(.idle),
            ])
        var reading = armed()
        _ = reading.receive(.cardInserted)
        #expect(reading.receive(.cancelled) == [])
        #expect(
            reading.receive(.cardIdentified(card)) == [
                .cancelOrderTimer, .finish(order.reference, .cancelled), .show(.idle),
            ])
        var deciding = armed()
        _ = deciding.receive(.codeVerified(code))
        #expect(deciding.receive(.cancelled) == [])
        #expect(!deciding.isIdle)
    }

    @Test("an order that nobody pays expires; one whose card is being read gets its time again")
    func expiry() {
        var waiting = armed()
        #expect(waiting.receive(.orderExpired(order.reference)) == [.finish(order.reference, .expired), .show(.idle)])
        var reading = armed()
        _ = reading.receive(.cardInserted)
        #expect(reading.receive(.orderExpired(order.reference)) == [.startOrderTimer(order.reference)])
        #expect(!reading.isIdle)
    }

    @Test("a decision that could not be stored is a fault, never an approval (promise 1)")
    func notStored() {
        var machine = armed()
        _ = machine.receive(.codeVerified(code))
        #expect(
            machine.receive(.decisionFailed(number: 3002, message: "full")) == [
                .finish(order.reference, .fault(number: 3002, message: "full")), .show(.fault(number: 3002)),
            ])
        #expect(machine.isIdle)
    }

    @Test("nothing presented to an idle lane does anything")
    func idle() {
        var machine = LaneMachine()
        #expect(machine.receive(.codeVerified(code)) == [])
        #expect(machine.receive(.codeRefused(problem)) == [])
        #expect(machine.receive(.cardIdentified(card)) == [])
        #expect(machine.receive(.decided(approved, timing)) == [])
        #expect(machine.receive(.orderExpired(order.reference)) == [])
        #expect(machine.receive(.cancelled) == [])
    }

    // MARK: - The card's own money

    private func reading() -> LaneMachine {
        var machine = armed()
        _ = machine.receive(.cardInserted)
        return machine
    }

    private var torn: TransactionID { approved.record.transaction }

    @Test("a card that paid from its own purse ends the order, also when it was being cancelled")
    func purseDecided() {
        for isCancelled in [false, true] {
            var machine = reading()
            if isCancelled { _ = machine.receive(.cancelled) }
            #expect(
                machine.receive(.cardDecided(approved, timing)) == [
                    .cancelOrderTimer, .finish(order.reference, .decided(approved, timing)),
                    .show(.approved(order.amount, available: Amount(fen: 100))),
                ])
            #expect(machine.isIdle)
        }
    }

    @Test(
        "a card's PIN that was wrong is not sent to it again: the cashier rings the load up anew",
        arguments: [false, true])
    func wrongCardPIN(isTorn: Bool) {
        var load = order
        load.kind = .load(CardPIN([0x99, 0x99, 0x99]))
        var withoutPIN = order
        withoutPIN.kind = .load(nil)
        let awaiting = isTorn ? torn : nil
        var machine = LaneMachine()
        _ = machine.receive(.armed(load))
        #expect(machine.receive(.cardInserted).last == .readCard(load, awaiting: nil))
        let refusal = isTorn ? CardRefusal.Code.pinMissing : .pinWrong
        let refused = PresentationProblem(number: refusal.rawValue, english: "another", chinese: "重输")
        for (problem, next) in [(problem, load), (refused, withoutPIN)] {
            _ = machine.receive(isTorn ? .cardUnknown(torn, problem) : .cardFailed(problem))
            _ = machine.receive(.cardRemoved)
            #expect(machine.receive(.cardInserted).last == .readCard(next, awaiting: awaiting))
        }
    }

    @Test("a torn card is asked for again, and only cards are taken meanwhile")
    func awaitsTheSameCard() {
        var machine = reading()
        #expect(
            machine.receive(.cardUnknown(torn, problem)) == [
                .startOrderTimer(order.reference), .show(.presentSameCard(order.amount, problem)),
            ])
        #expect(machine.receive(.codeVerified(code)) == [], "a code could make the payer pay twice")
        #expect(machine.receive(.codeRefused(problem)) == [])
        #expect(machine.receive(.cardRemoved) == [], "the request to put it back stays")
        #expect(machine.receive(.cardInserted) == [.show(.reading), .readCard(order, awaiting: torn)])
        #expect(machine.receive(.cardFailed(problem)) == [.show(.presentSameCard(order.amount, problem))])
        _ = machine.receive(.cardRemoved)
        #expect(machine.receive(.cardInserted) == [.show(.reading), .readCard(order, awaiting: torn)])
        #expect(machine.receive(.cardDecided(approved, timing)).contains(.cancelOrderTimer))
    }

    @Test(
        "an order whose card never comes back ends as unknown: cancelled, expired, undetermined, cancelled while read")
    func endsUnknown() {
        let end: [LaneMachine.Action] = [.finish(order.reference, .unknown(torn)), .show(.unknown)]
        var cancelled = reading()
        _ = cancelled.receive(.cardUnknown(torn, problem))
        #expect(cancelled.receive(.cancelled) == [.cancelOrderTimer] + end)
        var expired = reading()
        _ = expired.receive(.cardUnknown(torn, problem))
        #expect(expired.receive(.orderExpired(order.reference)) == end)
        var undetermined = reading()
        #expect(undetermined.receive(.cardUndetermined(torn)) == [.cancelOrderTimer] + end)
        var whileRead = reading()
        _ = whileRead.receive(.cancelled)
        #expect(whileRead.receive(.cardUnknown(torn, problem)) == [.cancelOrderTimer] + end)
        var faulty = reading()
        _ = faulty.receive(.cardUnknown(torn, problem))
        _ = faulty.receive(.cardRemoved)
        _ = faulty.receive(.cardInserted)
        #expect(faulty.receive(.decisionFailed(number: 3001, message: "")) == [.cancelOrderTimer] + end)
        #expect(cancelled.isIdle && expired.isIdle && undetermined.isIdle && whileRead.isIdle && faulty.isIdle)
    }
}
