import Crypto
import Foundation
import GRDB
import HubProtocol
import Payments
import Synchronization
import Terminal
import TestSupport
import Testing

@testable import Ledger

/// A hub that signs policies, and a ledger that has pinned its key.
struct PolicyHub {
    let key: HubSigningKey
    let ledger: SQLiteLedger

    static func signingKey(_ seed: UInt8 = 1) -> HubSigningKey {
        do {
            return HubSigningKey(
                privateKey: try Curve25519.Signing.PrivateKey(rawRepresentation: [seed] + Array(1...31)))
        } catch {
            fatalError("32 bytes are an Ed25519 private key")
        }
    }

    init(_ ledger: SQLiteLedger, key: HubSigningKey = signingKey()) async throws {
        self.key = key
        self.ledger = ledger
        try await ledger.pin(hubKey: key.verifyingKey)
    }

    /// A document with these rules for everybody, lunch being open all day long.
    static func document(
        version: UInt64, _ rules: String, from: Int64 = 0,
        meals: String = #"{"id": 2, "name": "lunch", "from": "00:00", "to": "24:00"}"#
    ) throws -> PolicyNode {
        let text = #"""
            {"campus": "main", "version": \#(version), "validFromSeconds": \#(from), "meals": [\#(meals)],
             "rules": [{\#(rules)}]}
            """#
        return try JSONDecoder().decode(PolicyNode.self, from: Data(text.utf8))
    }

    func message(_ document: PolicyNode, version: UInt64, signedBy other: HubSigningKey? = nil) throws -> PolicyMessage
    {
        let text = document.canonicalText
        return PolicyMessage(
            version: version, document: text,
            signature: try (other ?? key).signature(of: Array(text.utf8), as: .policy))
    }

    /// Delivers it with the next page of changes.
    func deliver(_ message: PolicyMessage, account: AccountMessage? = nil) async throws {
        let cursor = await ledger.cursor()
        var changes = [ChangeMessage(cursor: cursor + 1, policy: message)]
        if let account { changes.append(ChangeMessage(cursor: cursor + 2, account: account)) }
        try await deliver(changes, after: cursor)
    }

    func deliver(_ account: AccountMessage, asOf: Acknowledgement? = nil) async throws {
        let cursor = await ledger.cursor()
        try await deliver([ChangeMessage(cursor: cursor + 1, account: account)], after: cursor, asOf: asOf)
    }

    private func deliver(
        _ changes: [ChangeMessage], after cursor: UInt64, asOf: Acknowledgement? = nil
    ) async throws {
        let genesis = Acknowledgement(
            sequence: 0, hash: .genesis(terminal: Campus.terminal, journal: Campus.journal))
        try await ledger.apply(
            ChangesPage(
                changes: changes, cursor: cursor + UInt64(changes.count), more: false,
                acknowledged: asOf ?? genesis, hubTime: Campus.morning), after: cursor)
    }

    func set(_ version: UInt64, _ rules: String, from: Int64 = 0) async throws {
        try await deliver(try message(Self.document(version: version, rules, from: from), version: version))
    }
}

/// Clocks that a test moves.
private final class SetClock: TerminalClock {
    private let state: Mutex<(wall: UnixTime, uptime: Duration)>

    init(wallTime: UnixTime) { state = Mutex((wallTime, .seconds(100))) }

    func wallTime() -> UnixTime { state.withLock { $0.wall } }
    func uptime() -> Duration { state.withLock { $0.uptime } }

    func advance(by duration: Duration) {
        state.withLock { $0 = ($0.wall.advanced(by: duration), $0.uptime + duration) }
    }

    func setWallTime(_ time: UnixTime) { state.withLock { $0.wall = time } }

    /// The machine starts again: time since boot starts over.
    func reboot() { state.withLock { $0.uptime = .seconds(5) } }
}

@Suite("Delivered policies (promises 6 and 9)")
struct PolicyTests {
    @Test("a signed policy is stored with its page, counts at once and after a restart")
    func delivered() async throws {
        let file = try JournalFile()
        var ledger = try await file.openFilled()
        let hub = try await PolicyHub(ledger)
        #expect(try await ledger.policy(at: Campus.morning) == nil)
        let before = await ledger.commitCount
        try await hub.set(1, #""floorLimitFen": 500"#)
        #expect(await ledger.commitCount - before == 1)
        #expect(try await ledger.sell(fen: 501).decision.reason == .floorLimitExceeded)
        #expect(try await ledger.sell(fen: 500).decision.isApproved)
        try await ledger.close()
        ledger = try file.open()
        #expect(try await ledger.policy(at: Campus.morning)?.version == 1)
        #expect(try await ledger.sell(fen: 501).decision.reason == .floorLimitExceeded)
    }

    @Test("a policy that another key signed, or for another purpose, is refused with its whole page")
    func forged() async throws {
        let file = try JournalFile()
        let ledger = try await file.openFilled()
        let hub = try await PolicyHub(ledger)
        let document = try PolicyHub.document(version: 1, #""floorLimitFen": 90000"#)
        let forged = try hub.message(document, version: 1, signedBy: PolicyHub.signingKey(99))
        let rich = AccountMessage(id: Campus.account(), status: .active, balance: Amount(fen: 9_999_999))
        let cursor = await ledger.cursor()
        await #expect(throws: LedgerError(.policyForged)) { try await hub.deliver(forged, account: rich) }
        var edited = try hub.message(document, version: 1)
        edited.document = edited.document.replacing("90000", with: "90001")
        await #expect(throws: LedgerError(.policyForged)) { try await hub.deliver(edited) }
        var other = try hub.message(document, version: 1)
        other.signature = try hub.key.signature(of: Array(other.document.utf8), as: .hotList)
        await #expect(throws: LedgerError(.policyForged)) { try await hub.deliver(other) }
        #expect(await ledger.cursor() == cursor)
        #expect(try await ledger.policy(at: Campus.morning) == nil)
        #expect(try await ledger.view(of: Campus.cardEvidence()).account?.available == Amount(fen: 100_000))
    }

    @Test("a policy is never rolled back, and no other document takes a version's place")
    func rollback() async throws {
        let file = try JournalFile()
        let ledger = try await file.openFilled()
        let hub = try await PolicyHub(ledger)
        try await hub.set(3, #""floorLimitFen": 500"#)
        try await hub.set(3, #""floorLimitFen": 500"#)
        await #expect(throws: LedgerError(.policyRolledBack)) { try await hub.set(2, #""floorLimitFen": 90000"#) }
        await #expect(throws: LedgerError(.policyRolledBack)) { try await hub.set(3, #""floorLimitFen": 90000"#) }
        #expect(try await ledger.sell(fen: 501).decision.reason == .floorLimitExceeded)
        try await hub.set(5, #""floorLimitFen": 600"#)
        #expect(try await ledger.sell(fen: 501).decision.isApproved)
    }

    @Test("a signed document that does not say its version, or says another one, is refused")
    func invalid() async throws {
        let file = try JournalFile()
        let ledger = try await file.openFilled()
        let hub = try await PolicyHub(ledger)
        for text in [#"{"campus": "main"}"#, #"{"version": 0}"#, #"{"version": "1"}"#, "[1]"] {
            let nameless = try JSONDecoder().decode(PolicyNode.self, from: Data(text.utf8))
            await #expect(throws: LedgerError(.policyInvalid)) {
                try await hub.deliver(try hub.message(nameless, version: 1))
            }
        }
        let document = try PolicyHub.document(version: 1, #""floorLimitFen": 1"#)
        await #expect(throws: LedgerError(.policyInvalid)) {
            try await hub.deliver(try hub.message(document, version: 2))
        }
        // Without a pinned key nothing can be checked.
        let other = try await JournalFile().openFilled()
        let unpinned = PolicyMessage(version: 1, document: document.canonicalText, signature: "00")
        await #expect(throws: LedgerError(.policyForged)) {
            try await other.apply(
                ChangesPage(
                    changes: [ChangeMessage(cursor: 7, policy: unpinned)], cursor: 7, more: false,
                    acknowledged: Acknowledgement(
                        sequence: 0, hash: .genesis(terminal: Campus.terminal, journal: Campus.journal)),
                    hubTime: Campus.morning), after: 6)
        }
    }

    @Test("a policy that begins later leaves the one before it in force until then")
    func validFrom() async throws {
        let file = try JournalFile()
        let ledger = try await file.openFilled()
        let hub = try await PolicyHub(ledger)
        try await hub.set(1, #""floorLimitFen": 500"#)
        try await hub.set(2, #""floorLimitFen": 900"#, from: Campus.morning.seconds + 3600)
        #expect(try await ledger.sell(fen: 501).decision.reason == .floorLimitExceeded)
        let later = Campus.morning.advanced(by: .seconds(3600))
        #expect(try await ledger.sell(fen: 501, now: later).decision.isApproved)
    }

    @Test("meals, days and own limits are counted in the commit, here and what the hub knows from elsewhere")
    func counted() async throws {
        let file = try JournalFile()
        var ledger = try await file.openFilled()
        let hub = try await PolicyHub(ledger)
        try await hub.set(1, #""mealCount": 3, "mealAmountFen": 1000, "dayAmountFen": 1500, "cardCount": 100"#)
        #expect(try await ledger.sell(fen: 600).decision.isApproved)
        try await ledger.close()
        ledger = try file.open()
        #expect(try await ledger.sell(fen: 401).decision.reason == .mealAmountExceeded)
        #expect(try await ledger.sell(fen: 400).decision.isApproved)
        #expect(try await ledger.sell(fen: 1).decision.reason == .mealAmountExceeded)
        // The next day is a new one.
        let tomorrow = Campus.morning.advanced(by: .seconds(80_000))
        #expect(try await ledger.sell(fen: 1000, now: tomorrow).decision.isApproved)
        // Account 2 bought at another terminal, as the hub tells.
        let day = CampusPolicy.startOfDay(Campus.morning, offset: 28_800)
        var account = AccountMessage(id: Campus.account(2), status: .active, balance: Amount(fen: 100_000))
        account.terms = AccountTermsMessage(
            cardClass: .standard, limits: SpendingLimits(single: Amount(fen: 300)),
            use: AccountTermsMessage.Use(
                dayStart: day, today: PeriodUse(amount: Amount(fen: 1300), count: 9), meal: 2,
                mealUse: PeriodUse(amount: Amount(fen: 900), count: 2)))
        try await PolicyHub(ledger).deliver(account)
        let second = Campus.cardEvidence(2)
        #expect(try await ledger.sell(fen: 301, second).decision.reason == .singleLimitExceeded)
        #expect(try await ledger.sell(fen: 201, second).decision.reason == .dayLimitExceeded)
        #expect(try await ledger.sell(fen: 101, second).decision.reason == .mealAmountExceeded)
        #expect(try await ledger.sell(fen: 100, second).decision.isApproved)
        #expect(try await ledger.sell(fen: 1, second).decision.reason == .mealCountExceeded)
    }

    @Test("subsidy pays first, then cash, once per meal, and not after its month by the sale's own time")
    func subsidy() async throws {
        let file = try JournalFile()
        let ledger = try await file.openFilled()
        let hub = try await PolicyHub(ledger)
        try await hub.set(1, #""subsidyPermitted": true, "subsidyMealCount": 1"#)
        let end = Campus.morning.advanced(by: .seconds(7200))
        try await hub.deliver(
            AccountMessage(
                id: Campus.account(), status: .active, balance: Amount(fen: 5000), subsidy: Amount(fen: 800),
                subsidyExpires: end))
        let sold = try await ledger.sell(fen: 1000)
        #expect(sold.record.sale?.subsidy == Amount(fen: 800))
        #expect(sold.available == Amount(fen: 4800))
        #expect(
            sold.record.posting?.entries == [
                Entry(account: .subsidy(Campus.account()), amount: Amount(fen: -800)),
                Entry(account: .cardholder(Campus.account()), amount: Amount(fen: -200)),
                Entry(account: .merchant(Campus.merchant), amount: Amount(fen: 1000)),
            ])
        try await hub.deliver(
            AccountMessage(
                id: Campus.account(2), status: .active, balance: Amount(fen: 100), subsidy: Amount(fen: 900),
                subsidyExpires: end))
        let second = Campus.cardEvidence(2)
        #expect(try await ledger.sell(fen: 600, second).record.sale?.subsidy == Amount(fen: 600))
        // Once per meal: the rest of the subsidy stays.
        #expect(try await ledger.sell(fen: 101, second).decision.reason == .insufficientFunds)
        #expect(try await ledger.sell(fen: 100, second).record.sale?.subsidy == .zero)
        try await hub.deliver(
            AccountMessage(
                id: Campus.account(3), status: .active, balance: Amount(fen: 100), subsidy: Amount(fen: 900),
                subsidyExpires: end))
        let last = end.advanced(by: .milliseconds(-1))
        #expect(try await ledger.sell(fen: 101, Campus.cardEvidence(3), now: last).decision.isApproved)
        #expect(
            try await ledger.sell(fen: 101, Campus.cardEvidence(3), now: end).decision.reason == .insufficientFunds)
        #expect(try await ledger.verify().findings.isEmpty)
    }

    @Test("three wrong PINs lock it, over restarts, until the hub resets it; a right one in between clears them")
    func pinLock() async throws {
        let file = try JournalFile()
        var ledger = try await file.openFilled()
        let hub = try await PolicyHub(ledger)
        try await hub.set(1, #""pinAboveFen": 100"#)
        func account(version: UInt64, locked: Bool = false) -> AccountMessage {
            var account = AccountMessage(id: Campus.account(), status: .active, balance: Amount(fen: 100_000))
            account.terms = AccountTermsMessage(
                cardClass: .standard,
                pin: AccountTermsMessage.PIN(
                    version: version, salt: String(repeating: "0", count: 32),
                    hash: String(repeating: "1", count: 64), iterations: 1, locked: locked))
            return account
        }
        func sell(_ pin: PINResult) async throws -> DeclineReason? {
            var request = Campus.request(try await ledger.mint(), fen: 101)
            request.pin = pin
            return try await ledger.conclude(
                request, hub: .none(.unreachable), authorizer: Campus.authorizer, now: Campus.morning
            ).decision.reason
        }
        try await hub.deliver(account(version: 1))
        #expect(try await sell(.notEntered) == .pinRequired)
        #expect(try await sell(.wrong) == .pinWrong)
        #expect(try await sell(.wrong) == .pinWrong)
        #expect(try await sell(.correct) == nil)
        for _ in 0..<3 { #expect(try await sell(.wrong) == .pinWrong) }
        try await ledger.close()
        ledger = try file.open()
        #expect(try await sell(.correct) == .pinTriesExceeded)
        #expect(try await sell(.wrong) == .pinTriesExceeded)
        // Heard again with the same PIN: still locked. Reset at the hub: free.
        try await PolicyHub(ledger).deliver(account(version: 1))
        #expect(try await sell(.correct) == .pinTriesExceeded)
        try await PolicyHub(ledger).deliver(account(version: 2))
        #expect(try await sell(.correct) == nil)
        try await PolicyHub(ledger).deliver(account(version: 2, locked: true))
        #expect(try await sell(.correct) == .pinTriesExceeded)
    }

    @Test("the time of the last contact is counted over restarts, reboots and clocks set back")
    func elapsed() async throws {
        let file = try JournalFile()
        let manual = SetClock(wallTime: Campus.morning)
        func open(_ boot: String) throws -> (SQLiteLedger, TrustedClock) {
            let clock = TrustedClock(clock: manual, boot: BootID(boot))
            return (
                try SQLiteLedger.open(path: file.path, keyPath: file.keyPath, terminal: Campus.terminal, clock: clock) {
                    Campus.journal
                }, clock
            )
        }
        var (ledger, clock) = try open("first")
        clock.noteContact(hubTime: Campus.morning)
        try await ledger.fill()
        let limit: Int64 = 86_400
        manual.advance(by: .seconds(limit - 10))
        #expect(try await ledger.sell(now: clock.now()).decision.isApproved)
        // The wall clock is set back a day, and the program restarted: nothing is won.
        manual.setWallTime(Campus.morning)
        try await ledger.close()
        (ledger, clock) = try open("first")
        #expect(try await ledger.sell(now: clock.now()).decision.isApproved)
        manual.advance(by: .seconds(20))
        #expect(try await ledger.sell(now: clock.now()).decision.reason == .replicaTooOld)
        // A reboot with the clock behind: not trusted.
        try await ledger.close()
        manual.reboot()
        (ledger, clock) = try open("second")
        #expect(try await ledger.sell(now: clock.now()).decision.reason == .clockNotTrusted)
        manual.setWallTime(Campus.morning.advanced(by: .seconds(limit + 60)))
        #expect(try await ledger.sell(now: clock.now()).decision.reason == .replicaTooOld)
        clock.noteContact(hubTime: Campus.morning.advanced(by: .seconds(limit + 120)))
        let hold = HubAnswer.held(account: Campus.account(), available: .zero)
        #expect(try await ledger.sell(hub: hold, now: clock.now()).decision.isApproved)
    }

    @Test("what a decision asks of the journal is answered from indexes")
    func indexes() async throws {
        let file = try JournalFile()
        let ledger = try await file.openFilled()
        for query in [
            """
            SELECT decided_at FROM journal
            WHERE sequence > 1 AND outcome = 1 AND movement = 1 AND path >= 2 ORDER BY sequence LIMIT 1
            """
        ] {
            let plan = try await ledger.read { database in
                try Row.fetchAll(database, sql: "EXPLAIN QUERY PLAN " + query).map { $0["detail"] as String }
            }
            #expect(plan.count == 1 && plan[0].contains("COVERING INDEX"), "\(plan)")
        }
    }
}
