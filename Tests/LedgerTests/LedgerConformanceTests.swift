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

    @Test("the journal in a real file keeps the contract about a card's own money (promise 7)")
    func cardTransactions() async throws {
        var file = try JournalFile()
        try await checkCardTransactions(try file.open()) { _, now in
            file = try file.copiedAsAfterCrash()
            return try file.open(now: now)
        }
    }
}
