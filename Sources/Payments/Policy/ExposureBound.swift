/// The worst possible loss while terminals are cut off from the hub, for cards of one class at terminals of one
/// merchant class. `docs/reference/policy.md` derives it.
package struct ExposureBound: Sendable, Hashable {
    /// Largest single sale that a terminal approves alone.
    package var sale: Amount
    /// What one account can owe because of one terminal.
    package var cardAndTerminal: Amount
    /// The part of it that somebody who found the card, and does not know its PIN, can spend.
    package var strangerAndTerminal: Amount

    /// From the rules for one class of cards.
    ///
    /// - Parameter rules: in each meal, and outside meals unless nothing is sold then.
    init(_ rules: [PolicyRules]) {
        let sales = rules.map(Self.saleMaximum)
        sale = sales.max() ?? .zero
        guard sale > .zero, let any = rules.first else {
            (cardAndTerminal, strangerAndTerminal) = (.zero, .zero)
            return
        }
        let offline = any.offline
        var card = min(
            offline.cardAmount, offline.terminalAmount,
            sale.times(min(offline.cardCount, offline.terminalCount)))
        // An outage that the terminal tolerates touches at most so many local days.
        let days = Int(offline.contactAge.components.seconds / 86_400) + 2
        if any.meal.isRequired {
            let perDay = rules.map { rules in
                min(
                    rules.meal.amount ?? .exposureMaximum,
                    rules.meal.count.map { Self.saleMaximum(rules).times($0) } ?? .exposureMaximum)
            }
            let sum = perDay.reduce(Amount.zero) { min(.exposureMaximum, $0 + $1) }
            card = min(card, sum.times(days))
        }
        if let day = any.limits.day { card = min(card, day.times(days)) }
        cardAndTerminal = card
        var stranger = card
        if let cumulative = any.pin.cumulative { stranger = min(stranger, cumulative.times(days)) }
        if let above = any.pin.above {
            stranger = min(stranger, min(above, sale).times(min(offline.cardCount, offline.terminalCount)))
        }
        strangerAndTerminal = stranger
    }

    /// What one account can owe when so many terminals are cut off at the same time.
    package func card(terminals: Int) -> Amount { cardAndTerminal.times(terminals) }

    private static func saleMaximum(_ rules: PolicyRules) -> Amount {
        guard rules.offline.permitted else { return .zero }
        let selected = rules.selection.perMille == 1000 && !rules.selection.permitsUnreachable
        guard !selected else { return .zero }
        var sale = min(rules.offline.floorLimit, rules.offline.cardAmount, rules.offline.terminalAmount)
        if rules.offline.cardCount == 0 || rules.offline.terminalCount == 0 { return .zero }
        if let single = rules.limits.single { sale = min(sale, single) }
        return sale
    }
}

/// The worst possible loss at the terminals of one merchant class.
package struct TerminalExposure: Sendable, Hashable {
    package var cards: [ClassName: ExposureBound]
    /// What one terminal can lose to all cards together.
    package var terminal: Amount

    /// What so many terminals of the class can lose at the same time.
    package func campus(terminals: Int) -> Amount { terminal.times(terminals) }
}

extension CampusPolicy {
    /// The bound for terminals of a merchant class, from the rules alone.
    package func exposure(of merchantClass: ClassName) -> TerminalExposure {
        var bounds: [ClassName: ExposureBound] = [:]
        for cardClass in cardClasses {
            var scope = PolicyScope(merchantClass: merchantClass, cardClass: cardClass)
            let outside = rules(in: scope)
            var all = outside.meal.isRequired ? [] : [outside]
            for meal in meals {
                scope.meal = meal.window.id
                all.append(rules(in: scope))
            }
            bounds[cardClass] = ExposureBound(all)
        }
        let offline = rules(in: PolicyScope(merchantClass: merchantClass)).offline
        let sale = bounds.values.map(\.sale).max() ?? .zero
        return TerminalExposure(
            cards: bounds, terminal: min(offline.terminalAmount, sale.times(offline.terminalCount)))
    }
}

extension Amount {
    /// Larger than any bound that can be reached: a bound above it is shown as this.
    fileprivate static let exposureMaximum = Amount(fen: 1 << 60)

    /// The product, at most ``exposureMaximum``.
    fileprivate func times(_ count: Int) -> Amount {
        let (product, overflow) = fen.multipliedReportingOverflow(by: Int64(count))
        return overflow ? .exposureMaximum : min(.exposureMaximum, Amount(fen: product))
    }
}
