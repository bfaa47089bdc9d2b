import HubProtocol
import Payments
import Simulation
import SmartCards

/// Somebody with an account, a card of it, a purse card, and perhaps a payment code on the phone.
@SimulationActor final class Student {
    /// What the application of purse cards is called here.
    static let applicationName: [UInt8] = [0xA0, 0x00, 0x00, 0x00, 0x03, 0x86, 0x98, 0x07, 0x01]
    /// What every purse holds at the start, in fen.
    static let purseAtStart: UInt32 = 40_000

    let number: Int
    let account: AccountID
    /// Pays from the account.
    let card: CardID
    /// Pays from its own purse.
    var purse: SimulatedPurseCard
    let purseCard: CardID
    /// The code that the student drew last.
    var code: (text: String, reference: CodeReference)?
    /// The account's PIN, as the student knows it.
    var pin: AccountPIN?
    /// Whether somebody is holding the purse card to a reader now.
    var isTapping = false

    init(number: Int, seed: UInt64) throws {
        self.number = number
        guard let account = AccountID(number: 2_026_000_001 + UInt64(number)) else {
            fatalError("a student number is an account number")
        }
        self.account = account
        card = .uid((0x0410_0000_0000 + UInt64(number)).bigEndianBytes(count: 7))
        let issuer: [UInt8] = [0x11, 0x11, 0x22, 0x22, 0x33, 0x33, 0, 6]
        let information = try PublicInformation(
            decoding: issuer + [3, 1] + (UInt64(number) + 1).bigEndianBytes(count: 10)
                + [0x20, 0x20, 0x09, 0x01] + [0x20, 0x40, 0x06, 0x30, 0x55, 0x66])
        var memory = PurseCardMemory(
            information: information, identifier: [0x04] + UInt64(number).bigEndianBytes(count: 6),
            balance: Self.purseAtStart)
        memory.applicationName = Self.applicationName
        memory.behavior.isLoadFree = true
        purse = SimulatedPurseCard(
            memory: memory, keys: CampusKeys.keys(of: information),
            random: SeededRandom(seed: seed, purpose: "card/\(number)"))
        purseCard = information.card
    }
}
