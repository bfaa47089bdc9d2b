import Payments

/// `GET /v1/policy`: the rules in force, what they allow now, and the worst possible loss.
package struct PolicyExplanationMessage: Codable, Sendable, Hashable {
    /// One rule and who sets it.
    package struct Rule: Codable, Sendable, Hashable {
        package var rule: PolicyRule
        /// Absent where there is no such limit. Flags are 0 and 1.
        package var value: Int64?
        /// The scope whose entry speaks; absent for the built-in value.
        package var source: String?

        package init(rule: PolicyRule, value: Int64?, source: String?) {
            self.rule = rule
            self.value = value
            self.source = source
        }
    }

    /// What is left of an allowance.
    package struct Allowance: Codable, Sendable, Hashable {
        package var amountFen: Int64
        package var count: Int

        package init(amountFen: Int64, count: Int) {
            self.amountFen = amountFen
            self.count = count
        }
    }

    /// The meal that is open.
    package struct Meal: Codable, Sendable, Hashable {
        package var id: UInt8
        package var name: String
        /// Minutes since local midnight.
        package var fromMinute: Int
        package var toMinute: Int

        package init(id: UInt8, name: String, fromMinute: Int, toMinute: Int) {
            self.id = id
            self.name = name
            self.fromMinute = fromMinute
            self.toMinute = toMinute
        }
    }

    /// What one account may do here now.
    package struct Account: Codable, Sendable, Hashable {
        package var offline: Allowance
        package var todayFen: Int64
        package var mealFen: Int64
        package var mealCount: Int
        package var singleLimitFen: Int64?
        package var dayLimitFen: Int64?
        package var hasPIN: Bool
        package var isPINLocked: Bool
        /// In the subsidy purse, as far as the terminal knows.
        package var subsidyFen: Int64
        /// From then on it cannot be spent; absent when it does not end.
        package var subsidyEndsMilliseconds: Int64?

        package init(_ view: LedgerView, offline: Allowance) {
            self.offline = offline
            todayFen = view.today.amount.fen
            mealFen = view.meal.amount.fen
            mealCount = view.meal.count
            singleLimitFen = view.terms.limits.single?.fen
            dayLimitFen = view.terms.limits.day?.fen
            hasPIN = view.terms.hasPIN
            isPINLocked = view.terms.isPINLocked
            subsidyFen = view.subsidy.available.fen
            subsidyEndsMilliseconds = view.subsidy.expiresAt?.milliseconds
        }
    }

    /// The worst possible loss for one class of cards.
    package struct CardLoss: Codable, Sendable, Hashable {
        package var cardClass: ClassName
        package var saleFen: Int64
        package var cardAndTerminalFen: Int64
        package var strangerAndTerminalFen: Int64
        /// Over all the terminals asked for.
        package var cardFen: Int64

        package init(_ cardClass: ClassName, _ bound: ExposureBound, terminals: Int) {
            self.cardClass = cardClass
            saleFen = bound.sale.fen
            cardAndTerminalFen = bound.cardAndTerminal.fen
            strangerAndTerminalFen = bound.strangerAndTerminal.fen
            cardFen = bound.card(terminals: terminals).fen
        }
    }

    /// 0 when the terminal's own configuration counts, because the hub has not delivered a policy.
    package var version: UInt64
    package var campus: ClassName
    package var validFromMilliseconds: Int64
    package var timeMilliseconds: Int64
    /// Seconds east of UTC in which days and meals are counted.
    package var timeZoneSeconds: Int64
    package var clockTrusted: Bool
    package var merchant: MerchantID
    package var merchantClass: ClassName
    package var cardClass: ClassName
    package var rules: [Rule]
    package var meal: Meal?
    /// Age of the last contact; absent before the first.
    package var contactAgeSeconds: Int64?
    package var terminal: Allowance
    /// Whether the terminal would now approve anything alone, and if not, why.
    package var offlineRefusal: DeclineReason?
    package var account: Account?
    package var losses: [CardLoss]
    package var terminalLossFen: Int64
    package var terminals: Int
    package var campusLossFen: Int64
    /// What a person must see to; absent when there is nothing.
    package var alarm: ProblemMessage?

    package init(
        policy: CampusPolicy, scope: PolicyScope, merchant: MerchantID, time: UnixTime, view: LedgerView,
        refusal: DeclineReason?, account: Account?, terminals: Int
    ) {
        version = policy.version
        campus = policy.campus
        validFromMilliseconds = policy.validFrom.milliseconds
        timeMilliseconds = time.milliseconds
        timeZoneSeconds = policy.timeZoneOffset
        clockTrusted = view.isClockTrusted
        self.merchant = merchant
        merchantClass = scope.merchantClass ?? .standard
        cardClass = scope.cardClass ?? .standard
        rules = PolicyRule.allCases.map { rule in
            let resolved = policy.resolve(rule, in: scope)
            return Rule(rule: rule, value: resolved.value, source: resolved.source.map(\.description))
        }
        meal = policy.meals.first { $0.window.id == scope.meal }.map {
            Meal(id: $0.window.id, name: $0.name, fromMinute: $0.window.start, toMinute: $0.window.end)
        }
        contactAgeSeconds = view.lastHubContact.map { time.since($0).components.seconds }
        let offline = policy.rules(in: scope).offline
        terminal = Allowance(
            amountFen: max(0, (offline.terminalAmount - view.terminalOffline.amount).fen),
            count: max(0, offline.terminalCount - view.terminalOffline.count))
        offlineRefusal = refusal
        self.account = account
        let exposure = policy.exposure(of: merchantClass)
        losses = exposure.cards.sorted { $0.key.text < $1.key.text }.map {
            CardLoss($0.key, $0.value, terminals: terminals)
        }
        terminalLossFen = exposure.terminal.fen
        self.terminals = terminals
        campusLossFen = exposure.campus(terminals: terminals).fen
    }
}
