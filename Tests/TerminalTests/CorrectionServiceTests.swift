import HubProtocol
import Payments
import Simulation
import Terminal
import TestSupport
import Testing

@Suite("Correction service") struct CorrectionServiceTests {
    private static func service(_ till: Till) -> CorrectionService {
        CorrectionService(
            journal: till.journal, numbers: till.journal, clock: till.trusted, rules: CorrectionRules(),
            abandon: { [authorization = till.authorization] in authorization.abandon($0) },
            recorded: { [recorded = till.recorded] in recorded.increment() })
    }

    private static func refund(_ sale: TransactionID, fen: Int64?, _ reference: String) throws -> CorrectionRequest {
        CorrectionRequest(
            reference: try #require(SaleReference(text: reference)),
            order: .refund(sale, amount: fen.map { Amount(fen: $0) }))
    }

    @Test("the journal in memory keeps the contract about corrections")
    func conforms() async throws {
        let terminal = try #require(TerminalID(number: 1))
        try await checkCorrections(SimulatedJournal(terminal: terminal, journal: JournalID(number: 1)))
        try await checkPurseCorrections(SimulatedJournal(terminal: terminal, journal: JournalID(number: 2)))
    }

    @Test("a refusal and a repetition use no number")
    func numbers() async throws {
        let till = try await Till()
        let service = Self.service(till)
        let sale = try await till.authorize(1000).record.transaction
        guard case .stored(let stored) = try await service.correct(try Self.refund(sale, fen: 400, "r-1")) else {
            Issue.record("refused")
            return
        }
        #expect(stored.record.transaction.trace.number == sale.trace.number + 1)
        #expect(till.recorded.value == 2)
        #expect(
            try await service.correct(try Self.refund(sale, fen: 601, "r-2"))
                == .refused(CorrectionRefusal(.aboveSale)))
        guard case .stored(let again) = try await service.correct(try Self.refund(sale, fen: 400, "r-1")) else {
            Issue.record("refused")
            return
        }
        #expect(again.isRepeated && again.record == stored.record)
        #expect(try await till.journal.figures().sequence == 2)
        #expect(till.recorded.value == 2)
    }

    @Test("promises 1 and 2: a refund that cannot be stored is none; its number is voided, and it can be asked again")
    func notStored() async throws {
        let till = try await Till()
        let service = Self.service(till)
        let sale = try await till.authorize(1000).record.transaction
        till.journal.failCommits(1)
        await #expect(throws: LedgerError(.diskFull)) {
            _ = try await service.correct(try Self.refund(sale, fen: nil, "r-1"))
        }
        try await till.authorization.voidAbandoned()
        guard case .stored(let stored) = try await service.correct(try Self.refund(sale, fen: nil, "r-1")) else {
            Issue.record("refused")
            return
        }
        #expect(!stored.isRepeated && stored.corrected == Amount(fen: 1000))
        #expect(
            try await till.journal.records(after: 1, limit: 9).map(\.record.outcome) == [.voided, .approved])
        #expect(try await till.journal.verify().findings == [])
    }
}
