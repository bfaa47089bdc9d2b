import Payments
import Testing

/// What a rule of the authorizer sees by default: a good card, a rich account, a hub heard a minute ago.
struct Situation {
    var amount = Amount(fen: 1250)
    var instrument: Instrument
    var view = LedgerView()
    var hub = HubAnswer.none(.unreachable)
    var policy = OfflinePolicy.standard
    var now = UnixTime(seconds: 1_790_000_000)

    static let account = AccountID(number: 2_026_010_001)
    static let card = CardID.purse(applicationSerial: [0, 6, 0x19, 0x98, 8, 0x17, 0, 0, 0, 0x30])

    init() throws {
        instrument = .card(
            CardEvidence(card: Self.card, proof: .proven, validFrom: 2020_0101, validThrough: 2030_1231))
        view.account = LedgerView.Account(
            id: try #require(Self.account), status: .active, available: Amount(fen: 10_000))
        view.card = .active
        view.lastHubContact = now.advanced(by: .seconds(-60))
    }

    mutating func presentCode(issued: Duration = .seconds(-5), lifetime: Int64 = 60, limit: Int64 = 10_000) throws {
        let issuedAt = now.advanced(by: issued)
        instrument = .code(
            CodeEvidence(
                reference: CodeReference(keyID: 1, serial: 7), account: try #require(Self.account), issuedAt: issuedAt,
                expiresAt: issuedAt.advanced(by: .seconds(lifetime)), limit: Amount(fen: limit)))
        view.card = nil
    }

    func decide() throws -> Decision {
        let request = AuthorizationRequest(
            transaction: TransactionID(
                terminal: try #require(TerminalID(number: 1)), journal: JournalID(number: 1), trace: TraceNumber(1)),
            amount: amount, instrument: instrument, merchant: try #require(MerchantID(text: "canteen-1")),
            lane: try #require(LaneID(text: "lane-1")))
        return Authorizer(policy: policy).decide(request, view: view, hub: hub, now: now)
    }
}

@Suite("Authorizer")
struct AuthorizerTests {
    @Test("the hub's hold approves")
    func held() throws {
        var situation = try Situation()
        situation.hub = .held(account: try #require(Situation.account), available: .zero)
        #expect(try situation.decide() == .approved(.online))
    }

    @Test("the hub's decline stands, whatever the replica says")
    func hubDeclines() throws {
        var situation = try Situation()
        situation.hub = .declined(.insufficientFunds)
        #expect(try situation.decide() == .declined(.insufficientFunds, .online))
    }

    @Test("without the hub a good card pays under the offline policy", arguments: OfflineCause.allCases)
    func offline(cause: OfflineCause) throws {
        var situation = try Situation()
        situation.hub = .none(cause)
        #expect(try situation.decide() == .approved(.offline(cause)))
    }

    @Test("promise 9: a hot-listed card is refused even when the hub holds the money")
    func hotList() throws {
        var situation = try Situation()
        situation.hub = .held(account: try #require(Situation.account), available: .zero)
        situation.view.hotListed = .cardReportedLost
        #expect(try situation.decide() == .declined(.cardReportedLost, .local))
    }

    @Test("promise 8: a used code is refused even when the hub holds the money")
    func replay() throws {
        var situation = try Situation()
        try situation.presentCode()
        situation.hub = .held(account: try #require(Situation.account), available: .zero)
        situation.view.codeUsed = true
        #expect(try situation.decide() == .declined(.codeReplayed, .local))
    }

    @Test("the floor limit is inclusive", arguments: [(Int64(3000), true), (Int64(3001), false)])
    func floor(fen: Int64, approved: Bool) throws {
        var situation = try Situation()
        situation.amount = Amount(fen: fen)
        #expect(try situation.decide().isApproved == approved)
        if !approved { #expect(try situation.decide().reason == .floorLimitExceeded) }
    }

    @Test(
        "promise 6: what a card spent offline counts, in sum and in number",
        arguments: [
            (Int64(4750), 1, nil), (Int64(4751), 1, DeclineReason.cardOfflineAmountExceeded),
            (Int64(100), 4, nil), (Int64(100), 5, .cardOfflineCountExceeded),
        ])
    func cardAllowance(fen: Int64, count: Int, reason: DeclineReason?) throws {
        var situation = try Situation()
        situation.view.cardOffline = LedgerView.OfflineUse(amount: Amount(fen: fen), count: count)
        #expect(try situation.decide().reason == reason)
    }

    @Test(
        "promise 6: what the terminal holds unsent counts, in sum and in number",
        arguments: [
            (Int64(1_998_750), 1, nil), (Int64(1_998_751), 1, DeclineReason.terminalOfflineAmountExceeded),
            (Int64(100), 1999, nil), (Int64(100), 2000, .terminalOfflineCountExceeded),
        ])
    func terminalAllowance(fen: Int64, count: Int, reason: DeclineReason?) throws {
        var situation = try Situation()
        situation.view.terminalOffline = LedgerView.OfflineUse(amount: Amount(fen: fen), count: count)
        #expect(try situation.decide().reason == reason)
    }

    @Test(
        "the last fen of the balance can be spent, not one more",
        arguments: [(Int64(1250), nil), (Int64(1249), DeclineReason.insufficientFunds)])
    func balance(available: Int64, reason: DeclineReason?) throws {
        var situation = try Situation()
        situation.view.account?.available = Amount(fen: available)
        #expect(try situation.decide().reason == reason)
    }

    @Test(
        "the replica's word on card and account counts without the hub",
        arguments: [
            (CardStatus.lost, AccountStatus.active, DeclineReason.cardReportedLost),
            (.stolen, .active, .cardReportedStolen), (.closed, .active, .cardNotActive),
            (.active, .frozen, .accountFrozen), (.active, .closed, .accountClosed),
        ])
    func status(card: CardStatus, account: AccountStatus, reason: DeclineReason) throws {
        var situation = try Situation()
        situation.view.card = card
        situation.view.account?.status = account
        #expect(try situation.decide().reason == reason)
    }

    @Test("an unknown card, and a card without an account, pay nothing without the hub")
    func unknown() throws {
        var situation = try Situation()
        situation.view.account = nil
        #expect(try situation.decide().reason == .accountUnknown)
        situation.view.card = nil
        #expect(try situation.decide().reason == .cardUnknown)
    }

    @Test("a card that proved nothing needs the hub unless the policy allows it")
    func unproven() throws {
        var situation = try Situation()
        situation.instrument = .card(CardEvidence(card: Situation.card, proof: .unproven))
        #expect(try situation.decide().reason == .unprovenCardNotPermitted)
        situation.policy.unprovenCards = true
        #expect(try situation.decide().isApproved)
    }

    @Test("a terminal that never met the hub, or not for too long, decides nothing alone")
    func contactAge() throws {
        var situation = try Situation()
        situation.view.lastHubContact = situation.now.advanced(by: .seconds(-86_400))
        #expect(try situation.decide().isApproved)
        situation.view.lastHubContact = situation.now.advanced(by: .seconds(-86_401))
        #expect(try situation.decide().reason == .replicaTooOld)
        situation.view.lastHubContact = nil
        #expect(try situation.decide().reason == .replicaTooOld)
    }

    @Test("promise 6: a clock set back behind what the journal has seen approves nothing alone")
    func clockBack() throws {
        var situation = try Situation()
        situation.view.lastRecord = situation.now.advanced(by: .seconds(31))
        #expect(try situation.decide().reason == .clockNotTrusted)
        situation.view.lastRecord = situation.now.advanced(by: .seconds(30))
        #expect(try situation.decide().isApproved)
    }

    @Test(
        "promise 8: a code lives from its issue to its end, with the tolerance for clocks and no longer",
        arguments: [
            (Int64(20), nil), (Int64(21), DeclineReason.codeFromTheFuture), (Int64(-90), nil),
            (Int64(-91), .codeExpired),
        ])
    func codeLifetime(issued: Int64, reason: DeclineReason?) throws {
        var situation = try Situation()
        try situation.presentCode(issued: .seconds(issued))
        #expect(try situation.decide().reason == reason)
    }

    @Test(
        "a code's own limit is inclusive",
        arguments: [(Int64(1250), nil), (Int64(1249), DeclineReason.codeLimitExceeded)])
    func codeLimit(limit: Int64, reason: DeclineReason?) throws {
        var situation = try Situation()
        try situation.presentCode(limit: limit)
        #expect(try situation.decide().reason == reason)
    }

    @Test("a card is valid on its first and last day, China Standard Time")
    func validity() throws {
        var situation = try Situation()
        // 2026-09-22 00:13:20 in China.
        situation.instrument = .card(
            CardEvidence(card: Situation.card, proof: .proven, validFrom: 2026_0921, validThrough: 2026_0921))
        situation.now = UnixTime(seconds: 1_790_006_399)
        situation.view.lastHubContact = situation.now
        #expect(CalendarTime(situation.now, offset: 28_800).compactDate == "20260921")
        #expect(try situation.decide().isApproved)
        situation.now = UnixTime(seconds: 1_790_006_400)
        #expect(try situation.decide().reason == .cardExpired)
        situation.now = UnixTime(seconds: 1_789_919_999)
        #expect(try situation.decide().reason == .cardNotYetValid)
    }

    @Test("every decline reason has a response code, two texts and a number of its own")
    func reasons() {
        for reason in DeclineReason.allCases {
            #expect(reason.responseCode != .approved)
            #expect(!reason.englishText.isEmpty)
            #expect(reason.chineseText.unicodeScalars.contains { $0.value > 0x3000 })
        }
        #expect(Set(DeclineReason.allCases.map(\.rawValue)).count == DeclineReason.allCases.count)
    }
}

@Suite("Posting")
struct PostingTests {
    @Test("promise 3: entries that do not sum to zero stop the process")
    func unbalanced() async {
        await #expect(processExitsWith: .failure) {
            guard let account = AccountID(number: 1) else { return }
            _ = Posting([
                Entry(account: .cardholder(account), amount: Amount(fen: -100)),
                Entry(account: .funding, amount: Amount(fen: 99)),
            ])
        }
    }

    @Test("promise 3: a purchase moves the amount from the cardholder to the merchant")
    func purchase() throws {
        let posting = Posting.purchase(
            Amount(fen: 1250), from: try #require(AccountID(number: 5)), to: try #require(MerchantID(text: "m")))
        #expect(posting.entries.map(\.amount.fen) == [-1250, 1250])
        #expect(posting.entries.map(\.account.text) == ["cardholder:5", "merchant:m"])
    }
}

@Suite("Limits of a kind of card")
struct CardLimitTests {
    private func situation(_ limits: CardLimits) throws -> Situation {
        var situation = try Situation()
        situation.instrument = .card(CardEvidence(card: Situation.card, proof: .proven, limits: limits))
        return situation
    }

    @Test("an amount above the limit is refused before the hub is asked, the limit itself is not")
    func amount() throws {
        var situation = try situation(CardLimits(amountMaximum: Amount(fen: 1250)))
        #expect(try situation.decide().isApproved)
        situation.amount = Amount(fen: 1251)
        situation.hub = .held(account: try #require(Situation.account), available: .zero)
        #expect(try situation.decide() == .declined(.cardLimitExceeded, .local))
    }

    @Test("a card that needs the hub pays with its hold, and not without")
    func hubRequired() throws {
        var situation = try situation(CardLimits(isHubRequired: true))
        #expect(try situation.decide() == .declined(.hubNeededForCard, .offline(.unreachable)))
        situation.hub = .held(account: try #require(Situation.account), available: .zero)
        #expect(try situation.decide().isApproved)
    }

    @Test(
        "a card that is known to be out of use may not pay from its own purse, one that nobody knows may",
        arguments: [
            (CardStatus?.none, DeclineReason?.none), (.active, nil), (.lost, .cardReportedLost),
            (.stolen, .cardReportedStolen), (.closed, .cardNotActive),
        ])
    func purse(status: CardStatus?, reason: DeclineReason?) throws {
        var situation = try situation(CardLimits())
        situation.view.card = status
        situation.view.account = nil
        guard case .card(let card) = situation.instrument else { return }
        let refusal = Authorizer(policy: .standard).purseRefusal(
            card, amount: situation.amount, view: situation.view, now: situation.now)
        #expect(refusal == reason)
    }
}
