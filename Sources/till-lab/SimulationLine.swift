import CampusSimulation
import Foundation
import Payments

/// What a run came to, in a line.
struct SimulationLine: Encodable {
    let seed: UInt64
    let kept: Bool
    /// Virtual time, hours.
    let simulatedHours: Double
    let hoursPerSecond: Double
    let fingerprint: String
    let tally: CampusTally
    let violations: [String]
    let command: String

    init(_ report: SimulationReport, took: Duration) {
        seed = report.plan.seed
        kept = report.violations.isEmpty
        simulatedHours = Double(report.simulated.wholeMilliseconds) / 3_600_000
        hoursPerSecond = simulatedHours / max(Double(took.wholeMilliseconds) / 1000, 0.001)
        fingerprint = Hex.encode(report.fingerprint.bigEndianBytes(count: 8))
        tally = report.tally
        violations = report.violations.map(\.line)
        command = report.plan.command
    }

    var text: String {
        let verdict = kept ? "kept" : "BROKEN"
        return "seed \(seed): \(verdict)  \(Self.rounded(simulatedHours)) h at \(Self.rounded(hoursPerSecond)) h/s  "
            + "\(tally.text)  fingerprint \(fingerprint)"
    }

    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    private static func rounded(_ value: Double) -> String { String(format: "%.1f", value) }
}

extension CampusTally {
    /// The figures in a row.
    var text: String {
        "\(orders) orders, \(approved) approved (\(approvedAlone) alone, \(approvedPurse) purse, "
            + "\(approvedCode) code), \(declined) declined, \(unknown) unknown, \(loads) loads, "
            + "\(corrections) corrections, \(adjustments) adjustments, \(policies) policies; "
            + "\(terminalDeaths)+\(hubDeaths) deaths, \(faults) faults"
    }

    /// How often each kind of fault happened.
    var faultText: String {
        FaultKind.allCases.map { "\($0.rawValue) \(faultCounts[$0.rawValue] ?? 0)" }.joined(separator: ", ")
    }
}

extension Violation {
    /// For people.
    var line: String { "promise \(promise) broken at \(at.wholeMilliseconds / 1000) s: \(text)" }
}
