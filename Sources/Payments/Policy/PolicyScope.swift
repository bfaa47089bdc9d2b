/// For whom a set of rules is: any merchant class, card class and meal that it does not name.
package struct PolicyScope: Sendable, Hashable, CustomStringConvertible {
    package var merchantClass: ClassName?
    package var cardClass: ClassName?
    package var meal: UInt8?

    package init(merchantClass: ClassName? = nil, cardClass: ClassName? = nil, meal: UInt8? = nil) {
        self.merchantClass = merchantClass
        self.cardClass = cardClass
        self.meal = meal
    }

    /// Whether it is for a sale in `other`, which names everything that is known of the sale.
    package func contains(_ other: PolicyScope) -> Bool {
        (merchantClass == nil || merchantClass == other.merchantClass)
            && (cardClass == nil || cardClass == other.cardClass) && (meal == nil || meal == other.meal)
    }

    /// The higher goes first: more names first, then a card class before a merchant class before a meal. No two
    /// different scopes that contain the same sale have the same number.
    package var precedence: Int {
        let names = [merchantClass != nil, cardClass != nil, meal != nil].count { $0 }
        return names * 8 + (cardClass == nil ? 0 : 4) + (merchantClass == nil ? 0 : 2) + (meal == nil ? 0 : 1)
    }

    package var description: String {
        let names = [
            merchantClass.map { "merchants \($0)" }, cardClass.map { "cards \($0)" }, meal.map { "meal \($0)" },
        ].compactMap { $0 }
        return names.isEmpty ? "everybody" : names.joined(separator: ", ")
    }
}

/// A class of merchants or of cardholders: 1 to 32 letters, digits, `-`, `_`, `.`.
package struct ClassName: TextIdentifier, CustomStringConvertible {
    package let text: String

    package init?(text: String) {
        guard isPlainName(text, limit: 32) else { return nil }
        self.text = text
    }

    private init(known text: String) { self.text = text }

    package var description: String { text }

    /// The class of merchants and cardholders that no document and no account names.
    package static let standard = ClassName(known: "standard")
}
