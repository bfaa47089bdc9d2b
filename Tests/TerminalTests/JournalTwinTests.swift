import Payments
import Simulation
import TestSupport
import Testing

@Suite("Journal twin") struct JournalTwinTests {
    @Test("the journal in memory keeps the journal's contract")
    func conforms() async throws {
        let terminal = try #require(TerminalID(text: "0000A1B2C3D4"))
        try await checkJournal(SimulatedJournal(terminal: terminal, journal: JournalID(number: 1)))
    }
}
