import Crypto
import HubProtocol
import Logging
import PaymentCodes
import Payments
import Simulation
import SmartCards
import Synchronization
import Terminal
import TestSupport
import Testing

/// A terminal's services on simulated twins, level with its hub: one account with ¥200, its card and a code key.
struct Till {
    static let morning = UnixTime(seconds: 1_788_220_800)
    static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    let clock = ManualClock(wallTime: morning)
    let trusted: TrustedClock
    let journal: SimulatedJournal
    let hub: SimulatedHub
    let signer = SimulatedCheckpointSigner()
    let secureModule: SimulatedSecureModule
    let authorization: AuthorizationService
    let purse: PurseService
    let recorded = Counter()
    let verification: CodeVerification
    let issuer = PaymentCodeSigner(keyID: 7, key: Curve25519.Signing.PrivateKey())
    let terminal: TerminalID
    let account: AccountID
    let lane: LaneID
    let information: PublicInformation
    let masterKey: DESKey

    init() async throws {
        terminal = try #require(TerminalID(text: "0000A1B2C3D4"))
        account = try #require(AccountID(number: 2_026_010_203))
        lane = try #require(LaneID(text: "lane-1"))
        masterKey = try #require(DESKey(hex: "0F1E2D3C4B5A69788796A5B4C3D2E1F0"))
        let file = try #require(Hex.decode("111122223333000603010006199808170000003020260101203001015566"))
        information = try PublicInformation(decoding: file)
        secureModule = SimulatedSecureModule(masterKey: masterKey)
        trusted = TrustedClock(clock: clock)
        journal = SimulatedJournal(terminal: terminal, journal: JournalID(number: 0xC0FF_EE01))
        hub = SimulatedHub(terminal: terminal, clock: clock)
        verification = CodeVerification(lifetimeMaximum: .seconds(120), logger: Self.logger)
        authorization = AuthorizationService(
            journal: journal, hub: hub, clock: trusted, authorizer: Authorizer(policy: .standard),
            merchant: try #require(MerchantID(text: "canteen-1")), hubBudget: .milliseconds(150),
            recorded: { [recorded] in recorded.increment() })
        purse = PurseService(
            journal: journal, hub: hub, authorizer: Authorizer(policy: .standard), clock: trusted,
            merchant: try #require(MerchantID(text: "canteen-1")),
            abandon: { [authorization] in authorization.abandon($0) },
            recorded: { [recorded] in recorded.increment() })
        let (account, card, key) = (account, cardID, codeKey)
        hub.changeBooks { books in
            books.setAccount(account, balance: Amount(fen: 20_000))
            books.setCard(card, of: account)
            books.publish(key)
        }
        let answer = try await hub.register(
            JournalRegistration(journal: journal.journal, publicKey: signer.publicKey))
        try await journal.acknowledge(answer.acknowledged)
        try await journal.pin(hubKey: hub.books.signingKey.verifyingKey)
        try await journal.apply(try await hub.changes(after: 0, limit: 100), after: 0)
        verification.replaceKeys(try await journal.codeKeys())
    }

    var cardID: CardID { .purse(applicationSerial: information.applicationSerial) }

    var codeKey: CodeKeyMessage {
        CodeKeyMessage(
            keyID: issuer.keyID, publicKey: Array(issuer.publicKey.rawRepresentation),
            validFrom: UnixTime(seconds: 1_780_000_000), validThrough: UnixTime(seconds: 1_800_000_000))
    }

    var proven: Instrument { .card(CardEvidence(card: cardID, proof: .proven)) }

    func order(_ fen: Int64 = 1250, _ reference: String = "sale-1") throws -> SaleOrder {
        SaleOrder(reference: try #require(SaleReference(text: reference)), amount: Amount(fen: fen))
    }

    /// A good card of the account, or one whose keys another campus made.
    ///
    /// - Parameters:
    ///   - balance: of its own purse, in fen.
    ///   - serial: application serial number, 20 hexadecimal digits, for another card.
    func card(
        master: DESKey? = nil, balance: UInt32 = 0, serial: String? = nil
    ) throws -> SimulatedPurseCard {
        var information = information
        if let serial = serial.flatMap({ Hex.decode($0) }) {
            information = try PublicInformation(
                decoding: Array(information.bytes[0..<10]) + serial + information.bytes[20...])
        }
        let other = try #require(DESKey(hex: "34343434343434345656565656565656"))
        return SimulatedPurseCard(
            memory: PurseCardMemory(
                information: information, identifier: [0x04, 0xA1, 0xB2, 0xC3, 0xD4, 0xE5, 0xF6], balance: balance),
            keys: PurseCardKeys(
                masterPurchase: master ?? masterKey, masterTransactionAuthentication: other,
                information: information),
            random: SeededGenerator(seed: 7))
    }

    /// A payment code as the scanner reads it; the hub knows it.
    func code(serial: UInt64 = 1, signer: PaymentCodeSigner? = nil) throws -> [UInt8] {
        let claims = try #require(
            PaymentCodeClaims(
                account: account, issuedAt: Self.morning, lifetime: .seconds(60), limit: Amount(fen: 20_000),
                serial: serial))
        hub.changeBooks { $0.issue(CodeReference(keyID: 7, serial: serial), to: account) }
        return Array(try (signer ?? issuer).sign(claims).text.utf8)
    }

    /// - Parameter tender: whose money pays on the campus's purse cards.
    func presentation(_ tender: Tender = .account, load: PurseProfile.Load? = nil) -> CardPresentation {
        let profile = PurseProfile(
            name: "campus", application: .name([0xA0, 0x00, 0x00, 0x00, 0x03, 0x86, 0x98, 0x07, 0x01]),
            purchaseKeyIndex: 1, proof: .secureModule(factors: [.applicationSerial]), tender: tender,
            load: load)
        return CardPresentation(
            profiles: [.purse(profile)], terminal: terminal, secureModule: secureModule, purse: purse,
            clock: trusted, timeZoneOffset: 28_800)
    }

    func authorize(_ fen: Int64 = 1250) async throws(LedgerError) -> ConcludedTransaction {
        let order = SaleOrder(reference: reference, amount: Amount(fen: fen))
        return try await authorization.authorize(order, proven, lane: lane).0
    }

    private var reference: SaleReference {
        guard let reference = SaleReference(text: "sale-1") else { fatalError("a constant of the tests is not valid") }
        return reference
    }
}

/// Counts what a closure is called for.
final class Counter: Sendable {
    private let count = Mutex(0)

    func increment() { count.withLock { $0 += 1 } }

    var value: Int { count.withLock { $0 } }
}
