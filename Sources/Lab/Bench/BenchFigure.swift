import Foundation

/// One measured figure beside its floor and its target.
package struct BenchFigure: Sendable, Encodable {
    /// What a figure is counted in.
    package enum Unit: String, Sendable, Encodable {
        case perSecond = "/s"
        case milliseconds = "ms"
        case nanoseconds = "ns"
        case mebibytes = "MiB"
    }

    /// What docs/benchmarks.md promises for the figure, or for its ratio to the floor.
    package struct Target: Sendable, Encodable {
        package var text: String
        package var met: Bool
    }

    package var name: String
    package var unit: Unit
    package var ours: Double
    package var floor: Double?
    /// What the floor is; absent together with it.
    package var floorName: String?
    /// Ours divided by the floor.
    package var ratio: Double?
    package var target: Target?

    package init(_ name: String, _ ours: Double, _ unit: Unit, floor: Double? = nil, of floorName: String? = nil) {
        self.name = name
        self.unit = unit
        self.ours = ours
        self.floor = floor
        self.floorName = floorName
        ratio = floor.flatMap { $0 > 0 ? ours / $0 : nil }
    }

    /// The same figure with a target for its ratio: at least `limit`.
    func ratioAtLeast(_ limit: Double) -> BenchFigure {
        with(Target(text: "≥ \(Self.text(limit)) ×", met: (ratio ?? 0) >= limit))
    }

    /// The same figure with a target for its value: at least `limit`.
    func atLeast(_ limit: Double) -> BenchFigure {
        with(Target(text: "≥ \(Self.text(limit)) \(unit.rawValue)", met: ours >= limit))
    }

    /// The same figure with a target for its value: at most `limit`, explained by `formula` where it is computed.
    func atMost(_ limit: Double, _ formula: String? = nil) -> BenchFigure {
        let value = "≤ \(Self.text(limit)) \(unit.rawValue)"
        return with(Target(text: formula.map { "\(value) (\($0))" } ?? value, met: ours <= limit))
    }

    /// The same figure with a target for what it takes more than its floor: at most `limit`.
    func overFloorAtMost(_ limit: Double) -> BenchFigure {
        let overhead = ours - (floor ?? 0)
        return with(
            Target(
                text: "≤ floor + \(Self.text(limit)) \(unit.rawValue), is floor + \(Self.text(overhead))",
                met: overhead <= limit))
    }

    private func with(_ target: Target) -> BenchFigure {
        var figure = self
        figure.target = target
        return figure
    }

    /// Ratio, ours and floor, then what they are of and the target.
    package var line: String {
        let ratio = ratio.map { "\(Self.text($0)) ×" } ?? ""
        let floor = floor.map { "\(Self.text($0)) \(unit.rawValue)" } ?? ""
        let columns =
            "  " + Self.padded(ratio, 9) + Self.padded("\(Self.text(ours)) \(unit.rawValue)", 12)
            + Self.padded(floor, 12) + "  "
        let about = [name, floorName.map { "floor: \($0)" }].compactMap { $0 }.joined(separator: "; ")
        let target = target.map { "  [\($0.text): \($0.met ? "met" : "not met")]" } ?? ""
        return columns + about + target
    }

    /// Above the columns of ``line``.
    package static var heading: String {
        "  " + padded("ratio", 9) + padded("ours", 12) + padded("floor", 12) + "  what  [target]"
    }

    /// Three digits that count.
    private static func text(_ value: Double) -> String {
        let digits = value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3
        return String(format: "%.\(digits)f", value)
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
