import ControlClient
import ControlProtocol
import Foundation
import HubProtocol
import Lab
import Payments
import Simulation
import TestSupport
import Testing

extension Integration {
    @Suite("Refunds and voids, end to end") struct CorrectionTests {
        private static let account = "2026010001"

        private static func refused(
            _ campus: LabCampus, _ order: CorrectionOrderMessage, _ reference: String = UUID().uuidString
        ) async throws -> String? {
            do throws(ControlClientError) {
                let done = try await campus.terminal.client.correct(reference: reference, order)
                Issue.record("corrected: \(done)")
                return nil
            } catch .refused(let problem) {
                #expect(problem.chinese != nil)
                return problem.code
            } catch {
                throw error
            }
        }

        @Test(
            "promises 1 to 3: refunds and voids without the hub, kills between, and the books agree when it is back",
            .timeLimit(.minutes(15)))
        func offline() async throws {
            try await withCampus { campus in
                let card = try await campus.cardholder(Self.account, serial: "00061998081700000031")
                try await campus.level()
                await campus.hub.kill()
                let first = try await campus.tap(card, amount: Amount(fen: 1000))
                let sale = try #require(first.transaction)
                let client = campus.terminal.client
                let refund = CorrectionOrderMessage(refund: sale, amount: Amount(fen: 400))
                let done = try await client.correct(reference: "r-1", refund)
                #expect(done.kind == .refund && done.amountFen == 400 && done.sale.transaction == sale)
                #expect(done.sale.correctedFen == 400 && !done.repeated)
                let shown = try await client.status().lanes.first { $0.lane == first.lane }
                #expect(shown?.display == "refunded")

                await campus.terminal.kill()
                try await campus.terminal.start()
                let again = try await client.correct(reference: "r-1", refund)
                #expect(again.repeated && again.transaction == done.transaction)
                #expect(try await client.correction(reference: "r-1") == again)
                let reused = CorrectionOrderMessage(refund: sale, amount: Amount(fen: 401))
                #expect(try await Self.refused(campus, reused, "r-1") == "E6047")
                let above = CorrectionOrderMessage(refund: sale, amount: Amount(fen: 601))
                #expect(try await Self.refused(campus, above) == "E6043")

                let second = try await campus.tap(card, amount: Amount(fen: 500))
                let notLast = CorrectionOrderMessage(voidAt: first.lane, transaction: sale)
                #expect(try await Self.refused(campus, notLast) == "E6046")
                let void = CorrectionOrderMessage(voidAt: first.lane, transaction: nil)
                let voided = try await client.correct(reference: "v-1", void)
                #expect(voided.kind == .void && voided.sale.transaction == second.transaction)
                #expect(try await Self.refused(campus, void) == "E6044")
                let unknown = TransactionID(
                    terminal: sale.terminal, journal: sale.journal, trace: TraceNumber(900_000))
                #expect(
                    try await Self.refused(campus, CorrectionOrderMessage(refund: unknown, amount: nil)) == "E6040")

                try await campus.hub.start()
                try await campus.requireAgreement()
                #expect(try await campus.hub.account(Self.account).balanceFen == 50_000 - 1000 + 400)
                #expect(try await campus.hub.openExceptions() == 0)
                let lines = try await campus.journal().filter { $0.correction != nil }
                #expect(
                    lines.map(\.correction) == [.refund, .void] && lines.map(\.corrects) == [sale, second.transaction])
            }
        }

        @Test(
            "promise 3: of refunds asked at once that want the last of a sale, one succeeds", .timeLimit(.minutes(15)))
        func concurrent() async throws {
            try await withCampus { campus in
                let card = try await campus.cardholder(Self.account, serial: "00061998081700000031")
                try await campus.level()
                let sale = try #require(try await campus.tap(card, amount: Amount(fen: 1000)).transaction)
                let order = CorrectionOrderMessage(refund: sale, amount: Amount(fen: 600))
                let answers = await withTaskGroup(of: String.self) { group in
                    for number in 1...8 {
                        group.addTask {
                            do throws(ControlClientError) {
                                _ = try await campus.terminal.client.correct(reference: "r-\(number)", order)
                                return "done"
                            } catch .refused(let problem) {
                                return problem.code
                            } catch {
                                return "\(error)"
                            }
                        }
                    }
                    return await group.reduce(into: []) { $0.append($1) }
                }
                #expect(answers.sorted() == Array(repeating: "E6043", count: 7) + ["done"])
                try await campus.requireAgreement()
                #expect(try await campus.hub.account(Self.account).balanceFen == 50_000 - 400)
            }
        }

        @Test(
            "promises 1 and 2: a daemon killed while it refunds, asked again, has refunded once",
            .timeLimit(.minutes(15)))
        func killed() async throws {
            try await withCampus { campus in
                let card = try await campus.cardholder(Self.account, serial: "00061998081700000031")
                try await campus.level()
                let sale = try #require(try await campus.tap(card, amount: Amount(fen: 1000)).transaction)
                let order = CorrectionOrderMessage(refund: sale, amount: Amount(fen: 100))
                let client = campus.terminal.client
                for round in 1...8 {
                    let asking = Task { try? await client.correct(reference: "r-\(round)", order) }
                    // What is tested is any moment: the refund takes about a millisecond.
                    try await Task.sleep(for: .microseconds(round * 700))
                    await campus.terminal.kill()
                    let seen = await asking.value
                    try await campus.terminal.start()
                    let again = try await client.correct(reference: "r-\(round)", order)
                    #expect(again.sale.correctedFen == Int64(round) * 100)
                    if let seen { #expect(again.repeated && again.transaction == seen.transaction) }
                    let verification = try await client.verify()
                    #expect(verification.sound, "round \(round): \(verification.findings)")
                }
                try await campus.requireAgreement()
                #expect(try await campus.hub.account(Self.account).balanceFen == 50_000 - 200)
            }
        }

        @Test("the commands refund and void print what happened to which sale", .timeLimit(.minutes(15)))
        func commands() async throws {
            try await withCampus { campus in
                let card = try await campus.cardholder(Self.account, serial: "00061998081700000031")
                try await campus.level()
                let sale = try #require(try await campus.tap(card, amount: Amount(fen: 1000)).transaction)
                let refund = try await campus.till("refund", sale.text, "--amount", "4.00", "--reference", "r-1")
                #expect(refund.status == 0 && refund.output.contains("REFUNDED 退款  ¥4.00"), "\(refund)")
                #expect(refund.output.contains("left ¥6.00"))
                let again = try await campus.till("refund", sale.text, "--amount", "4.00", "--reference", "r-1")
                #expect(again.output.contains("made before"), "\(again)")
                let above = try await campus.till("refund", sale.text, "--amount", "6.01")
                #expect(above.status == 65, "\(above)")
                let late = try await campus.till("void", "--lane", LabTerminal.lane)
                #expect(late.status == 65, "a sale that was refunded in part is not voided: \(late)")
                let second = try await campus.tap(card, amount: Amount(fen: 200))
                let void = try await campus.till("void", "--lane", LabTerminal.lane)
                #expect(void.status == 0 && void.output.contains("VOIDED 撤销  ¥2.00"), "\(void)")
                #expect(void.output.contains("of trace \(try #require(second.trace))"))
                #expect(try await campus.till("refund", "12").status == 64)
                #expect(try await campus.till("journal", "list").output.contains("refund of trace \(sale.trace)"))
                try await campus.requireAgreement()
            }
        }
    }
}
