import Payments
import Simulation
import SmartCards

/// The fixed campus of the fuzzers. The keys are published examples.
enum FuzzCampus {
    static let masterKey = constant(DESKey(hex: "0F1E2D3C4B5A69788796A5B4C3D2E1F0"))
    static let tacKey = constant(DESKey(hex: "34343434343434345656565656565656"))
    static let aesKey = constant(AESKey(hex: "A8DD63A3B89D54B37CA802473FDA9175"))
    static let terminal = constant(TerminalID(text: "001122334455"))
    static let time = CalendarTime(UnixTime(seconds: 1_788_220_800))
    static let pin = constant(CardPIN([0x12, 0x34, 0x56]))
    static let today = 20_260_901

    static let profile = profile()
    private static let mealIdentifier: UInt8 = 0x0A
    private static let meals = CompoundRecord(
        shortFile: 0x19, selection: .identifier(mealIdentifier),
        limits: MealLimits(countPerWindow: 1, amountPerDay: 20_000))

    /// - Parameter variant: of the card; its bit 6 chooses compound purchases.
    static func profile(variant: UInt8 = 0, tender: Tender = .account) -> PurseProfile {
        PurseProfile(
            name: "campus", application: .name([0xA0, 0x00, 0x00, 0x00, 0x03, 0x86, 0x98, 0x07, 0x01]),
            purchaseKeyIndex: 1, proof: .secureModule(factors: [.applicationSerial]), tender: tender,
            purchase: variant & 0x40 == 0 ? .simple : .compound(meals), load: PurseProfile.Load(keyIndex: 1))
    }
    static let otherProfile = PurseProfile(
        name: "city", application: .file(0x1001), purchaseKeyIndex: 0, proof: .none)

    static let identifier: [UInt8] = [0x04, 0xA1, 0xB2, 0xC3, 0xD4, 0xE5, 0xF6]

    static let information: PublicInformation = {
        let bytes = constant(Hex.decode("111122223333000603010006199808170000003020260101203001015566"))
        do throws(CardDataError) { return try PublicInformation(decoding: bytes) } catch { fatalError("\(error)") }
    }()

    /// A card of the campus with ¥100.00.
    ///
    /// - Parameter variant: its bits choose how the card behaves.
    static func card(variant: UInt8) -> SimulatedPurseCard {
        var memory = PurseCardMemory(
            information: information, identifier: identifier, balance: 10_000)
        memory.givesInformationOnSelect = variant & 0x01 == 0
        memory.answersThroughGetResponse = variant & 0x02 != 0
        memory.behavior.compoundRecords = [MealCounter(identifier: mealIdentifier).bytes]
        memory.behavior.isLogFree = variant & 0x04 == 0
        memory.behavior.initializeErasesProof = variant & 0x08 != 0
        memory.behavior.proofSerial = variant & 0x10 == 0 ? .initialized : .counted
        memory.behavior.givesProofMAC = variant & 0x20 == 0
        let keys = PurseCardKeys(
            masterPurchase: masterKey, masterTransactionAuthentication: tacKey, information: information)
        return SimulatedPurseCard(memory: memory, keys: keys, random: FuzzRandom())
    }

    /// Whether the purse card's TAC is right.
    static func isGenuine(_ evidence: CardTransactionEvidence) -> Bool {
        switch evidence {
        case .purchase(let purchase): purchase.isGenuine(underTACKey: own(tacKey, purchase.information))
        case .load(let load): load.isGenuine(underTACKey: own(tacKey, load.information))
        case .desfireDebit, .mifareClassic: fatalError("only purses make TACs")
        }
    }

    /// The card's own load key; cards of the campus load under the purchase key.
    static func loadKey(_ information: PublicInformation) -> DESKey { own(masterKey, information) }

    private static func own(_ key: DESKey, _ information: PublicInformation) -> DESKey {
        key.diversified(through: [DiversificationFactor.applicationSerial.bytes(for: information)])
    }

    /// What the card holds in fen; `nil` when it holds no money, or nobody could say how much.
    static func balance(of card: any VirtualCard) -> Int64? {
        if let card = card as? SimulatedPurseCard { return Int64(card.memory.balance) }
        if let card = card as? SimulatedDESFireCard { return FuzzDESFireCampus.value(of: card) }
        if let card = card as? SimulatedClassicCard { return FuzzClassicCampus.balance(of: card) }
        return nil
    }

    static func constant<Value>(_ value: Value?) -> Value {
        guard let value else { fatalError("a constant of the fuzzers is not valid") }
        return value
    }
}

/// The same numbers in every run: an input must do the same each time.
struct FuzzRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64 = 1

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state
    }
}
