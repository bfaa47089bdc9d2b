import Foundation
import Hub
import HubProtocol
import Payments
import Terminal

/// Policies, subsidy, corrections and adjustments.
extension Campus {
    private static let clerk = OperatorIdentity(uid: 1001, name: "li")
    private static let chief = OperatorIdentity(uid: 1002, name: "wang")
    /// After the end of every run.
    private static let subsidyEnd = CampusHubClock.start.advanced(by: .seconds(400 * 86_400)).milliseconds

    // MARK: - Policies and terms

    func publishPolicy(_ draw: UInt64) async {
        let policy = NewPolicy(document: CampusRules.document(draw), note: "simulated")
        let summary = await asking { try await self.hub.operate(.post, "/policies", policy, as: PolicySummary.self) }
        guard summary != nil else { return }
        tally.policies += 1
        tally.note(.policy)
    }

    /// Once for each student, so that the student and every terminal mean the same PIN.
    func setPIN(_ student: Student) async {
        guard student.pin == nil, let pin = AccountPIN(text: String(100_000 + student.number * 7)) else { return }
        student.pin = pin
        // The number of rounds protects nothing here.
        let hash = pin.hash(salt: [UInt8](repeating: 7, count: PINHash.saltBytes), iterations: 10)
        _ = await asking {
            try await self.hub.store { try await $0.setPIN(hash, of: student.account, now: $1) }
        }
        tally.note(.policy)
    }

    func setLimits(_ student: Student, dayFen: Int64?) async {
        let terms = AccountTermsChange(cardClass: .standard, singleLimitFen: nil, dayLimitFen: dayFen)
        _ = await asking {
            try await self.hub.store { try await $0.setTerms(terms, of: student.account, now: $1) }
        }
        tally.note(.policy)
    }

    func grantSubsidy(_ student: Student, _ fen: Int64) async {
        let grant = SubsidyGrant(
            amountFen: fen, endsAtMilliseconds: Self.subsidyEnd,
            reference: "subsidy-\(student.number)-\(timeline.now.wholeMilliseconds)")
        let path = "/accounts/\(student.account.text)/subsidy/grant"
        guard await asking({ try await self.hub.operate(.post, path, grant, as: SubsidyReceipt.self) }) != nil else {
            return
        }
        office.granted[student.account, default: 0] += fen
        office.grants[student.account] = grant
        tally.note(.policy)
    }

    /// What is left of all subsidies: the newest grant, asked for again, moves nothing and says it.
    func subsidies() async throws -> [AccountID: Int64] {
        var left: [AccountID: Int64] = [:]
        for (account, grant) in office.grants.sorted(by: { $0.key < $1.key }) {
            let path = "/accounts/\(account.text)/subsidy/grant"
            guard let receipt = try await hub.operate(.post, path, grant, as: SubsidyReceipt.self) else {
                throw CampusFailure(.notLevel, detail: "the hub does not answer")
            }
            left[account] = receipt.subsidyFen
        }
        return left
    }

    // MARK: - Corrections at a terminal

    func refund(at terminal: CampusTerminal, draw: UInt64, percent: Int, repeated: Bool) async {
        guard let life = terminal.life, life.isAlive else { return }
        let sales = (shown[terminal.index] ?? []).filter { $0.record.sale?.movement == .accountPurchase }
        guard !sales.isEmpty, let reference = nextReference() else { return }
        // Mostly one of the newest: only a day or two are left for a refund.
        let sale = sales.suffix(8)[sales.suffix(8).startIndex + Int(draw % UInt64(min(sales.count, 8)))].record
        let part = (sale.sale?.amount.fen ?? 0) * Int64(percent) / 100
        let order = CorrectionOrder.refund(sale.transaction, amount: percent == 100 ? nil : Amount(fen: part))
        await correct(at: terminal, life, CorrectionRequest(reference: reference, order: order))
        guard repeated else { return }
        await timeline.pause(.seconds(5))
        await correct(at: terminal, life, CorrectionRequest(reference: reference, order: order))
    }

    func voidLast(at terminal: CampusTerminal, lane: Int) async {
        guard let life = terminal.life, life.isAlive, let reference = nextReference() else { return }
        let order = CorrectionOrder.void(life.lanes[lane].id, sale: nil)
        await correct(at: terminal, life, CorrectionRequest(reference: reference, order: order))
    }

    private func correct(
        at terminal: CampusTerminal, _ life: TerminalLife, _ request: CorrectionRequest
    ) async {
        guard life.isAlive else { return }
        do throws(LedgerError) {
            let result = try await life.corrections.correct(request)
            guard life.isAlive, case .stored(let stored) = result else { return }
            if !stored.isRepeated {
                tally.corrections += 1
                tally.note(.correction)
            }
            happened(
                .corrected(terminal: terminal.index, stored.record, reference: request.reference.text))
        } catch {
            // Refused by the disk, or its power is gone: nothing was promised.
        }
    }

    // MARK: - Adjustments of the office

    /// One person proposes; another approves, or the same one tries to.
    func adjust(_ draw: UInt64) async {
        var random = SeededRandom(seed: draw)
        guard var proposal = await proposal(&random) else { return }
        proposal.note = "adjustment-\(draw)"
        let note = proposal.note
        office.adjustments[note] = (proposal, false)
        let new = proposal
        guard
            let proposed = await asking({
                try await self.hub.store { try await $0.propose(new, by: Self.clerk, now: $1) }
            })
        else { return }
        await timeline.pause(random.milliseconds(in: 5000...600_000))
        if random.chance(20), await decide(proposed.id, by: sabotage == .onePerson ? Self.chief : Self.clerk) {
            happened(.ownApproval(note: note))
        }
        guard await decide(proposed.id, by: Self.chief) else { return }
        office.adjustments[note]?.isApproved = true
        tally.adjustments += 1
        tally.note(.correction)
    }

    private func decide(_ id: Int64, by person: OperatorIdentity) async -> Bool {
        let decision = AdjustmentDecision(verdict: .approve, note: "simulated")
        let summary = await asking {
            try await self.hub.store {
                try await $0.decide(adjustment: id, decision, by: person, now: $1)
            }
        }
        return summary?.state == .approved
    }

    /// Something that the books may need.
    private func proposal(_ random: inout SeededRandom) async -> NewAdjustment? {
        let index = random.number(in: 0...terminals.count - 1)
        let sold = (shown[index] ?? []).filter { $0.record.sale?.movement == .accountPurchase }
        let kind = random.number(in: 0...3)
        if kind == 0, !receipts.isEmpty { return makeUpDebit(random.pick(receipts)) }
        guard !sold.isEmpty else { return nil }
        let record = random.pick(sold).record
        guard let sale = record.sale, let account = sale.account else { return nil }
        if kind < 3 {
            let fen = max(1, sale.amount.fen * Int64(random.pick([30, 60, 100])) / 100)
            return NewAdjustment(
                kind: .refund, amountFen: fen, account: account, merchant: sale.merchant,
                transaction: record.transaction, note: "-")
        }
        let path = "/accounts/\(account.text)"
        guard let summary = await asking({ try await self.hub.operate(.get, path, as: AccountSummary.self) }) else {
            return nil
        }
        guard summary.balanceFen < 0 else { return nil }
        return NewAdjustment(
            kind: .debt, amountFen: -summary.balanceFen, account: account, transaction: record.transaction, note: "-")
    }

    /// For a sale that a terminal lost, by the customer's receipt.
    private func makeUpDebit(_ receipt: ShownSale) -> NewAdjustment? {
        guard let sale = receipt.record.sale, let account = sale.account, sale.movement == .accountPurchase else {
            return nil
        }
        return NewAdjustment(
            kind: .makeUpDebit, amountFen: sale.amount.fen, account: account, merchant: sale.merchant,
            transaction: receipt.record.transaction, note: "-")
    }

    // MARK: - Business days and settlements

    /// What the hub does by itself: closes each business day when its grace is over.
    func closeDays() async {
        while !isClosed, !isHealing {
            _ = try? await hub.store { store, now in
                try await store.closeDays(
                    through: nil, overAt: now.advanced(by: .seconds(-7200)), operator: nil, now: now)
            }
            await timeline.pause(.seconds(3600))
        }
    }

    /// Closes every day, also the one that is not over, and settles with all merchants.
    func settle(_ merchants: [MerchantSummary]) async throws -> [MerchantID: CampusEnd.Settled] {
        let drafts = try await hub.store { store, now in
            _ = try await store.closeDays(
                through: nil, overAt: now.advanced(by: .seconds(3 * 86_400)), operator: Self.clerk, now: now)
            return try await store.draftSettlements(NewSettlements(), by: Self.clerk, now: now).drafts
        }
        var settled: [MerchantID: CampusEnd.Settled] = [:]
        for day in try await list("/days", as: DaySummary.self) {
            for merchant in try await ask("/days/\(day.day.text)", as: DayReport.self).merchants {
                settled[merchant.merchant, default: CampusEnd.Settled()].daysFen += merchant.figures.netFen
            }
        }
        for draft in drafts ?? [] {
            _ = try await hub.store { store, now in
                let confirmed = try await store.decide(
                    settlement: draft.id, .confirm, by: Self.chief, now: now)
                guard confirmed.netFen > 0 else { return confirmed }
                return try await store.pay(
                    settlement: draft.id, reference: "bank-\(draft.id)", by: Self.clerk, now: now)
            }
            var lines = try await list("/settlements/\(draft.id)/lines", as: SettlementLine.self)
            if sabotage == .unsettledLine { lines = lines.dropLast() }
            settled[draft.merchant, default: CampusEnd.Settled()].netFen += draft.netFen
            settled[draft.merchant, default: CampusEnd.Settled()].linesFen += lines.reduce(0) { $0 + $1.amountFen }
        }
        return settled
    }
}
