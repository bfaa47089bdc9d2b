import ControlProtocol
import Lab
import Payments
import Testing

/// What a wrong build would leave behind is caught: a missing sync, a dropped comparison with what is known, a hold
/// that is not released.
@Suite("The checks after kills can fail") struct LunchCheckTests {
    private static func record(
        _ sequence: UInt64, trace: UInt64, fen: Int64 = 300, outcome: String = "approved", hash: String? = nil
    ) throws -> JournalLineMessage {
        let terminal = try #require(TerminalID(number: 1))
        return JournalLineMessage(
            sequence: sequence, trace: TraceNumber(trace),
            transaction: TransactionID(
                terminal: terminal, journal: JournalID(number: 1), trace: TraceNumber(trace)),
            timeMilliseconds: 0, outcome: outcome, reason: nil, amountFen: fen, payer: nil, merchant: nil, lane: nil,
            decidedBy: nil, acknowledged: false, hash: hash ?? "hash \(sequence)")
    }

    /// Findings about a changed journal of which three records were shown and read before.
    private static func findings(_ change: (inout [JournalLineMessage]) throws -> Void) throws -> [String] {
        var journal = try (UInt64(1)...3).map { try record($0, trace: $0) }
        let shown = Dictionary(uniqueKeysWithValues: journal.map { ($0.transaction, $0.amountFen ?? 0) })
        var known: [UInt64: String] = [:]
        #expect(LunchChecks.findings(in: journal, shown: shown, known: &known) == [])
        try change(&journal)
        return LunchChecks.findings(in: journal, shown: shown, known: &known)
    }

    @Test("a sound journal has no findings, and new records are none")
    func sound() throws {
        #expect(try Self.findings { _ in } == [])
        #expect(try Self.findings { $0.append(try Self.record(4, trace: 4)) } == [])
    }

    @Test("an approval that was shown and did not reach the disk is caught (1, 5)")
    func missingSync() throws {
        let lost = try Self.findings { $0.removeLast() }
        #expect(lost.contains { $0.hasPrefix("promise 1") } && lost.contains { $0.hasPrefix("promise 5") })
        // Its place was taken by what came after the restart.
        let replaced = try Self.findings { $0[2] = try Self.record(3, trace: 9, hash: "other") }
        #expect(replaced.contains { $0.hasPrefix("promise 1") } && replaced.contains { $0.hasPrefix("promise 5") })
        let voided = try Self.findings { $0[2] = try Self.record(3, trace: 3, outcome: "voided") }
        #expect(voided.contains { $0.hasPrefix("promise 1") })
    }

    @Test("a transaction that was stored again after the restart is caught (2)")
    func storedTwice() throws {
        #expect(try Self.findings { $0.append(try Self.record(4, trace: 3)) }.contains { $0.hasPrefix("promise 2") })
    }

    @Test("another amount than the one shown is caught (1)")
    func amount() throws {
        #expect(try Self.findings { $0[0].amountFen = 30 }.contains { $0.hasPrefix("promise 1") })
    }

    @Test("a batch that the hub posted twice, or not, and a hold that it kept are caught (3, 4)")
    func books() {
        func findings(balance: Int64, held: Int64 = 0) -> [String] {
            LunchChecks.findings(
                spent: ["1": 300], openingFen: 1000,
                accounts: ["1": LabHub.AccountFigures(balanceFen: balance, heldFen: held)], codes: [])
        }
        #expect(findings(balance: 700) == [])
        #expect(findings(balance: 400).contains { $0.hasPrefix("promise 3") })
        #expect(findings(balance: 1000).contains { $0.hasPrefix("promise 3") })
        #expect(findings(balance: 700, held: 300).contains { $0.hasPrefix("promise 4") })
    }

    @Test("a code with two approved records is caught (8)")
    func code() {
        let code = LunchChecks.CodeUse(keyID: 1, serial: "01")
        func findings(_ codes: [LunchChecks.CodeUse]) -> [String] {
            LunchChecks.findings(spent: [:], openingFen: 0, accounts: [:], codes: codes)
        }
        #expect(findings([code]) == [])
        #expect(findings([code, code]).contains { $0.hasPrefix("promise 8") })
    }
}
