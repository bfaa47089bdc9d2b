/// The policy of one campus in one version: meal windows, classes of merchants, and rules by merchant class, card
/// class and meal. Checked; the document that it was read from is what the hub signs.
package struct CampusPolicy: Sendable, Hashable {
    /// Rules for one scope. A rule that is present with `nil` lifts the limit of wider scopes.
    package struct Entry: Sendable, Hashable {
        package var scope: PolicyScope
        package var values: [PolicyRule: Int64?]

        package init(scope: PolicyScope, values: [PolicyRule: Int64?]) {
            self.scope = scope
            self.values = values
        }
    }

    /// A meal window with the name that people know it by.
    package struct Meal: Sendable, Hashable {
        package var window: ServiceWindows.Window
        package var name: String

        package init(window: ServiceWindows.Window, name: String) {
            self.window = window
            self.name = name
        }
    }

    package let campus: ClassName
    /// From 1, rising from document to document.
    package let version: UInt64
    /// In force from here on; the version before it stays in force until then.
    package let validFrom: UnixTime
    /// Seconds east of UTC in which days and meals are counted.
    package let timeZoneOffset: Int64
    package let meals: [Meal]
    package let windows: ServiceWindows
    /// Classes of the merchants that are not of the standard class.
    package let merchantClasses: [MerchantID: ClassName]
    /// The most specific first.
    package let entries: [Entry]

    init(
        campus: ClassName, version: UInt64, validFrom: UnixTime, timeZoneOffset: Int64, meals: [Meal],
        windows: ServiceWindows, merchantClasses: [MerchantID: ClassName], entries: [Entry]
    ) {
        self.campus = campus
        self.version = version
        self.validFrom = validFrom
        self.timeZoneOffset = timeZoneOffset
        self.meals = meals
        self.windows = windows
        self.merchantClasses = merchantClasses
        self.entries = entries.sorted { $0.scope.precedence > $1.scope.precedence }
    }

    /// The policy before the first delivered one: what the terminal's own configuration says, for everybody.
    package init(bootstrap offline: OfflinePolicy, timeZoneOffset: Int64) {
        let values: [PolicyRule: Int64?] = [
            .offlinePermitted: offline.permitted ? 1 : 0, .unprovenCards: offline.unprovenCards ? 1 : 0,
            .floorLimitFen: offline.floorLimit.fen, .cardAmountFen: offline.cardAmount.fen,
            .cardCount: Int64(offline.cardCount), .terminalAmountFen: offline.terminalAmount.fen,
            .terminalCount: Int64(offline.terminalCount), .contactAgeSeconds: offline.contactAge.components.seconds,
        ]
        self.init(
            campus: .standard, version: 0, validFrom: UnixTime(milliseconds: 0), timeZoneOffset: timeZoneOffset,
            meals: [], windows: ServiceWindows(), merchantClasses: [:],
            entries: [Entry(scope: PolicyScope(), values: values)])
    }

    /// Whether it is the terminal's own configuration, because the hub has not delivered one.
    package var isBootstrap: Bool { version == 0 }

    package func merchantClass(_ merchant: MerchantID) -> ClassName { merchantClasses[merchant] ?? .standard }

    /// All card classes that rules name, and the standard one.
    package var cardClasses: [ClassName] {
        Set(entries.compactMap(\.scope.cardClass)).union([.standard]).sorted { $0.text < $1.text }
    }

    /// All merchant classes that rules or merchants name, and the standard one.
    package var allMerchantClasses: [ClassName] {
        Set(entries.compactMap(\.scope.merchantClass)).union(merchantClasses.values).union([.standard])
            .sorted { $0.text < $1.text }
    }

    /// What one rule says for a sale, and who says it.
    package struct Resolved: Sendable, Hashable {
        /// `nil` when there is no such limit.
        package var value: Int64?
        /// The scope whose entry speaks; `nil` for the value that stands where no document says anything.
        package var source: PolicyScope?

        package init(value: Int64?, source: PolicyScope?) {
            self.value = value
            self.source = source
        }
    }

    /// The most specific entry that sets the rule speaks; where none does, the rule's standard value stands.
    package func resolve(_ rule: PolicyRule, in scope: PolicyScope) -> Resolved {
        for entry in entries where entry.scope.contains(scope) {
            if let value = entry.values[rule] { return Resolved(value: value, source: entry.scope) }
        }
        return Resolved(value: rule.standard, source: nil)
    }

    /// All rules for a sale.
    package func rules(in scope: PolicyScope) -> PolicyRules { PolicyRules { resolve($0, in: scope).value } }

    /// The scope of a sale: the merchant's class, the cardholder's class and the meal that is open. A class of cards
    /// that no rule names is the standard one, so that the rules for the named classes are all that there are.
    package func scope(merchant: MerchantID, cardClass: ClassName, now: UnixTime) -> PolicyScope {
        let meal = openMeal(at: now)
        let isNamed = entries.contains { $0.scope.cardClass == cardClass }
        return PolicyScope(
            merchantClass: merchantClass(merchant), cardClass: isNamed ? cardClass : .standard,
            meal: meal == 0 ? nil : meal)
    }

    /// The number of the meal that is open, 0 outside any.
    package func openMeal(at now: UnixTime) -> UInt8 { windows.open(at: CalendarTime(now, offset: timeZoneOffset)) }

    /// Local midnight before `now`.
    package func startOfDay(_ now: UnixTime) -> UnixTime { Self.startOfDay(now, offset: timeZoneOffset) }

    /// Midnight before `now`, `offset` seconds east of UTC.
    package static func startOfDay(_ now: UnixTime, offset: Int64) -> UnixTime {
        UnixTime(seconds: (now.seconds + offset).quotientRoundedDown(by: 86_400) * 86_400 - offset)
    }

    /// When the open meal began today; `nil` outside meals.
    package func startOfMeal(_ now: UnixTime) -> UnixTime? {
        let number = openMeal(at: now)
        guard let meal = meals.first(where: { $0.window.id == number }) else { return nil }
        return startOfDay(now).advanced(by: .seconds(meal.window.start * 60))
    }
}
