import Payments
import Simulation
import SmartCards
import Testing

/// Bytes of hexadecimal text; the test fails when it is none.
func hex(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> [UInt8] {
    try #require(Hex.decode(text), sourceLocation: sourceLocation)
}

/// A key of hexadecimal text.
func key(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> DESKey {
    try #require(DESKey(hex: text), sourceLocation: sourceLocation)
}

/// Whether two keys encrypt alike: keys do not show their bytes.
func encryptAlike(_ left: DESKey, _ right: DESKey) -> Bool {
    let block: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8]
    return TripleDES(key: left).encrypt(block: block) == TripleDES(key: right).encrypt(block: block)
        && left.isDouble == right.isDouble
}

/// A calendar time from its card form, for example `20120229135100`.
func time(_ text: String) throws -> CalendarTime {
    let digits = try #require(Int(text))
    var time = CalendarTime(UnixTime(milliseconds: 0))
    time.year = digits / 10_000_000_000
    time.month = digits / 100_000_000 % 100
    time.day = digits / 1_000_000 % 100
    time.hour = digits / 10_000 % 100
    time.minute = digits / 100 % 100
    time.second = digits % 100
    return time
}

func terminal(_ text: String = "001122334455") throws -> TerminalID { try #require(TerminalID(text: text)) }

/// Gives the values it was made with, then repeats the last one.
struct ScriptedGenerator: RandomNumberGenerator, Sendable {
    private var values: [UInt64]

    init(_ values: UInt64...) { self.values = values }

    mutating func next() -> UInt64 { values.count > 1 ? values.removeFirst() : values.first ?? 0 }
}

/// SplitMix64: the same numbers for the same seed on every machine.
struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}

/// The lab campus of these tests: its master keys, one profile and one card.
struct LabCampus {
    let masterPurchase: DESKey
    let masterTAC: DESKey
    let information: PublicInformation
    let profile: PurseProfile
    let terminal: TerminalID
    let time: CalendarTime

    init() throws {
        masterPurchase = try key("0F1E2D3C4B5A69788796A5B4C3D2E1F0")
        masterTAC = try key("34343434343434345656565656565656")
        information = try PublicInformation(decoding: hex(publicInformationSample))
        profile = PurseProfile(
            name: "campus", application: .name(try hex("A00000000386980701")), purchaseKeyIndex: 1,
            proof: .secureModule(factors: [.applicationSerial]))
        terminal = try SmartCardsTests.terminal()
        time = try SmartCardsTests.time("20260901113005")
    }

    /// The same campus with other data in its profile.
    func profile(
        application: PurseProfile.Application? = nil, purchase: PurseProfile.Purchase = .simple,
        load: PurseProfile.Load? = nil, algorithms: Set<UInt8>? = nil, tender: Tender = .account
    ) -> PurseProfile {
        PurseProfile(
            name: "campus", application: application ?? profile.application, purchaseKeyIndex: 1, proof: profile.proof,
            tender: tender, purchase: purchase, load: load, algorithms: algorithms)
    }

    /// Another card of the campus.
    func otherInformation() throws -> PublicInformation {
        var bytes = information.bytes
        bytes[19] ^= 0x01
        return try PublicInformation(decoding: bytes)
    }

    var cardKeys: PurseCardKeys {
        PurseCardKeys(
            masterPurchase: masterPurchase, masterTransactionAuthentication: masterTAC, information: information)
    }

    func memory(balance: UInt32 = 10_000) -> PurseCardMemory {
        PurseCardMemory(
            information: information, identifier: [0x04, 0xA1, 0xB2, 0xC3, 0xD4, 0xE5, 0xF6], balance: balance)
    }

    func card(_ memory: PurseCardMemory? = nil, file: CardStateFile? = nil) -> SimulatedPurseCard {
        SimulatedPurseCard(
            memory: memory ?? self.memory(), keys: cardKeys, file: file, random: SeededGenerator(seed: 7))
    }
}

/// Two cards of which the reader talks to one, then to the other: what two cards in the field look like when the
/// reader does not keep them apart.
struct CardPair: VirtualCard {
    var first: SimulatedPurseCard
    var second: SimulatedPurseCard
    /// How many commands the first card answers.
    var switchesAfter: Int
    private var commands = 0

    init(_ first: SimulatedPurseCard, _ second: SimulatedPurseCard, switchesAfter: Int) {
        self.first = first
        self.second = second
        self.switchesAfter = switchesAfter
    }

    var answerToReset: [UInt8] { first.answerToReset }

    mutating func powerOn() {
        first.powerOn()
        second.powerOn()
    }

    mutating func reset() { powerOn() }

    mutating func transmit(_ command: [UInt8]) -> [UInt8] {
        commands += 1
        return commands <= switchesAfter ? first.transmit(command) : second.transmit(command)
    }
}

/// The published sample of file 0x15 (cards.md section 1.3).
let publicInformationSample = "1111222233330006 03 01 00061998081700000030 19980815 19981215 5566"
