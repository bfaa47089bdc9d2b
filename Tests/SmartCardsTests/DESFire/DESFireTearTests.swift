import Payments
import Simulation
import SmartCards
import Testing

@Suite("Torn DESFire debits")
struct DESFireTearTests {
    /// One way to tear a tap.
    struct Tear: Sendable {
        let name: String
        let exchange: Int
        let interference: Interference?
        var commitFailure: DESFireCardMemory.CommitFailure?
    }

    private static let steps = [
        "SELECT", "GetVersion 1", "GetVersion 2", "GetVersion 3", "Authenticate 1", "Authenticate 2", "ReadData",
        "GetValue", "Debit", "WriteRecord", "Commit",
    ]

    /// Before and inside every exchange; after an exchange is before the next one. Command lost, answer lost, one byte
    /// of it, half of it, and for the commit a forged answer and a memory that fails.
    static let tears: [Tear] = {
        var tears: [Tear] = []
        for (index, name) in steps.enumerated() {
            let exchange = index + 1
            tears.append(Tear(name: "before \(name)", exchange: exchange, interference: .lostBefore))
            tears.append(Tear(name: "inside \(name), no answer", exchange: exchange, interference: .lostAfter))
            tears.append(Tear(name: "inside \(name), one byte", exchange: exchange, interference: .replaced([0x91])))
            tears.append(
                Tear(name: "inside \(name), half an answer", exchange: exchange, interference: .replaced([1, 2, 3, 4])))
        }
        tears.append(Tear(name: "inside Commit, forged answer", exchange: 11, interference: .corrupted))
        tears.append(
            Tear(name: "inside Commit, EE, not done", exchange: 11, interference: nil, commitFailure: .unchanged))
        tears.append(Tear(name: "inside Commit, EE, done", exchange: 11, interference: nil, commitFailure: .changed))
        return tears
    }()

    @Test("every tear is resolved as the card's value says, on every generation and in every mode")
    func matrix() throws {
        let campuses = try DESFireCampus.all()
        #expect(campuses.count == 18)
        var table =
            "torn DESFire debits: . nothing changed and the terminal knows; Y took place, N did not, found by asking"
        table += "\ncolumns: " + campuses.map(\.description).joined(separator: " | ") + "\n"
        var counts: [Character: Int] = [:]
        for tear in Self.tears {
            var row = ""
            for campus in campuses {
                let cell = try run(tear, campus)
                counts[cell, default: 0] += 1
                row.append(cell)
            }
            table += "\(row) \(tear.name)\n"
        }
        print(table + "\(counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", "))")
        #expect(counts["!"] == nil)
        #expect(counts["."] == 40 * campuses.count)
        #expect(counts["Y"] == 5 * campuses.count)
        #expect(counts["N"] == 2 * campuses.count)
    }

    private func run(_ tear: Tear, _ campus: DESFireCampus) throws -> Character {
        var memory = campus.memory()
        memory.commitFailure = tear.commitFailure
        var tap = DESFireTap(campus.card(memory), tear.interference.map { [tear.exchange: $0] } ?? [:])
        let result = try tap.run(campus.machine())
        tap.card.powerOn()
        let isDebited = campus.value(of: tap.card) == 700
        let hasRecord = campus.records(of: tap.card).count > 6
        #expect(isDebited == hasRecord && (isDebited || campus.value(of: tap.card) == 1_000), "all or nothing")
        switch result {
        case .failed:
            #expect(!isDebited, "\(campus): \(tear.name)")
            return isDebited ? "!" : "."
        case .unknown:
            let evidence = try #require(tap.intents.first)
            var repaired = tap.card.memory
            repaired.commitFailure = nil
            let outcome = try recover(campus.card(repaired, seed: 99), campus, evidence)
            switch outcome {
            case .happened(.desfireDebit(let found)):
                #expect(isDebited, "\(campus): \(tear.name)")
                // The proof whose answer was lost is read back.
                #expect(
                    found.isGenuine(underTransactionMACKey: campus.transactionMACKey)
                        == (campus.provesTransactions ? true : nil), "\(campus): \(tear.name)")
                return isDebited ? "Y" : "!"
            case .didNotHappen:
                #expect(!isDebited, "\(campus): \(tear.name)")
                return isDebited ? "!" : "N"
            default:
                Issue.record("\(campus): \(tear.name): \(outcome)")
                return "!"
            }
        case .debited, .identified:
            Issue.record("\(campus): \(tear.name): \(result)")
            return "!"
        }
    }

    private func recovery(of evidence: CardTransactionEvidence, _ profile: CardProfile) throws -> CardRecovery? {
        CardRecovery(
            of: evidence, profile: profile, terminal: try terminal(),
            time: CalendarTime(UnixTime(seconds: 1_788_220_800), offset: 28_800))
    }

    private func recover(
        _ card: SimulatedDESFireCard, _ campus: DESFireCampus, _ evidence: CardTransactionEvidence,
        _ interferences: [Int: Interference] = [:], profile: DESFireProfile? = nil
    ) throws -> CardRecovery.Outcome {
        let before = card.memory
        var tap = DESFireTap(card, interferences)
        let machine = try #require(try recovery(of: evidence, .desfire(profile ?? campus.profile())))
        let outcome = try tap.run(machine)
        #expect(tap.card.memory == before, "asking changes nothing")
        #expect(tap.intents.isEmpty && tap.admissions.isEmpty)
        return outcome
    }

    /// A card whose commit was carried out, or not, and its answer lost.
    private func torn(
        _ campus: DESFireCampus, _ interference: Interference
    ) throws -> (SimulatedDESFireCard, CardTransactionEvidence) {
        var tap = DESFireTap(campus.card(), [11: interference])
        guard case .unknown(_, .answerLost) = try tap.run(campus.machine()) else {
            Issue.record("not unknown")
            return (tap.card, try #require(nil))
        }
        return (tap.card, try #require(tap.intents.first))
    }

    private func used(
        _ card: SimulatedDESFireCard, _ campus: DESFireCampus, times: Int, amount: UInt32 = 50
    ) throws -> SimulatedDESFireCard {
        var tap = DESFireTap(card)
        for _ in 0..<times {
            guard case .debited = try tap.run(campus.machine(amount)) else { Issue.record("not debited"); break }
        }
        return tap.card
    }

    @Test("a card used and topped up elsewhere since still proves the debit, but its own proof is gone")
    func usedSince() throws {
        let campus = try DESFireCampus(.ev3, .ev2, communication: 0x03, provesTransactions: true)
        let (card, evidence) = try torn(campus, .lostAfter)
        var memory = try used(card, campus, times: 3).memory
        memory.files[2]?.content = .value(5_000, lowerLimit: 0, upperLimit: 100_000)
        guard case .happened(.desfireDebit(let found)) = try recover(campus.card(memory), campus, evidence) else {
            Issue.record("not found")
            return
        }
        #expect(found.transactionMAC == nil)
    }

    @Test("a debit that did not take place is left open once the card was used elsewhere")
    func usedWithout() throws {
        let campus = try DESFireCampus(.ev1, .ev1, communication: 0x01)
        let (card, evidence) = try torn(campus, .lostBefore)
        #expect(try recover(try used(card, campus, times: 1), campus, evidence) == .undetermined)
    }

    @Test("a record that newer ones have pushed out leaves the debit open, never not debited")
    func pushedOut() throws {
        let campus = try DESFireCampus(.ev2, .ev2, communication: 0x00)
        let (card, evidence) = try torn(campus, .lostAfter)
        #expect(try recover(try used(card, campus, times: 7), campus, evidence) == .undetermined)
    }

    @Test(
        "a long record file is read in parts, in every session and mode", arguments: DESFireDebitMachineTests.campuses)
    func longFile(campus: DESFireCampus) throws {
        let (card, evidence) = try torn(campus, .lostAfter)
        guard case .records(let records, _, _) = card.memory.files[3]?.content else { return }
        for newer in [0, 13, 14, 40] {
            var memory = card.memory
            let others = (0..<newer).map { [UInt8](repeating: UInt8(0x80 + $0), count: 16) }
            memory.files[3]?.content = .records(records + others, length: 16, places: 60)
            guard case .happened = try recover(campus.card(memory), campus, evidence) else {
                Issue.record("\(newer) newer records")
                continue
            }
            memory.files[3]?.content = .records(others, length: 16, places: 60)
            memory.files[2]?.content = .value(1_000, lowerLimit: 0, upperLimit: 100_000)
            #expect(try recover(campus.card(memory), campus, evidence) == .didNotHappen)
        }
    }

    @Test("another card does not disturb the torn debit")
    func otherCard() throws {
        let campus = try DESFireCampus(.ev3, .ev2, communication: 0x03)
        let (card, evidence) = try torn(campus, .lostAfter)
        var other = card.memory
        other.application = [9, 9, 9]
        #expect(try recover(campus.card(other), campus, evidence) == .otherCard)
        var sibling = card.memory
        sibling.uid[6] ^= 0x01
        let source = campus.source.key(uid: sibling.uid, application: campus.application)
        sibling.keys[1] = source
        #expect(try recover(campus.card(sibling), campus, evidence) == .otherCard)
        var renamed = card.memory
        renamed.files[1]?.content = .data([UInt8](repeating: 7, count: 32))
        #expect(try recover(campus.card(renamed), campus, evidence) == .otherCard)
        var foreignKey = card.memory
        foreignKey.keys[1] = campus.uidKey
        guard case .unresolved(let refusal) = try recover(campus.card(foreignKey), campus, evidence) else {
            Issue.record("resolved without a session")
            return
        }
        #expect(refusal.code == .cardNotGenuine)
    }

    @Test("a card that leaves while it is asked stays unresolved, unless the answer is known already")
    func tornAgain() throws {
        for campus in try DESFireCampus.all() {
            let (card, evidence) = try torn(campus, .lostAfter)
            let count = campus.provesTransactions ? 11 : 10
            for exchange in 1...count {
                for interference in [Interference.lostBefore, .lostAfter, .replaced([0x91]), .replaced([0x91, 0xEE])] {
                    switch try recover(card, campus, evidence, [exchange: interference]) {
                    case .unresolved: #expect(exchange < 11)
                    case .happened: #expect(exchange == 11, "\(campus) \(exchange)")
                    case let outcome: Issue.record("\(campus) \(exchange): \(outcome)")
                    }
                }
            }
        }
    }

    @Test("evidence of another application, or another kind, has no recovery under this profile")
    func foreignEvidence() throws {
        let campus = try DESFireCampus(.ev3, .ev2, communication: 0x03)
        let (_, evidence) = try torn(campus, .lostAfter)
        let other = DESFireProfile(
            name: "other", application: try #require(DESFireApplicationID(1)), key: campus.profile().key,
            identity: .uid, purse: campus.profile().purse, tender: .purse)
        #expect(try recovery(of: evidence, .desfire(other)) == nil)
        #expect(try recovery(of: evidence, .identityOnly(IdentityProfile(name: "identity"))) == nil)
        #expect(try recovery(of: evidence, .purse(try LabCampus().profile)) == nil)
    }
}
