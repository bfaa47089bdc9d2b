import HubProtocol
import Payments
import Simulation
import Terminal
import Testing

@Suite("Drain pacing") struct DrainPacingTests {
    private let pacing = DrainPacing()

    @Test("a batch and the pause after it take as long as the hub's allowance says")
    func rate() {
        #expect(pacing.pause(after: 500, allowance: 250, elapsed: .zero) == .seconds(2))
        #expect(pacing.pause(after: 500, allowance: 250, elapsed: .milliseconds(1500)) == .milliseconds(500))
        #expect(pacing.pause(after: 500, allowance: 250, elapsed: .seconds(9)) == .zero)
    }

    @Test("without an allowance there is no pause, and none is longer than the longest")
    func bounds() {
        #expect(pacing.pause(after: 500, allowance: nil, elapsed: .zero) == .zero)
        for allowance in [1, 0, -7, Int.min] {
            #expect(pacing.pause(after: 500, allowance: allowance, elapsed: .zero) == DrainPacing.longestPause)
        }
    }
}

@Suite("Journals that are written twice") struct ContestTests {
    private func steps(_ till: Till) -> SyncSteps {
        SyncSteps(
            queue: till.journal, replica: till.journal, keys: till.journal, hub: till.hub, clock: till.trusted,
            signer: till.signer, settleOwed: {}, replicaChanged: {})
    }

    @Test(
        "promise 2: told of a second machine or a restored image, the terminal mints no more ids",
        arguments: [
            HubRefusal.terminalCloned, .journalForked, .contentChanged, .transactionReused,
        ])
    func stops(refusal: HubRefusal) async throws {
        let till = try await Till()
        try await till.journal.void(try await till.journal.mint(), now: Till.morning)
        till.hub.behave(.refusing(refusal))
        guard case .failed(let failure) = await steps(till).perform(.deliver) else {
            Issue.record("the hub's refusal is a failure")
            return
        }
        #expect(failure.isAlarm)
        await #expect(throws: LedgerError(.journalContested)) { try await till.authorize() }
        #expect(try await till.journal.figures().unsentCount == 1, "what is unsent stays (promise 11)")

        // The card office has decided for this machine.
        till.hub.behave(.answering)
        guard case .registered = await steps(till).perform(.register) else {
            Issue.record("the hub takes the journal again")
            return
        }
        _ = try await till.authorize()
    }

    @Test("other refusals do not stop sales", arguments: [HubRefusal.gap, .chainBroken, .hubFault, .cursorTooOld])
    func goesOn(refusal: HubRefusal) async throws {
        let till = try await Till()
        try await till.journal.void(try await till.journal.mint(), now: Till.morning)
        till.hub.behave(.refusing(refusal))
        _ = await steps(till).perform(.deliver)
        till.hub.behave(.answering)
        _ = try await till.authorize()
    }

    @Test("a hub whose changes are forgotten gives a snapshot, and the replica is current after it")
    func snapshot() async throws {
        let till = try await Till()
        let other = CardID.uid([9, 9, 9, 9])
        till.hub.changeBooks { books in
            books.setHotListed(other, .cardReportedStolen)
            books.setHotListed(.uid([1, 2, 3, 4]), .cardReportedLost)
            books.forgetChanges()
        }
        let steps = steps(till)
        var rounds = 0
        while case .changesApplied(more: true) = await steps.perform(.fetchChanges) { rounds += 1 }
        #expect(rounds >= 3)
        #expect(till.hub.calls.snapshots > 0)
        let view = try await till.journal.view(of: .card(CardEvidence(card: other, proof: .proven)))
        #expect(view.hotListed == .cardReportedStolen)
        till.hub.changeBooks { $0.setHotListed(other, nil) }
        _ = await steps.perform(.fetchChanges)
        #expect(try await till.journal.view(of: .card(CardEvidence(card: other, proof: .proven))).hotListed == nil)
    }

    @Test("a hub that was put back to a copy before a snapshot was whole gives another, and the replica is the copy's")
    func restoredDuringSnapshot() async throws {
        let till = try await Till()
        let (kept, lost) = (CardID.uid([9, 9, 9, 9]), CardID.uid([8, 8, 8, 8]))
        let account = till.account
        var copy: SimulatedHubBooks?
        till.hub.changeBooks { books in
            books.setHotListed(kept, .cardReportedStolen)
            books.forgetChanges()
            copy = books
            books.setCard(lost, of: account)
        }
        let steps = steps(till)
        // Refused, then the snapshot's only page: it has a card of which the copy knows nothing.
        for _ in 0..<2 { _ = await steps.perform(.fetchChanges) }
        let (snapshots, restored) = (till.hub.calls.snapshots, try #require(copy))
        #expect(snapshots == 1)
        till.hub.changeBooks { books in
            books = restored
            books.beginEpoch(gap: 1000)
        }
        while case .changesApplied(more: true) = await steps.perform(.fetchChanges) {}
        #expect(till.hub.calls.snapshots > snapshots)
        func view(_ card: CardID) async throws -> LedgerView {
            try await till.journal.view(of: .card(CardEvidence(card: card, proof: .proven)))
        }
        #expect(try await view(lost).account == nil)
        #expect(try await view(kept).hotListed == .cardReportedStolen)
    }

    @Test("promise 9: a hub that signs with another key is an alarm, and its list is not taken")
    func otherKey() async throws {
        let till = try await Till()
        till.hub.changeBooks { books in
            books.signingKey = .simulated(seed: 9)
            books.setHotListed(.uid([9, 9, 9, 9]), .cardReportedStolen)
        }
        guard case .failed(let fetched) = await steps(till).perform(.fetchChanges) else {
            Issue.record("a forged list is a failure")
            return
        }
        #expect(fetched.number == LedgerError.Code.hotListForged.rawValue)
        #expect(fetched.isAlarm)
        guard case .failed(let registered) = await steps(till).perform(.register) else {
            Issue.record("another key is a failure")
            return
        }
        #expect(registered.number == LedgerError.Code.hubKeyChanged.rawValue)
    }
}
