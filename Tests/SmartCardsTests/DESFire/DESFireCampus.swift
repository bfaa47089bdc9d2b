import Payments
import Simulation
import SmartCards
import Testing

/// A campus with DESFire cards: its master key, one profile and one card. Files: 1 identity, 2 value, 3 records, 15
/// transaction MAC. Keys: 1 the card's own, 2 the same on every card.
struct DESFireCampus: Sendable, CustomStringConvertible {
    let generation: DESFireCardMemory.Generation
    let messaging: DESFireMessaging
    /// As in the file option: 00 plain, 01 MAC, 03 full.
    let communication: UInt8
    let provesTransactions: Bool
    let uid: [UInt8]
    let identity: [UInt8] = [0x20, 0x26, 0x00, 0x01, 0x23, 0x45, 0x67, 0x89, 0x00, 0x42]
    let application: DESFireApplicationID
    let source: DESFireKey
    let uidKey: AESKey
    let transactionMACKey: AESKey
    /// Bytes of the card's own key.
    let keyBytes: [UInt8]
    let terminal: TerminalID
    /// What other terminals wrote before, oldest first.
    let olderRecords: [[UInt8]] = (1...6).map { [UInt8](repeating: $0, count: 16) }

    init(
        _ generation: DESFireCardMemory.Generation, _ messaging: DESFireMessaging, communication: UInt8,
        provesTransactions: Bool = false
    ) throws {
        self.generation = generation
        self.messaging = messaging
        self.communication = communication
        self.provesTransactions = provesTransactions
        uid = try hex("04782E21801D80")
        application = try #require(DESFireApplicationID(0xF54230))
        source = .diversified(
            master: try aesKey("00112233445566778899AABBCCDDEEFF"),
            by: DESFireKeyPart.standard(systemIdentifier: try hex("4E585020416275")))
        // The example of AN10922.
        keyBytes = try hex("A8DD63A3B89D54B37CA802473FDA9175")
        uidKey = try aesKey("C0C1C2C3C4C5C6C7C8C9CACBCCCDCECF")
        transactionMACKey = try aesKey("F7D23E0C44AFADE542BFDF2DC5C6AE02")
        terminal = try SmartCardsTests.terminal()
    }

    var description: String {
        let mode = communication == 0 ? "plain" : communication == 1 ? "MAC" : "full"
        return "\(generation)/\(messaging) \(mode)\(provesTransactions ? " TMAC" : "")"
    }

    /// Every card, messaging and mode that go together.
    static func all() throws -> [DESFireCampus] {
        let pairs: [(DESFireCardMemory.Generation, DESFireMessaging)] = [
            (.ev1, .ev1), (.ev2, .ev1), (.ev2, .ev2), (.ev3, .ev2),
        ]
        var all: [DESFireCampus] = []
        for (generation, messaging) in pairs {
            for communication in [0x00, 0x01, 0x03] as [UInt8] {
                for proves in messaging == .ev2 ? [false, true] : [false] {
                    all.append(
                        try DESFireCampus(
                            generation, messaging, communication: communication, provesTransactions: proves))
                }
            }
        }
        return all
    }

    private var mode: DESFireCommunication {
        communication == 0x00 ? .plain : communication == 0x01 ? .mac : .full
    }

    func profile(
        rule: DESFireProfile.MessagingRule? = nil, source: DESFireKey? = nil, hasUIDKey: Bool = false,
        identity: DESFireProfile.Identity? = nil, tender: Tender = .purse, limits: CardLimits = CardLimits()
    ) -> DESFireProfile {
        let file = { DESFireProfile.File(number: $0, communication: mode) }
        return DESFireProfile(
            name: "campus", application: application, key: DESFireProfile.Key(number: 1, source: source ?? self.source),
            uidKey: hasUIDKey ? DESFireProfile.Key(number: 2, source: .fixed(uidKey)) : nil,
            messaging: rule ?? .exactly(messaging), identity: identity ?? .file(file(1), length: 10),
            purse: DESFireProfile.Purse(
                valueFile: file(2), recordFile: file(3),
                transactionMACFile: provesTransactions
                    ? DESFireProfile.File(number: 15, communication: .mac) : nil),
            tender: tender, limits: limits)
    }

    func memory(value: Int32 = 1_000) -> DESFireCardMemory {
        func file(_ content: DESFireCardFile.Content) -> DESFireCardFile {
            DESFireCardFile(
                content, communication: communication, readKey: 1, writeKey: 1, readWriteKey: 1)
        }
        var memory = DESFireCardMemory(
            generation: generation, uid: uid, application: application.bytes,
            keys: [1: AESKey(keyBytes), 2: uidKey].compactMapValues { $0 },
            files: [
                1: file(.data(identity + [UInt8](repeating: 0, count: 22))),
                2: file(.value(value, lowerLimit: 0, upperLimit: 100_000)),
                3: file(.records(olderRecords, length: 16, places: 8)),
            ])
        if provesTransactions {
            memory.transactionMAC = DESFireCardTransactionMAC(file: 15, key: transactionMACKey, readKey: 1)
        }
        return memory
    }

    func card(_ memory: DESFireCardMemory? = nil, seed: UInt64 = 7) -> SimulatedDESFireCard {
        SimulatedDESFireCard(memory: memory ?? self.memory(), random: SeededGenerator(seed: seed))
    }

    func machine(_ amount: UInt32 = 300, _ profile: DESFireProfile? = nil) -> DESFireDebitMachine {
        DESFireDebitMachine(profile: profile ?? self.profile(), amount: amount, terminal: terminal)
    }

    /// The card's committed value in fen.
    func value(of card: SimulatedDESFireCard) -> Int32? {
        if case .value(let value, _, _) = card.memory.files[2]?.content { value } else { nil }
    }

    func records(of card: SimulatedDESFireCard) -> [[UInt8]] {
        if case .records(let records, _, _) = card.memory.files[3]?.content { records } else { [] }
    }
}

/// A DESFire card and the air between it and the terminal.
struct DESFireTap: Sendable {
    var card: SimulatedDESFireCard
    var interferences: [Int: Interference] = [:]
    var isAdmitted = true
    var storesIntents = true
    var admissions: [CardEvidence] = []
    /// What was durable before its commit, as it comes back from the disk.
    var intents: [CardTransactionEvidence] = []
    /// Every exchange of the last run: the instruction byte.
    var exchanges: [UInt8] = []
    private var random = SeededGenerator(seed: 11)

    init(_ card: SimulatedDESFireCard, _ interferences: [Int: Interference] = [:]) {
        self.card = card
        self.interferences = interferences
    }

    /// One presentation of the card.
    mutating func run<Machine: CardMachine>(_ machine: Machine) throws -> Machine.Result {
        card.powerOn()
        exchanges = []
        var machine = machine
        var action = machine.receive(.started)
        while true {
            let event: CardEvent
            switch action {
            case .finish(let result): return result
            case .transmit(let command): event = transmit(command).map { .cardAnswered($0) } ?? .cardFailed
            case .drawRandom(let count):
                event = .random((0..<count).map { _ in UInt8.random(in: .min ... .max, using: &random) })
            case .admit(let card):
                admissions.append(card)
                event = isAdmitted ? .admitted : .notAdmitted
            case .persistIntent(let evidence):
                #expect(!exchanges.contains(0xC7), "the intent comes before the commit")
                let stored = try #require(CardTransactionEvidence(canonicalBytes: evidence.canonicalBytes))
                #expect(stored == evidence)
                if storesIntents { intents.append(stored) }
                event = storesIntents ? .intentPersisted : .intentFailed
            case .initializeSecureModule, .checkMAC2, .checkTAC, .requestLoad:
                Issue.record("a DESFire card needs no secure module: \(action)")
                return try #require(nil)
            }
            action = machine.receive(event)
        }
    }

    private mutating func transmit(_ command: CommandAPDU) -> [UInt8]? {
        exchanges.append(command.instruction)
        switch interferences[exchanges.count] {
        case nil: return card.transmit(command.bytes)
        case .lostBefore: return nil
        case .refused(let bytes): return bytes
        case .lostAfter:
            _ = card.transmit(command.bytes)
            return nil
        case .replaced(let bytes):
            _ = card.transmit(command.bytes)
            return bytes
        case .corrupted:
            var bytes = card.transmit(command.bytes)
            if bytes.count > 2 { bytes[bytes.count - 3] ^= 0x01 }
            return bytes
        }
    }
}
