import Payments
import ServiceHost
import SmartCards

/// The section `compound` of a purse profile.
struct CompoundProfileSettings {
    private let section: ConfigurationSection
    private let file: Setting<Int>
    private let identifier: Setting<Int?>
    private let number: Setting<Int?>
    private let countPerWindow: Setting<Int?>
    private let amountPerWindow: Setting<Amount?>
    private let countPerDay: Setting<Int?>
    private let amountPerDay: Setting<Amount?>

    init(_ section: ConfigurationSection) {
        self.section = section
        file = section.integer("file", in: 1...30)
        identifier = section.optionalNumber("record_identifier", in: 1...254)
        number = section.optionalNumber("record_number", in: 1...254)
        let limits = section.section("limits", required: false)
        countPerWindow = limits.optionalNumber("window_count", in: 1...255)
        amountPerWindow = limits.optionalSaleAmount("window_amount")
        countPerDay = limits.optionalNumber("day_count", in: 1...255)
        amountPerDay = limits.optionalSaleAmount("day_amount")
        switch (identifier, number) {
        case (.found(.some), .found(.some)):
            section.reject("record_number", "record_identifier names the record already")
        case (.found(nil), .found(nil)):
            section.reject("record_identifier", "expected record_identifier or record_number, found neither")
        default: break
        }
    }

    /// Without windows a limit per window would be one per day.
    func rejectWindowless() {
        if case .found(.some) = countPerWindow {
            section.reject("limits", "window_count counts in service_windows, of which there is none")
        } else if case .found(.some) = amountPerWindow {
            section.reject("limits", "window_amount counts in service_windows, of which there is none")
        }
    }

    func value() throws(ConfigurationError) -> CompoundRecord {
        let selection: CompoundRecord.Selection
        if let identifier = try identifier.value {
            selection = .identifier(UInt8(identifier))
        } else {
            guard let number = try number.value else { fatalError("the record was checked when it was read") }
            selection = .number(UInt8(number))
        }
        return CompoundRecord(
            shortFile: UInt8(try file.value), selection: selection,
            limits: MealLimits(
                countPerWindow: try countPerWindow.value.map { UInt8($0) },
                amountPerWindow: try amountPerWindow.value.map { UInt32($0.fen) },
                countPerDay: try countPerDay.value.map { UInt8($0) },
                amountPerDay: try amountPerDay.value.map { UInt32($0.fen) }))
    }
}

extension ConfigurationSection {
    /// A whole number in `range`, `nil` when the key is left out.
    func optionalNumber(_ key: String, in range: ClosedRange<Int>) -> Setting<Int?> {
        optionalValue(key, expected: "a whole number from \(range.lowerBound) to \(range.upperBound)") {
            guard !$0.hasPrefix("+"), let number = Int($0), range.contains(number) else { return nil }
            return number
        }
    }

    /// An amount above zero that one sale may have, `nil` when the key is left out.
    func optionalSaleAmount(_ key: String) -> Setting<Amount?> {
        optionalValue(key, expected: "an amount in yuan above zero") { text in
            Amount(yuan: text).flatMap { $0 > .zero && $0 <= .saleMaximum ? $0 : nil }
        }
    }
}
