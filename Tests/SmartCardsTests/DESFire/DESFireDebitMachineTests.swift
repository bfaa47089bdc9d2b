import Payments
import SmartCards
import Testing

@Suite("A tap on a DESFire card")
struct DESFireDebitMachineTests {
    private let key: AESKey
    private let profile: DESFireProfile
    private let record: DESFireDebitRecord
    private var card: DESFireTestCard

    init() throws {
        key = try aesKey("A8DD63A3B89D54B37CA802473FDA9175")
        let file = { DESFireProfile.File(number: $0, communication: .full) }
        profile = DESFireProfile(
            name: "campus", application: try #require(DESFireApplicationID(0xF54230)), keyNumber: 1,
            identityFile: file(1), identityLength: 8, valueFile: file(2), recordFile: file(3), hasTransactionMAC: true)
        record = DESFireDebitRecord(terminal: try terminal(), trace: TraceNumber(42), amount: 300)
        card = DESFireTestCard(key: key)
    }

    @Test("a debit changes value and record together and brings the card's proof")
    mutating func debit() throws {
        guard case .debited(let evidence) = run(.debit(record)) else {
            Issue.record("not debited")
            return
        }
        #expect(evidence.identity == card.identity)
        #expect(evidence.valueBefore == 1_000)
        #expect(evidence.transactionMAC?.counter == 5)
        #expect(evidence.transactionMAC?.value == [1, 2, 3, 4, 5, 6, 7, 8])
        #expect(card.value == 700)
        #expect(try card.records == [hex("001122334455 00000000002A 0000012C")])
    }

    @Test("a value below the amount is not touched")
    mutating func insufficient() {
        card.value = 299
        #expect(run(.debit(record)) == .failed(.insufficientValue))
        #expect(card.value == 299)
    }

    @Test("an answer lost before the commit changes nothing", arguments: 1...7)
    mutating func lostBeforeCommit(exchange: Int) {
        guard case .failed(.communicationFailed) = run(.debit(record), at: exchange, answer: nil) else {
            Issue.record("not a failed communication")
            return
        }
        #expect(card.value == 1_000)
        #expect(card.records.isEmpty)
    }

    @Test("an answer of one byte or none is a card that left", arguments: 1...8)
    mutating func cutShort(exchange: Int) {
        switch run(.debit(record), at: exchange, answer: [0x91]) {
        case .failed(.communicationFailed): #expect(exchange < 8)
        case .unknown(_, .answerLost): #expect(exchange == 8)
        default: Issue.record("neither failed nor unknown")
        }
    }

    @Test("a bare success is never believed", arguments: 2...8)
    mutating func bareSuccess(exchange: Int) {
        switch run(.debit(record), at: exchange, answer: [0x91, 0x00]) {
        case .failed: #expect(exchange < 8)
        case .unknown(_, .answerMalformed): #expect(exchange == 8)
        default: Issue.record("believed")
        }
    }

    @Test("endless frames are given up", arguments: 1...8)
    mutating func endless(exchange: Int) {
        switch run(.debit(record), from: exchange, answer: [0x91, 0xAF]) {
        case .failed: #expect(exchange < 8)
        case .unknown: #expect(exchange == 8)
        default: Issue.record("believed")
        }
    }

    @Test("a wrong code from the card ends the tap", arguments: [0xAD, 0x6C, 0xDC, 0x8B] as [UInt8])
    mutating func forged(instruction: UInt8) {
        card.forged = [instruction]
        guard case .failed(.notAuthentic) = run(.debit(record)) else {
            Issue.record("believed")
            return
        }
        #expect(card.value == 1_000)
    }

    @Test("a lost answer to the commit is unknown, and the record resolves it")
    mutating func lostCommit() {
        guard case .unknown(let evidence, .answerLost) = run(.debit(record), at: 8, answer: nil) else {
            Issue.record("not unknown")
            return
        }
        #expect(card.value == 700)
        #expect(run(.resolve(evidence)) == .resolved(.committed))
        card.value = 5_000
        #expect(run(.resolve(evidence)) == .resolved(.committed), "a load since then changes nothing")
        card.records = []
        #expect(run(.resolve(evidence)) == .resolved(.undecided(value: 5_000)))
        card.value = 1_000
        #expect(run(.resolve(evidence)) == .resolved(.notDebited))
        card.refusals = [0xAB: 0xBE]
        #expect(run(.resolve(evidence)) == .resolved(.notDebited), "a record file without records")
        card.identity[0] ^= 1
        #expect(run(.resolve(evidence)) == .resolved(.otherCard))
    }

    @Test("a forged answer to the commit is unknown")
    mutating func forgedCommit() {
        card.forged = [0xC7]
        guard case .unknown(_, .answerMalformed(let error)) = run(.debit(record)) else {
            Issue.record("believed")
            return
        }
        #expect(error.code == .messageAuthenticationWrong)
    }

    @Test("a commit refused in the card's checks failed, one refused by its memory is unknown")
    mutating func refusedCommit() {
        card.refusals = [0xC7: 0x9D]
        #expect(run(.debit(record)) == .failed(.cardFault(.permissionDenied, .commit)))
        card.refusals = [0xC7: 0xEE]
        guard case .unknown(_, .status(.memoryError)) = run(.debit(record)) else {
            Issue.record("not unknown")
            return
        }
    }

    @Test("evidence that cannot be stored keeps the commit back")
    mutating func notStored() {
        #expect(run(.debit(record), stores: false) == .failed(.evidenceNotStored))
        #expect(card.value == 1_000)
    }

    @Test("foreign cards and wrong keys are told apart")
    mutating func foreign() throws {
        #expect(run(.debit(record), at: 1, answer: [0x6D, 0x00]) == .failed(.notThisProfile))
        #expect(run(.debit(record), at: 1, answer: [0x91, 0xA0]) == .failed(.notThisProfile))
        card.key = try aesKey("00000000000000000000000000000000")
        #expect(run(.debit(record)) == .failed(.notAuthenticated))
        card.key = key
        card.forged = [0xAF]
        #expect(run(.debit(record)) == .failed(.notAuthenticated))
    }

    /// Runs one tap; the answer to exchange `at`, or to all from `from` on, is replaced (`nil`: lost).
    private mutating func run(
        _ purpose: DESFireDebitMachine.Purpose, at: Int = 0, from: Int = .max, answer: [UInt8]? = nil,
        stores: Bool = true
    ) -> DESFireResult {
        var machine = DESFireDebitMachine(
            profile: profile, key: key, purpose: purpose, terminalRandom: Array(100..<116))
        var action = machine.receive(.started)
        var exchange = 0
        while true {
            switch action {
            case .transmit(let command):
                exchange += 1
                let genuine = card.transmit(command)
                let arrived = exchange == at || exchange >= from ? answer : genuine
                action = machine.receive(arrived.map { .cardAnswered($0) } ?? .cardFailed)
            case .store: action = machine.receive(stores ? .evidenceStored : .evidenceNotStored)
            case .finish(let result): return result
            }
        }
    }
}
