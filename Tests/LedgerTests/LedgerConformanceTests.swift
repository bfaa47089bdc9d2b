import Ledger
import TestSupport
import Testing

@Suite("Ledger conformance") struct LedgerConformanceTests {
    @Test("the journal in a real file keeps the journal's contract")
    func conforms() async throws {
        let file = try JournalFile()
        let ledger = try file.open()
        try await checkJournal(ledger)
        try await ledger.close()
    }
}
