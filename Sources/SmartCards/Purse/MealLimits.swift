/// How much one card may eat: per service window of one day, and per day. `nil` where there is no limit beside what
/// the record can count.
package struct MealLimits: Sendable, Hashable {
    /// Which of the limits is reached.
    package enum Limit: String, Sendable, Hashable, CaseIterable {
        case countPerWindow
        case amountPerWindow
        case countPerDay
        case amountPerDay
    }

    package let countPerWindow: UInt8?
    /// In fen.
    package let amountPerWindow: UInt32?
    package let countPerDay: UInt8?
    /// In fen.
    package let amountPerDay: UInt32?

    package init(
        countPerWindow: UInt8? = nil, amountPerWindow: UInt32? = nil, countPerDay: UInt8? = nil,
        amountPerDay: UInt32? = nil
    ) {
        self.countPerWindow = countPerWindow
        self.amountPerWindow = amountPerWindow
        self.countPerDay = countPerDay
        self.amountPerDay = amountPerDay
    }
}
