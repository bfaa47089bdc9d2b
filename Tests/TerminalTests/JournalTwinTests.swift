import Crypto
import HubProtocol
import Payments
import Simulation
import Terminal
import TestSupport
import Testing

@Suite("Journal twin") struct JournalTwinTests {
    @Test("the journal in memory keeps the journal's contract")
    func conforms() async throws {
        let terminal = try #require(TerminalID(text: "0000A1B2C3D4"))
        try await checkJournal(SimulatedJournal(terminal: terminal, journal: JournalID(number: 1)))
    }

    @Test("the journal in memory keeps the contract about a card's own money (promise 7)")
    func cardTransactions() async throws {
        let terminal = try #require(TerminalID(text: "0000A1B2C3D4"))
        let journal = SimulatedJournal(terminal: terminal, journal: JournalID(number: 1))
        try await checkCardTransactions(journal) { journal, now in
            journal.reopen(now: now)
            return journal
        }
    }
}

@Suite("Hub twin: loads of a purse, and records of a card's own money") struct HubTwinLoadTests {
    private struct Campus {
        let terminal: TerminalID
        let account: AccountID
        let merchant: MerchantID
        let lane: LaneID
        let evidence: EvidenceBytes
        let card = CardID.purse(applicationSerial: [0x10, 0, 0, 0, 0, 0, 0, 0, 0, 1])
        let clock = ManualClock(wallTime: UnixTime(seconds: 1_788_220_800))
        let hub: SimulatedHub
        let journal: SimulatedJournal

        init(balance: Int64 = 5000) throws {
            terminal = try #require(TerminalID(text: "0000A1B2C3D4"))
            account = try #require(AccountID(number: 2_026_010_001))
            merchant = try #require(MerchantID(text: "canteen-1"))
            lane = try #require(LaneID(text: "lane-1"))
            evidence = try #require(EvidenceBytes([1, 2, 3]))
            hub = SimulatedHub(terminal: terminal, clock: clock)
            journal = SimulatedJournal(terminal: terminal, journal: JournalID(number: 1))
            let (account, card) = (account, card)
            hub.changeBooks { books in
                books.setAccount(account, balance: Amount(fen: balance))
                books.setCard(card, of: account)
            }
        }

        func request(_ transaction: TransactionID, fen: Int64 = 3000) -> LoadHoldRequest {
            LoadHoldRequest(
                transaction: transaction, amount: Amount(fen: fen), card: card, merchant: merchant, lane: lane,
                undelivered: .zero, publicInformation: [UInt8](repeating: 0, count: 30),
                initialization: [UInt8](repeating: 0, count: 16))
        }

        func load(_ request: LoadHoldRequest) async -> LoadGrantAnswer {
            await hub.load(request, budget: .milliseconds(150))
        }

        func sale(_ movement: JournalRecord.Movement, fen: Int64 = 3000) -> JournalRecord.Sale {
            JournalRecord.Sale(
                movement: movement, amount: Amount(fen: fen), payer: .card(card, .proven), account: account,
                merchant: merchant, lane: lane, path: .online)
        }

        /// Stores and delivers one record after the other.
        func deliver() async throws {
            let key = Curve25519.Signing.PrivateKey()
            _ = try await hub.register(
                JournalRegistration(journal: journal.journal, publicKey: Array(key.publicKey.rawRepresentation)))
            let unsent = try #require(try await journal.unsent(limit: 100))
            let last = try #require(unsent.records.last)
            let checkpoint = try Checkpoint(
                terminal: terminal, journal: journal.journal, sequence: last.sequence, hash: unsent.hash, key: key)
            _ = try await hub.upload(
                BatchUpload(records: unsent.records.map(RecordMessage.init), checkpoint: checkpoint))
        }
    }

    @Test("a load is granted with the scripted proof, once, and holds the amount")
    func grant() async throws {
        let campus = try Campus()
        let proof = LoadProof(time: [0x20, 0x26, 0x09, 0x01, 0x08, 0, 0], mac2: [1, 2, 3, 4])
        campus.hub.proveLoads { _ in proof }
        let request = campus.request(try await campus.journal.mint())
        let grant = LoadGrantAnswer.granted(
            LoadHoldAnswer.Grant(account: campus.account, time: proof.time, mac2: proof.mac2))
        #expect(await campus.load(request) == grant)
        #expect(await campus.load(request) == grant)
        #expect(campus.hub.books.heldAmount == Amount(fen: 3000))
        var changed = request
        changed.amountFen = 1
        #expect(await campus.load(changed) == .none(.faulty))
        let more = campus.request(try await campus.journal.mint(), fen: 2001)
        #expect(await campus.load(more) == .declined(.insufficientFunds))
        #expect(campus.hub.calls.loads == 4 && campus.hub.lastLoad == more)
    }

    @Test("a card without a genuine proof, a listed card and a silent hub give no grant")
    func noGrant() async throws {
        let campus = try Campus()
        let (first, second) = (try await campus.journal.mint(), try await campus.journal.mint())
        campus.hub.proveLoads { _ in nil }
        #expect(await campus.load(campus.request(first)) == .declined(.cardNotGenuine))
        let card = campus.card
        campus.hub.changeBooks { $0.setHotListed(card, .cardReportedLost) }
        #expect(await campus.load(campus.request(second)) == .declined(.cardReportedLost))
        let third = try await campus.journal.mint()
        for (behaviour, cause) in [
            (SimulatedHub.Behaviour.unreachable, OfflineCause.unreachable), (.silent, .timedOut), (.faulty, .faulty),
            (.answeringLate, .timedOut),
        ] {
            campus.hub.behave(behaviour)
            #expect(await campus.load(campus.request(third)) == .none(cause))
        }
        #expect(campus.hub.books.heldAmount == .zero)
    }

    @Test("an unknown load stays held until its resolution, which posts once")
    func resolution() async throws {
        for verdict in Resolution.Verdict.allCases {
            let campus = try Campus()
            let transaction = try await campus.journal.mint()
            _ = await campus.load(campus.request(transaction))
            let sale = campus.sale(.purseLoad(campus.evidence))
            let reference = try #require(SaleReference(text: "order-1"))
            let now = campus.clock.wallTime()
            try await campus.journal.intend(transaction, sale, reference: reference, now: now)
            _ = try await campus.journal.record(transaction, .unknown, sale, now: now)
            let resolution = Resolution(subject: transaction, verdict: verdict)
            _ = try await campus.journal.record(
                try await campus.journal.mint(), .resolved(resolution), sale, now: now)
            try await campus.deliver()
            let books = campus.hub.books
            #expect(books.heldAmount == (verdict == .undetermined ? Amount(fen: 3000) : .zero))
            #expect(books.unknown == (verdict == .undetermined ? [transaction] : []))
            let moved = Amount(fen: verdict == .happened ? 3000 : 0)
            #expect(books.purses[campus.card] ?? .zero == moved)
            #expect(books.accounts[campus.account]?.balance == Amount(fen: 5000) - moved)
        }
    }

    @Test("a purse sale moves money from the purse to the merchant, and none of the account")
    func purchase() async throws {
        let campus = try Campus()
        let transaction = try await campus.journal.mint()
        let sale = campus.sale(.pursePurchase(campus.evidence), fen: 350)
        let reference = try #require(SaleReference(text: "order-1"))
        try await campus.journal.intend(transaction, sale, reference: reference, now: campus.clock.wallTime())
        _ = try await campus.journal.record(transaction, .approved, sale, now: campus.clock.wallTime())
        try await campus.deliver()
        let books = campus.hub.books
        #expect(books.purses[campus.card] == Amount(fen: -350))
        #expect(books.merchants[campus.merchant] == Amount(fen: 350))
        #expect(books.accounts[campus.account]?.balance == Amount(fen: 5000))
    }
}
