import HubProtocol
import Payments
import SmartCards
import Terminal
import Testing

@Suite("A lane that waits for a PIN")
struct LanePINTests {
    let order: SaleOrder
    let load: SaleOrder
    let card: Instrument
    let evidence: CardEvidence
    let transaction: TransactionID
    let pin: AccountPIN
    let cardPIN: CardPIN
    let asked = PINRequest(.account, attemptsLeft: 3)
    let wrong = PINRequest(.account, attemptsLeft: 2, isRepeated: true)
    let cardAsks = PINRequest(.card, attemptsLeft: nil)

    init() throws {
        let reference = try #require(SaleReference(text: "sale-1"))
        order = SaleOrder(reference: reference, amount: Amount(fen: 1250))
        load = SaleOrder(kind: .load(nil), reference: reference, amount: Amount(fen: 1250))
        evidence = CardEvidence(card: .uid([4, 1, 2, 3]), proof: .proven)
        card = .card(evidence)
        transaction = TransactionID(
            terminal: try #require(TerminalID(number: 1)), journal: JournalID(number: 1), trace: TraceNumber(1))
        pin = try #require(AccountPIN(text: "135790"))
        cardPIN = try #require(CardPIN([0x12, 0x34]))
    }

    /// A lane whose payer is known and has to enter the account's PIN.
    private func asking() -> LaneMachine {
        var machine = LaneMachine()
        _ = machine.receive(.armed(order))
        _ = machine.receive(.cardInserted)
        _ = machine.receive(.cardIdentified(evidence))
        #expect(
            machine.receive(.pinWanted(asked)) == [
                .startOrderTimer(order.reference), .show(.enterPIN(order.amount, asked)),
            ])
        return machine
    }

    private var ordered: SaleOrder {
        var order = order
        order.pin = pin
        return order
    }

    @Test("an account's PIN needs no card: it leaves, the PIN comes, the sale goes on with it")
    func cardLeft() {
        var machine = asking()
        #expect(!machine.isBusy && !machine.isIdle)
        #expect(machine.receive(.cardRemoved).isEmpty)
        #expect(
            machine.receive(.pinEntered(.account(pin))) == [
                .cancelOrderTimer, .show(.authorizing), .authorize(ordered, card),
            ])
        #expect(machine.isBusy)
    }

    @Test("a wrong PIN may be tried again as long as the lane is told so")
    func again() {
        var machine = asking()
        _ = machine.receive(.pinEntered(.account(pin)))
        #expect(
            machine.receive(.pinWanted(wrong)) == [
                .startOrderTimer(order.reference), .show(.enterPIN(order.amount, wrong)),
            ])
        #expect(machine.receive(.pinEntered(.account(pin))).contains(.authorize(ordered, card)))
    }

    @Test("a card that comes back while its PIN is entered does not pay the next sale")
    func comesBack() {
        var machine = asking()
        _ = machine.receive(.cardRemoved)
        #expect(machine.receive(.cardInserted).isEmpty)
        #expect(
            machine.receive(.cancelled) == [
                .cancelOrderTimer, .finish(order.reference, .cancelled), .show(.idle),
            ])
        #expect(
            machine.receive(.armed(order)) == [
                .startOrderTimer(order.reference), .show(.removeCardFirst(order.amount)),
            ])
    }

    @Test("nobody enters it in time: the sale ends as one that nobody paid")
    func expired() throws {
        var machine = asking()
        let other = try #require(SaleReference(text: "other"))
        #expect(machine.receive(.orderExpired(other)).isEmpty)
        #expect(
            machine.receive(.orderExpired(order.reference)) == [
                .finish(order.reference, .expired), .show(.idle),
            ])
        #expect(machine.isIdle)
        #expect(machine.receive(.pinEntered(.account(pin))).isEmpty)
    }

    @Test("codes, other orders and another kind of PIN change nothing meanwhile")
    func deaf() throws {
        var machine = asking()
        let start = UnixTime(seconds: 0)
        let code = CodeEvidence(
            reference: CodeReference(keyID: 1, serial: 1), account: try #require(AccountID(number: 1)),
            issuedAt: start, expiresAt: start, limit: Amount(fen: 10_000))
        #expect(machine.receive(.codeVerified(code)).isEmpty)
        #expect(machine.receive(.armed(load)) == [.refuseOrder(load.reference)])
        #expect(machine.receive(.pinEntered(.card(cardPIN))).isEmpty)
        #expect(machine.receive(.readerLost).isEmpty)
        #expect(machine.receive(.pinEntered(.account(pin))).contains(.authorize(ordered, card)))
    }

    private func cardAsking(awaiting: TransactionID? = nil) -> LaneMachine {
        var machine = LaneMachine()
        _ = machine.receive(.armed(load))
        _ = machine.receive(.cardInserted)
        #expect(
            machine.receive(.cardPINWanted(cardAsks, awaiting: awaiting)) == [
                .startOrderTimer(load.reference), .show(.enterPIN(load.amount, cardAsks)),
            ])
        return machine
    }

    private var loadWithPIN: SaleOrder {
        var order = load
        order.kind = .load(cardPIN)
        return order
    }

    @Test("a card's own PIN is given to the card at once while it lies there")
    func cardStays() {
        var machine = cardAsking()
        #expect(machine.receive(.pinEntered(.account(pin))).isEmpty)
        #expect(
            machine.receive(.pinEntered(.card(cardPIN))) == [
                .show(.reading), .readCard(loadWithPIN, awaiting: nil),
            ])
    }

    @Test("a card that has left must come again for its own PIN", arguments: [false, true])
    func cardMustComeAgain(isAwaited: Bool) {
        let awaiting = isAwaited ? transaction : nil
        var machine = cardAsking(awaiting: awaiting)
        #expect(machine.receive(.cardRemoved).isEmpty)
        let display: LaneDisplay =
            isAwaited ? .presentSameCard(load.amount, .sameCardNeeded) : .presentPayment(load.amount)
        #expect(
            machine.receive(.pinEntered(.card(cardPIN))) == [.startOrderTimer(load.reference), .show(display)])
        #expect(
            machine.receive(.cardInserted) == [.show(.reading), .readCard(loadWithPIN, awaiting: awaiting)])
    }

    @Test("a load whose card may have taken the money ends as unknown when no PIN comes", arguments: [true, false])
    func unknown(isCancelled: Bool) {
        var machine = cardAsking(awaiting: transaction)
        let actions = machine.receive(isCancelled ? .cancelled : .orderExpired(load.reference))
        #expect(actions.contains(.finish(load.reference, .unknown(transaction))))
        #expect(machine.isIdle)
    }

    @Test("a cancel during the reading wins over the card's wish for a PIN")
    func cancelled() {
        var machine = LaneMachine()
        _ = machine.receive(.armed(load))
        _ = machine.receive(.cardInserted)
        _ = machine.receive(.cancelled)
        #expect(
            machine.receive(.cardPINWanted(cardAsks, awaiting: nil)).contains(.finish(load.reference, .cancelled)))
    }

    @Test("a PIN is taken only in the form that its holder has, and nothing prints it (promise 13)")
    func form() throws {
        for text in ["", "12345", "1234567", "12345a", "１２３４５６"] {
            #expect(EnteredPIN(text: text, for: .account) == nil)
        }
        for text in ["", "12", "123", "12345", "12345678901234", "12ab"] {
            #expect(EnteredPIN(text: text, for: .card) == nil)
        }
        let entered = [
            try #require(EnteredPIN(text: "135790", for: .account)),
            try #require(EnteredPIN(text: "135790", for: .card)),
        ]
        for pin in entered {
            for printed in ["\(pin)", String(reflecting: pin)] { #expect(!printed.contains("135790")) }
            var dumped = ""
            dump(pin, to: &dumped)
            #expect(!dumped.contains("135790") && !dumped.contains("53"), "\(dumped)")
        }
    }

    @Test("what the payer reads says whose PIN, and how often it may still be tried")
    func texts() {
        #expect(asked.chinese == "请输入支付密码，还可输入 3 次")
        #expect(wrong.chinese == "密码错误，请重新输入支付密码，还可输入 2 次")
        #expect(cardAsks.chinese == "请输入卡片密码")
        #expect(
            PINRequest(.account, attemptsLeft: 1, isRepeated: true).english == "wrong PIN, enter it again, 1 try left")
    }
}
