import HubProtocol
import Payments
import Simulation
import SmartCards
import Terminal
import Testing

@Suite("Loads of a purse") struct PurseLoadTests {
    private struct Loading {
        let till: Till
        let presentation: CardPresentation
        let card: KeptCard

        init(balance: UInt32 = 1000) async throws {
            till = try await Till()
            presentation = till.presentation(.purse, load: PurseProfile.Load(keyIndex: 1))
            card = KeptCard(try till.card(balance: balance))
            let (key, terminal) = (till.masterKey, till.terminal)
            till.hub.proveLoads { request in
                guard let information = Hex.decode(request.publicInformation),
                    let initialization = Hex.decode(request.initialization),
                    let load = LoadRequest(
                        canonicalBytes: information + request.amountFen.bigEndianBytes(count: 4) + terminal.bytes
                            + initialization)
                else { return nil }
                let cardKey = key.diversified(through: [Array(load.information.applicationSerial.suffix(8))])
                guard load.isGenuine(underLoadKey: cardKey) else { return nil }
                let grant = load.grant(
                    at: CalendarTime(Till.morning, offset: 28_800), underLoadKey: cardKey
                ).canonicalBytes
                return LoadProof(time: Array(grant[0..<7]), mac2: Array(grant[7...]))
            }
        }

        func order(_ fen: Int64 = 5000, _ reference: String = "load-1", pin: [UInt8]? = [0x12, 0x34, 0x56]) throws
            -> SaleOrder
        {
            SaleOrder(
                kind: .load(pin.flatMap { CardPIN($0) }), reference: try #require(SaleReference(text: reference)),
                amount: Amount(fen: fen))
        }

        func present(
            _ order: SaleOrder, awaiting: TransactionID? = nil, faults: [SimulatedReaderFault] = []
        ) async -> CardReading {
            let reader = SimulatedCardReader(name: "reader")
            reader.insert(card, faults: faults)
            return await presentation.present(reader, for: order, lane: till.lane, awaiting: awaiting).reading
        }

        /// What the terminal's journal says the account has paid into the card.
        func posted() async throws -> Int64 {
            try await till.journal.records(after: 0, limit: 1000).map(\.record).compactMap(\.posting)
                .flatMap(\.entries).filter { $0.account == .purse(till.cardID) }.reduce(0) { $0 + $1.amount.fen }
        }

        func outcomes() async throws -> [Outcome] {
            try await till.journal.records(after: 0, limit: 1000).map(\.record.outcome)
        }
    }

    @Test("the hub signs, the card takes the money, and the account pays once")
    func loads() async throws {
        let loading = try await Loading()
        guard case .decided(let concluded) = await loading.present(try loading.order()) else {
            Issue.record("not decided")
            return
        }
        #expect(concluded.decision == .approved(.local))
        #expect(concluded.available == Amount(fen: 6000))
        #expect(loading.card.balance == 6000)
        #expect(try await loading.posted() == 5000)
        #expect(concluded.record.sale?.account == loading.till.account)
    }

    @Test("without the hub nothing is loaded, and the order stands")
    func hubAway() async throws {
        let loading = try await Loading()
        loading.till.hub.behave(.unreachable)
        guard case .problem(let problem) = await loading.present(try loading.order()) else {
            Issue.record("no problem")
            return
        }
        #expect(problem.number == CardRefusal.Code.issuerUnreachable.rawValue)
        #expect(loading.card.balance == 1000)
        #expect(try await loading.posted() == 0)
    }

    @Test("an account that cannot pay is a recorded decline")
    func insufficient() async throws {
        let loading = try await Loading()
        guard case .decided(let concluded) = await loading.present(try loading.order(20_001)) else {
            Issue.record("not decided")
            return
        }
        #expect(concluded.decision.reason == .insufficientFunds)
        #expect(loading.card.balance == 1000)
    }

    @Test("a PIN whose answer is lost is not tried again by itself: one tap costs one attempt at most")
    func lostPINAnswer() async throws {
        let loading = try await Loading()
        // SELECT, VERIFY: the card counts the wrong PIN, and nobody hears of it.
        let reading = await loading.present(
            try loading.order(pin: [0x99, 0x99, 0x99]), faults: [SimulatedReaderFault(at: 2, .answer([]))])
        guard case .problem(let problem) = reading else {
            Issue.record("no problem: \(reading)")
            return
        }
        #expect(problem.number == CardReaderError.Code.communication.rawValue)
        #expect(loading.card.pinTriesLeft == 2)
        guard case .decided = await loading.present(try loading.order()) else {
            Issue.record("the right PIN does not load")
            return
        }
        #expect(loading.card.pinTriesLeft == 3)
    }

    @Test("a missing or wrong PIN is wanted again with the tries that are left; nothing is asked of the hub")
    func wrongPIN() async throws {
        let loading = try await Loading()
        var wanted: [PINRequest] = []
        for pin: [UInt8]? in [nil, [0x99, 0x99, 0x99], [0x99, 0x99, 0x98]] {
            guard case .pinWanted(let request, nil) = await loading.present(try loading.order(pin: pin)) else {
                Issue.record("no PIN is wanted")
                return
            }
            wanted.append(request)
        }
        #expect(
            wanted == [
                PINRequest(.card, attemptsLeft: nil), PINRequest(.card, attemptsLeft: 2, isRepeated: true),
                PINRequest(.card, attemptsLeft: 1, isRepeated: true),
            ])
        // The last try blocks it: asking again would be of no use.
        for _ in 0..<2 {
            guard case .problem(let problem) = await loading.present(try loading.order(pin: [0x99, 0x99, 0x97])) else {
                Issue.record("no problem")
                return
            }
            #expect([CardRefusal.Code.pinWrong, .pinBlocked].map(\.rawValue).contains(problem.number))
        }
        #expect(loading.till.hub.calls.loads == 0)
    }

    @Test("a load torn at any exchange is finished with the same card, and card and journal agree")
    func tearMatrix() async throws {
        var table = "torn loads: point, first reading, purse, journal\n"
        let effects: [(String, SimulatedReaderFault.Effect)] = [
            ("command lost", .leaveBeforeHandling), ("answer lost", .leaveAfterHandling),
            ("one byte", .answer([0x90])), ("6581 instead", .answer([0x65, 0x81])),
        ]
        for exchange in 1...5 {
            for (name, effect) in effects {
                let loading = try await Loading()
                let order = try loading.order()
                var reading = await loading.present(order, faults: [SimulatedReaderFault(at: exchange, effect)])
                let first = "\(reading)".prefix(while: { $0 != "(" })
                for _ in 0..<2 {
                    switch reading {
                    case .decided: break
                    case .unknown(let awaited, _): reading = await loading.present(order, awaiting: awaited)
                    default: reading = await loading.present(order)
                    }
                }
                guard case .decided(let concluded) = reading else {
                    Issue.record("exchange \(exchange), \(name): \(reading)")
                    continue
                }
                #expect(concluded.decision == .approved(.local), "exchange \(exchange), \(name)")
                #expect(loading.card.balance == 6000, "exchange \(exchange), \(name)")
                #expect(try await loading.posted() == 5000, "exchange \(exchange), \(name)")
                table += "exchange \(exchange), \(name): \(first) | \(loading.card.balance) | "
                table += "\(try await loading.posted())\n"
            }
        }
        print(table)
    }

    @Test("a purchase with a card whose load is open goes on, and leaves the load to the hub when the PIN is needed")
    func purchaseMeanwhile() async throws {
        let loading = try await Loading()
        let torn = await loading.present(
            try loading.order(), faults: [SimulatedReaderFault(at: 5, .leaveAfterHandling)])
        guard case .unknown = torn else {
            Issue.record("\(torn)")
            return
        }
        let sale = SaleOrder(reference: try #require(SaleReference(text: "sale-1")), amount: Amount(fen: 250))
        guard case .decided(let concluded) = await loading.present(sale) else {
            Issue.record("not decided")
            return
        }
        #expect(concluded.decision == .approved(.local))
        #expect(loading.card.balance == 5750)
    }
}
