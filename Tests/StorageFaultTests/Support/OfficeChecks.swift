import CampusSimulation
import HubProtocol
import Payments

@testable import Hub

/// Compares a hub with what its card office was told (promises 2, 3, 4, 8, 9 and 12). Asks everything again, as people
/// do who got no answer, which must change nothing that was confirmed.
struct OfficeChecks {
    private let store: SQLiteHubStore
    private let office: OfficeWitness
    private var findings: [CheckFinding] = []

    static func findings(in store: SQLiteHubStore, against office: OfficeWitness) async throws -> [CheckFinding] {
        var checks = OfficeChecks(store: store, office: office)
        try await checks.policies()
        try await checks.codes()
        try await checks.proposals()
        try await checks.days()
        try await checks.loads()
        for finding in try await store.checkBooks().findings { checks.add(3, finding) }
        return checks.findings
    }

    /// All that were confirmed, as they were signed, one number after the other, the newest in the feed.
    private mutating func policies() async throws {
        let stored = try await store.policies(PageRequest()).items.sorted { $0.version < $1.version }
        for policy in office.policies where !stored.contains(policy) {
            add(12, "policy \(policy.version) was published and is not there")
        }
        if stored.map(\.version) != Array(0..<stored.count).map({ UInt64($0) + 1 }) {
            add(9, "the policies' versions are \(stored.map(\.version))")
        }
        if stored.count > office.policiesAsked { add(2, "\(stored.count) policies of \(office.policiesAsked)") }
        let page = try await store.changes(after: 0, limit: 2000, terminal: Campus.terminal, now: HubDesk.now)
        if page.changes.compactMap(\.policy).map(\.version).max() != stored.last?.version {
            add(9, "the newest policy is not in the feed")
        }
    }

    /// A code that was shown is known, so that it cannot be given out a second time.
    private mutating func codes() async throws {
        for code in office.codes {
            do {
                try await store.store(code: code)
                add(8, "a code that was given out was not known")
            } catch let refusal as HubRefusalError where refusal.refusal == .alreadyExists {
                continue
            }
        }
    }

    /// Approved once and for the amount; the account is where its adjustments put it.
    private mutating func proposals() async throws {
        for proposal in office.proposals {
            do {
                var now = try await store.adjustment(proposal.summary.id)
                if proposal.approved != nil, now.state != .approved {
                    add(12, "adjustment \(now.id) was approved and is \(now.state)")
                }
                if proposal.isAgreed {
                    now = try await store.decide(
                        adjustment: now.id, HubDesk.agreement, by: HubDesk.secondPerson, now: HubDesk.now)
                }
                if let approved = proposal.approved, approved != now {
                    add(2, "adjustment \(now.id) has two answers")
                }
                if now.amountFen != proposal.summary.amountFen { add(2, "adjustment \(now.id) has another amount") }
            } catch let refusal as HubRefusalError where refusal.refusal == .notFound {
                add(12, "adjustment \(proposal.summary.id) was proposed and is not there")
            }
        }
        let all = try await store.adjustments(.all, PageRequest()).items
        if all.count > office.proposalsAsked { add(2, "\(all.count) adjustments of \(office.proposalsAsked)") }
        let debited = all.filter { $0.state == .approved }.reduce(0) { $0 + $1.amountFen }
        let balance = try await store.account(HubDesk.officeAccount).balanceFen
        if balance != -debited { add(3, "the office's account is at \(balance), not at \(-debited)") }
    }

    /// A closed day stays as it was closed.
    private mutating func days() async throws {
        for closed in office.closedDays {
            let now = try await store.day(closed.day).summary
            if now != closed { add(12, "day \(closed.day) was closed as \(closed) and is \(now)") }
        }
        let again = try await store.closeDays(
            through: nil, overAt: HubDesk.tomorrow, operator: nil, now: HubDesk.tomorrow)
        if let twice = again.closed.first(where: { day in office.closedDays.contains { $0.day == day.day } }) {
            add(2, "day \(twice.day) was closed twice")
        }
    }

    /// The card may have taken the money that a confirmed answer gave it.
    private mutating func loads() async throws {
        for load in office.loads.values {
            let again = try await store.placeLoad(
                load.terms, undelivered: .zero, terminal: Campus.terminal, holds: HubDesk.rules, now: HubDesk.now)
            if let verdict = load.verdict, verdict != again { add(2, "a load has two answers") }
        }
    }

    private mutating func add(_ promise: Int, _ text: String) { findings.append(CheckFinding(promise, text)) }
}
