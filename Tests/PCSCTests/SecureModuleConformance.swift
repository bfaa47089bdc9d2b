import Payments
import Simulation
import SmartCards
import Terminal
import Testing

/// The campus under which a module is checked: what its factory must make it with.
struct SecureModuleCampus: Sendable {
    let masterKey: DESKey
    let terminal: TerminalID
    let information: PublicInformation

    init() throws {
        masterKey = try #require(DESKey(hex: "0F1E2D3C4B5A69788796A5B4C3D2E1F0"))
        terminal = try #require(TerminalID(text: "000000000001"))
        let bytes = try #require(
            Hex.decode("1111222233330006 03 01 00061998081700000030 20200101 20491231 5566"))
        information = try PublicInformation(decoding: bytes)
    }

    /// A card of the campus, or one that only pretends: it takes any key for its own.
    func card(masterKey: DESKey? = nil, isContactCard: Bool = false) -> SimulatedPurseCard {
        let key = masterKey ?? self.masterKey
        var memory = PurseCardMemory(information: information, identifier: [1, 2, 3, 4], balance: 10_000)
        memory.answersThroughGetResponse = isContactCard
        return SimulatedPurseCard(
            memory: memory,
            keys: PurseCardKeys(
                masterPurchase: key, masterTransactionAuthentication: key, information: information),
            random: SystemRandomNumberGenerator())
    }

    var time: CalendarTime { CalendarTime(UnixTime(seconds: 1_788_220_800), offset: 28_800) }
}

/// A tap of one card on a lane beside the module, command by command.
final class ConformanceTap {
    let campus: SecureModuleCampus
    private var card: SimulatedPurseCard
    private(set) var request: SecureModuleRequest

    /// Selects the purse and initializes a purchase.
    ///
    /// - Parameter amount: in fen.
    init(_ campus: SecureModuleCampus, amount: UInt32 = 1) throws {
        self.campus = campus
        card = campus.card()
        card.powerOn()
        _ = card.transmit(GeneralCommand.select(file: 0x3F01).bytes)
        let command = PurseCommand.initializeForPurchase(keyIndex: 1, amount: amount, terminal: campus.terminal)
        let answer = try PurchaseInitialization(decoding: ResponseAPDU(decoding: card.transmit(command.bytes)))
        request = SecureModuleRequest(
            terminal: campus.terminal, random: answer.random, offlineSerial: answer.offlineSerial, amount: amount,
            transactionType: PurseTransaction.purchaseType, time: campus.time, keyVersion: answer.keyVersion,
            algorithm: answer.algorithm,
            factors: [DiversificationFactor.applicationSerial.bytes(for: campus.information)])
    }

    /// Lets the card check MAC1; its MAC2.
    func debit(_ session: SecureModuleSession) throws -> [UInt8] {
        let command = PurseCommand.debitForPurchase(
            terminalSerial: session.answer.terminalSerial, time: campus.time, mac1: session.answer.mac1)
        let answer = try ResponseAPDU(decoding: card.transmit(command.bytes))
        return try PurchaseCryptograms(decoding: answer).mac2
    }
}

/// What every secure module promises, through its port only. `module` is there and works.
func checkSecureModule(_ module: some SecureModule, _ campus: SecureModuleCampus) async throws {
    var serials: [UInt32] = []
    func open(_ tap: ConformanceTap) async throws -> SecureModuleSession {
        let session = try await module.initializeForPurchase(tap.request)
        if let last = serials.last { #expect(session.answer.terminalSerial > last, "serials only grow") }
        serials.append(session.answer.terminalSerial)
        return session
    }
    func expectNoSession(_ session: SecureModuleSession, _ mac2: [UInt8]) async {
        await #expect(throws: SecureModuleError(.refused), "a session ends once") {
            _ = try await module.credit(mac2: mac2, session: session)
        }
    }

    // The card of another author of the same standard takes MAC1, and the module takes its MAC2.
    for amount in [0, 1, 10_000] as [UInt32] {
        let tap = try ConformanceTap(campus, amount: amount)
        let session = try await open(tap)
        let mac2 = try tap.debit(session)
        #expect(try await module.credit(mac2: mac2, session: session))
        await expectNoSession(session, mac2)
    }

    // One wrong bit is found, and the next right one is still right.
    var tap = try ConformanceTap(campus)
    var session = try await open(tap)
    var mac2 = try tap.debit(session)
    mac2[3] ^= 0x01
    #expect(try await !module.credit(mac2: mac2, session: session))
    await expectNoSession(session, mac2)

    // MAC2 of one purchase is not MAC2 of another.
    let earlier = try ConformanceTap(campus)
    session = try await open(earlier)
    let earlierMAC2 = try earlier.debit(session)
    #expect(try await module.credit(mac2: earlierMAC2, session: session))
    tap = try ConformanceTap(campus)
    session = try await open(tap)
    #expect(try await !module.credit(mac2: earlierMAC2, session: session))

    // A purchase that is abandoned is over, twice as well as once.
    tap = try ConformanceTap(campus)
    session = try await open(tap)
    mac2 = try tap.debit(session)
    await module.abandon(session)
    await expectNoSession(session, mac2)

    // Two lanes at once: both get through, one after the other or side by side.
    let lanes = try (0..<4).map { _ in try ConformanceTap(campus).request }
    let answers = try await withThrowingTaskGroup(of: UInt32.self) { group in
        for request in lanes {
            group.addTask {
                let session = try await module.initializeForPurchase(request)
                await module.abandon(session)
                return session.answer.terminalSerial
            }
        }
        return try await group.reduce(into: Set<UInt32>()) { $0.insert($1) }
    }
    #expect(answers.count == lanes.count && (answers.min() ?? 0) > (serials.last ?? 0))

    // After all of that it still works, and says so.
    tap = try ConformanceTap(campus)
    session = try await module.initializeForPurchase(tap.request)
    mac2 = try tap.debit(session)
    #expect(try await module.credit(mac2: mac2, session: session))
    let status = await module.status()
    #expect(status.condition == .ready && status.fault == nil)
}
