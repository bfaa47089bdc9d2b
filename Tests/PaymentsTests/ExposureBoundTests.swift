import Payments
import TestSupport
import Testing

/// A terminal that the hub cannot reach, as a model: it remembers what it approved, and asks the real authorizer.
private struct CutOffTerminal {
    struct Approved {
        var account: Int
        var amount: Amount
        var time: UnixTime
    }

    let policy: CampusPolicy
    let merchant: MerchantID
    let lastContact: UnixTime
    var now: UnixTime
    var approved: [Approved] = []

    func view(account: Int, cardClass: ClassName) throws -> LedgerView {
        let own = approved.filter { $0.account == account }
        func use(_ sales: [Approved]) -> LedgerView.OfflineUse {
            LedgerView.OfflineUse(amount: sales.reduce(.zero) { $0 + $1.amount }, count: sales.count)
        }
        func period(_ start: UnixTime) -> PeriodUse {
            let sales = use(own.filter { $0.time >= start })
            return PeriodUse(amount: sales.amount, count: sales.count)
        }
        var view = LedgerView()
        view.policy = policy
        view.card = .active
        view.account = LedgerView.Account(
            id: try #require(AccountID(number: UInt64(2_026_000_001 + account))), status: .active,
            available: Amount(fen: 1_000_000_000) - use(own).amount)
        view.terms.cardClass = cardClass
        view.cardOffline = use(own)
        view.terminalOffline = use(approved)
        view.oldestUnsentOffline = approved.first?.time
        view.lastHubContact = lastContact
        view.lastRecord = approved.last?.time
        view.today = period(policy.startOfDay(now))
        if let start = policy.startOfMeal(now) { view.meal = period(start) }
        return view
    }

    /// Whether the sale was approved.
    mutating func sell(_ amount: Amount, account: Int, cardClass: ClassName) throws -> Bool {
        guard amount > .zero, amount <= .saleMaximum else { return false }
        let request = AuthorizationRequest(
            transaction: TransactionID(
                terminal: try #require(TerminalID(number: 1)), journal: JournalID(number: 1), trace: TraceNumber(1)),
            amount: amount,
            instrument: .card(CardEvidence(card: Situation.card, proof: .proven)), merchant: merchant,
            lane: try #require(LaneID(text: "lane-1")))
        let view = try view(account: account, cardClass: cardClass)
        let decision = Authorizer(policy: .standard).decide(request, view: view, hub: .none(.unreachable), now: now)
        guard decision.isApproved else { return false }
        approved.append(Approved(account: account, amount: amount, time: now))
        return true
    }

    func spent(_ account: Int) -> Amount {
        approved.filter { $0.account == account }.reduce(.zero) { $0 + $1.amount }
    }

    var total: Amount { approved.reduce(.zero) { $0 + $1.amount } }

    /// The most that one sale can be, found by asking.
    mutating func largest(account: Int, cardClass: ClassName, upTo limit: Amount) throws -> Amount {
        var (low, high) = (Int64(0), limit.fen)
        while low < high {
            let middle = low + (high - low + 1) / 2
            var trial = self
            if try trial.sell(Amount(fen: middle), account: account, cardClass: cardClass) {
                low = middle
            } else {
                high = middle - 1
            }
        }
        return Amount(fen: low)
    }
}

@Suite("Worst possible loss (promise 6)")
struct ExposureBoundTests {
    private static func randomPolicy(_ generator: inout SeededGenerator, meals: Bool) throws -> CampusPolicy {
        func number(_ range: ClosedRange<Int64>) -> Int64 { Int64.random(in: range, using: &generator) }
        func entry(_ scope: String, terminal: Bool) -> String {
            var rules = [
                #""floorLimitFen": \#(number(1...5000))"#, #""cardAmountFen": \#(number(1...9000))"#,
                #""cardCount": \#(number(0...6))"#,
            ]
            if terminal {
                rules += [
                    #""terminalAmountFen": \#(number(1...40_000))"#, #""terminalCount": \#(number(0...20))"#,
                    #""contactAgeSeconds": \#(number(3600...259_200))"#,
                ]
            }
            if meals {
                rules += [#""mealAmountFen": \#(number(500...4000))"#, #""mealCount": \#(number(1...3))"#]
                if number(0...2) > 0 { rules.append(#""mealsOnly": true"#) }
                if number(0...2) == 0 { rules.append(#""dayAmountFen": \#(number(500...9000))"#) }
            }
            return "{" + (scope.isEmpty ? rules : [scope] + rules).joined(separator: ", ") + "}"
        }
        let windows = meals ? #"{"id": 1, "name": "lunch", "from": "11:00", "to": "13:00"}"# : ""
        return try PolicyDocuments.policy(
            #"""
            {"campus": "main", "version": 1, "meals": [\#(windows)], "merchantClasses": {"m": ["canteen-1"]},
             "rules": [\#(entry("", terminal: true)), \#(entry(#""cardClass": "staff""#, terminal: false)),
                       \#(entry(#""merchantClass": "m""#, terminal: true))]}
            """#)
    }

    private static func terminals(_ count: Int, _ policy: CampusPolicy) throws -> [CutOffTerminal] {
        let start = PolicyDocuments.local(10)
        let merchant = try PolicyDocuments.merchant("canteen-1")
        return (0..<count).map { _ in
            CutOffTerminal(policy: policy, merchant: merchant, lastContact: start, now: start)
        }
    }

    @Test("a seeded adversary never loses the campus more than the bound", arguments: 0..<40)
    func soundness(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let policy = try Self.randomPolicy(&generator, meals: seed % 2 == 1)
        let classes = [ClassName.standard, try PolicyDocuments.name("staff")]
        let exposure = policy.exposure(of: try PolicyDocuments.name("m"))
        var terminals = try Self.terminals(3, policy)
        let age = policy.rules(in: PolicyScope(merchantClass: try PolicyDocuments.name("m"))).offline.contactAge
        for step in 0..<250 {
            let index = Int.random(in: 0..<terminals.count, using: &generator)
            let account = Int.random(in: 0..<4, using: &generator)
            let cardClass = classes[account % 2]
            if step % 8 == 7 {
                terminals[index].now = terminals[index].now.advanced(
                    by: .seconds(Int64.random(in: 0...age.components.seconds / 12, using: &generator)))
            }
            let amount =
                Bool.random(using: &generator)
                ? try terminals[index].largest(account: account, cardClass: cardClass, upTo: Amount(fen: 6000))
                : Amount(fen: .random(in: 1...6000, using: &generator))
            _ = try terminals[index].sell(amount, account: account, cardClass: cardClass)
        }
        for account in 0..<4 {
            let bound = try #require(exposure.cards[classes[account % 2]])
            for terminal in terminals { #expect(terminal.spent(account) <= bound.cardAndTerminal) }
            let everywhere = terminals.reduce(Amount.zero) { $0 + $1.spent(account) }
            #expect(everywhere <= bound.card(terminals: terminals.count))
        }
        for terminal in terminals { #expect(terminal.total <= exposure.terminal) }
        #expect(terminals.reduce(Amount.zero) { $0 + $1.total } <= exposure.campus(terminals: terminals.count))
    }

    @Test("a greedy adversary reaches the bound of a card to the fen", arguments: 100..<130)
    func tightForCards(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let policy = try Self.randomPolicy(&generator, meals: false)
        let exposure = policy.exposure(of: try PolicyDocuments.name("m"))
        for cardClass in [ClassName.standard, try PolicyDocuments.name("staff")] {
            var terminal = try #require(Self.terminals(1, policy).first)
            for _ in 0..<25 {
                let amount = try terminal.largest(account: 1, cardClass: cardClass, upTo: Amount(fen: 10_000))
                if amount == .zero { break }
                #expect(try terminal.sell(amount, account: 1, cardClass: cardClass))
            }
            #expect(terminal.total == exposure.cards[cardClass]?.cardAndTerminal)
        }
    }

    @Test("a crowd of cards reaches the bound of a terminal to the fen", arguments: 200..<220)
    func tightForTerminals(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let policy = try Self.randomPolicy(&generator, meals: false)
        let exposure = policy.exposure(of: try PolicyDocuments.name("m"))
        let dearest = try #require(exposure.cards.max { $0.value.sale < $1.value.sale }?.key)
        var terminal = try #require(Self.terminals(1, policy).first)
        for account in 0..<60 {
            let amount = try terminal.largest(account: account, cardClass: dearest, upTo: Amount(fen: 10_000))
            if amount == .zero { break }
            _ = try terminal.sell(amount, account: account, cardClass: dearest)
        }
        #expect(terminal.total == exposure.terminal)
    }

    @Test("the standard policy's bound is ¥60 per card and terminal and ¥20,000 per terminal")
    func standard() throws {
        let policy = CampusPolicy(bootstrap: .standard, timeZoneOffset: 28_800)
        let exposure = policy.exposure(of: .standard)
        #expect(exposure.cards[.standard]?.cardAndTerminal == Amount(fen: 6000))
        #expect(exposure.cards[.standard]?.card(terminals: 3) == Amount(fen: 18_000))
        #expect(exposure.terminal == Amount(fen: 2_000_000))
        #expect(exposure.campus(terminals: 10) == Amount(fen: 20_000_000))
    }

    @Test("where nothing is sold offline nothing can be lost")
    func nothing() throws {
        for rule in [
            #""offlinePermitted": false"#, #""selectionPerMille": 1000"#, #""cardCount": 0"#, #""mealsOnly": true"#,
        ] {
            let exposure = try PolicyDocuments.policy(rules: rule).exposure(of: .standard)
            #expect(exposure.terminal == .zero, "\(rule)")
            #expect(exposure.cards[.standard]?.cardAndTerminal == .zero, "\(rule)")
        }
    }

    @Test("a PIN lowers what a stranger can spend, not what the holder can")
    func stranger() throws {
        let bound = try #require(
            PolicyDocuments.policy(rules: #""pinCumulativeFen": 1000, "contactAgeSeconds": 3600"#)
                .exposure(of: .standard).cards[.standard])
        #expect(bound.cardAndTerminal == Amount(fen: 6000))
        #expect(bound.strangerAndTerminal == Amount(fen: 2000))
    }

    @Test("the largest numbers that a document may hold overflow nothing")
    func largest() throws {
        let policy = try PolicyDocuments.policy(
            rules: #"""
                "floorLimitFen": 100000000, "cardAmountFen": 100000000, "cardCount": 1000,
                "terminalAmountFen": 10000000000, "terminalCount": 100000, "contactAgeSeconds": 2592000
                """#)
        let exposure = policy.exposure(of: .standard)
        #expect(exposure.campus(terminals: .max) > exposure.terminal)
    }
}
