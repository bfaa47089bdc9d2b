import Payments

/// The record that a compound purchase keeps on the card: how much was eaten in this meal and on this day. 32 bytes:
///
/// | offset | bytes | |
/// |---|---|---|
/// | 0 | 1 | record identifier |
/// | 1 | 1 | length of the rest, 1E |
/// | 2 | 1 | version of this layout, 01 |
/// | 3 | 4 | day of the last purchase, BCD YYYYMMDD; zeros when there was none |
/// | 7 | 1 | service window of the last purchase, 00 outside any |
/// | 8 | 1 | purchases in that window of that day |
/// | 9 | 1 | purchases on that day |
/// | 10 | 4 | amount in that window of that day, in fen |
/// | 14 | 4 | amount on that day, in fen |
/// | 18 | 6 | terminal of the last purchase |
/// | 24 | 3 | time of the last purchase, BCD hhmmss |
/// | 27 | 5 | unused, zeros |
///
/// Defined by this project; the first two bytes follow the variable records of compound-purchase files (identifier,
/// length). Terminal, day and time make the record of one purchase unlike that of any other.
package struct MealCounter: Sendable, Hashable {
    /// Length of the record.
    package static let length = 32
    private static let rest: UInt8 = 0x1E
    private static let version: UInt8 = 0x01

    package let identifier: UInt8
    /// For example 20260901; 0 before the first purchase.
    package private(set) var day = 0
    /// 0 outside any service window.
    package private(set) var window: UInt8 = 0
    package private(set) var countInWindow: UInt8 = 0
    package private(set) var countOnDay: UInt8 = 0
    /// In fen.
    package private(set) var amountInWindow: UInt32 = 0
    /// In fen.
    package private(set) var amountOnDay: UInt32 = 0
    /// Six bytes.
    private var terminal = [UInt8](repeating: 0, count: 6)
    /// BCD hhmmss.
    private var time: [UInt8] = [0, 0, 0]

    /// The record of a new card.
    package init(identifier: UInt8) { self.identifier = identifier }

    /// Reads the record; `nil` when it is not exactly this layout.
    package init?(bytes: [UInt8]) {
        guard bytes.count == Self.length, bytes[1] == Self.rest, bytes[2] == Self.version,
            bytes[27..<32].allSatisfy({ $0 == 0 }), BinaryCodedDecimal.decode(bytes[24..<27]) != nil
        else { return nil }
        identifier = bytes[0]
        if bytes[3..<7].contains(where: { $0 != 0 }) {
            guard let day = BinaryCodedDecimal.decodeDate(bytes[3..<7]) else { return nil }
            self.day = day
        }
        window = bytes[7]
        countInWindow = bytes[8]
        countOnDay = bytes[9]
        amountInWindow = UInt32(bigEndian: bytes[10..<14])
        amountOnDay = UInt32(bigEndian: bytes[14..<18])
        terminal = Array(bytes[18..<24])
        time = Array(bytes[24..<27])
    }

    /// The 32 bytes.
    package var bytes: [UInt8] {
        [identifier, Self.rest, Self.version] + BinaryCodedDecimal.encode(day, count: 4)
            + [window, countInWindow, countOnDay] + amountInWindow.bigEndianBytes(count: 4)
            + amountOnDay.bigEndianBytes(count: 4) + terminal + time + [0, 0, 0, 0, 0]
    }

    /// The record after `purchase` in `window`. Another day starts everything at zero, another window of the same day
    /// what belongs to the window.
    ///
    /// A record from a later day is refused rather than started anew: of two terminals whose clocks differ, each would
    /// give the meal once more whenever the card comes back from the other.
    package func counting(
        _ purchase: PurseTransaction, in window: UInt8, limits: MealLimits
    ) throws(CompoundRefusal) -> MealCounter {
        let today = purchase.time.year * 10_000 + purchase.time.month * 100 + purchase.time.day
        guard day <= today else { throw .recordUnusable(.laterDay) }
        var next = day == today ? self : MealCounter(identifier: identifier)
        if next.window != window {
            next.countInWindow = 0
            next.amountInWindow = 0
        }
        next.countInWindow = try Self.add(1, to: next.countInWindow, maximum: limits.countPerWindow, .countPerWindow)
        next.amountInWindow = try Self.add(
            purchase.amount, to: next.amountInWindow, maximum: limits.amountPerWindow, .amountPerWindow)
        next.countOnDay = try Self.add(1, to: next.countOnDay, maximum: limits.countPerDay, .countPerDay)
        next.amountOnDay = try Self.add(
            purchase.amount, to: next.amountOnDay, maximum: limits.amountPerDay, .amountPerDay)
        next.day = today
        next.window = window
        next.terminal = purchase.terminal.bytes
        next.time = purchase.time.binaryCodedTime
        return next
    }

    private static func add<Number: FixedWidthInteger>(
        _ more: Number, to number: Number, maximum: Number?, _ limit: MealLimits.Limit
    ) throws(CompoundRefusal) -> Number {
        let (sum, isOverflow) = number.addingReportingOverflow(more)
        guard !isOverflow, sum <= maximum ?? .max else { throw .entitlementUsedUp(limit) }
        return sum
    }
}
