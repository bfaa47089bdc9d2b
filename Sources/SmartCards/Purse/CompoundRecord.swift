import Payments

/// Where a campus keeps its ``MealCounter`` on the card, and what the counter allows: data, not code.
package struct CompoundRecord: Sendable, Hashable {
    /// Which record of the file is meant.
    package enum Selection: Sendable, Hashable {
        /// The first record whose first byte is this.
        case identifier(UInt8)
        /// By number, from 1.
        case number(UInt8)
    }

    /// Short identifier of the compound-purchase file, 1 to 30.
    package let shortFile: UInt8
    package let selection: Selection
    package let limits: MealLimits

    /// - Parameter shortFile: 1 to 30.
    package init(shortFile: UInt8, selection: Selection, limits: MealLimits) {
        invariant((1...30).contains(shortFile), "a short file identifier is 1 to 30")
        self.shortFile = shortFile
        self.selection = selection
        self.limits = limits
    }

    /// What `purchase` makes of the record that the card holds.
    ///
    /// - Parameters:
    ///   - content: the card's answer to READ RECORD.
    ///   - window: the service window that is open, 0 outside any.
    func update(
        _ content: [UInt8], with purchase: PurseTransaction, in window: UInt8
    ) throws(CompoundRefusal) -> CompoundUpdate {
        guard content.count == MealCounter.length else { throw .recordUnusable(.length(content.count)) }
        guard let before = MealCounter(bytes: content) else { throw .recordUnusable(.layout) }
        if case .identifier(let wanted) = selection, before.identifier != wanted { throw .recordUnusable(.layout) }
        return CompoundUpdate(
            shortFile: shortFile, selection: selection, before: before,
            after: try before.counting(purchase, in: window, limits: limits))
    }
}

/// Why a card's record does not allow a compound purchase. The card is as it was before.
package enum CompoundRefusal: Error, Sendable, Hashable {
    /// What makes a record unusable.
    package enum Defect: Sendable, Hashable {
        /// Not the length of a ``MealCounter``, but this.
        case length(Int)
        /// Not the layout of a ``MealCounter``, or another identifier.
        case layout
        /// Written on a later day than today: this terminal's clock or an earlier one's is wrong.
        case laterDay
    }

    /// The meal has been eaten.
    case entitlementUsedUp(MealLimits.Limit)
    case recordUnusable(Defect)
    /// The card has no such file or record.
    case recordMissing(StatusWord)
}
