import Devices
import Payments
import Simulation
import SmartCards
import Terminal
import TestSupport
import Testing

extension RealService {
    /// The PSAM adapter on the real service, with a simulated PSAM in the second virtual slot.
    @Suite(.serialized) struct PSAMServiceTests {
        @Test("a PSAM behind the real service keeps the promises of the port")
        func conformance() async throws {
            try await withSecureModule { bench async throws in
                #expect(!bench.module.isSoft)
                try await checkSecureModule(bench.module, bench.campus)
                #expect(bench.memory?.wrongChecksSeen == 2)
            }
        }

        @Test("purchases follow each other without the module being powered down")
        func purchases() async throws {
            try await withSecureModule { bench async throws in
                for _ in 0..<20 { #expect(try await bench.purchase()) }
                // Six to find out who it is, then 8070, GET RESPONSE and 8072 for each.
                #expect(bench.peer.exchanges == 6 + 20 * 3)
                let status = await bench.module.status()
                #expect(status.terminal == bench.campus.terminal && status.serialEnding == "0001")
            }
        }

        @Test(
            "a whole tap: the card on the first slot, contact or not, is proven through the module in the second",
            arguments: [false, true])
        func wholeTap(isContactCard: Bool) async throws {
            try await withSecureModule { bench async throws in
                let lane = PCSCCardReader(
                    name: "lane1", matching: ReaderNamePattern(PcscdInstance.readerNames[0]), monitor: bench.monitor)
                let profile = PurseProfile(
                    name: "campus", application: .file(0x3F01), purchaseKeyIndex: 1,
                    proof: .secureModule(factors: [.applicationSerial]))
                let clock = TrustedClock(clock: ManualClock(wallTime: UnixTime(seconds: 1_788_220_800)))
                let journal = SimulatedJournal(terminal: bench.campus.terminal, journal: JournalID(number: 1))
                let presentation = CardPresentation(
                    profiles: [.purse(profile)], terminal: bench.campus.terminal, secureModule: bench.module,
                    purse: PurseService(
                        journal: journal,
                        hub: SimulatedHub(
                            terminal: bench.campus.terminal, clock: ManualClock(wallTime: UnixTime(seconds: 0))),
                        authorizer: Authorizer(policy: .standard), clock: clock,
                        merchant: try #require(MerchantID(text: "canteen-1")), abandon: { _ in }, recorded: {}),
                    clock: clock, timeZoneOffset: 28_800)
                let order = SaleOrder(
                    reference: try #require(SaleReference(text: "sale-1")), amount: Amount(fen: 1250))
                let counter = try #require(LaneID(text: "lane-1"))
                func read() async -> CardReading {
                    await presentation.present(lane, for: order, lane: counter, awaiting: nil).reading
                }
                let log = EventLog(lane)
                let card = VirtualCardPeer(
                    card: bench.campus.card(isContactCard: isContactCard), port: bench.pcscd.port)
                try await card.insert()
                try await eventually("tapped") {
                    log.events.contains { if case .inserted = $0 { true } else { false } }
                }
                guard case .identified(let evidence) = await read() else {
                    Issue.record("not identified")
                    return
                }
                #expect(evidence.proof == .proven)
                // SELECT, INITIALIZE, DEBIT, each of which a contact card answers in two parts.
                #expect(card.exchanges == (isContactCard ? 6 : 3))
                await card.remove()

                // A card under another key refuses MAC1: the module never hears of it.
                let other = try #require(DESKey(hex: "00112233445566778899AABBCCDDEEFF"))
                let stranger = VirtualCardPeer(card: bench.campus.card(masterKey: other), port: bench.pcscd.port)
                try await eventually("the reader is empty") { log.events.last == .removed }
                try await stranger.insert()
                try await eventually("tapped again") { log.events.last != .removed }
                guard case .problem = await read() else {
                    Issue.record("a stranger was identified")
                    return
                }
                await stranger.remove()
                #expect(bench.memory?.checksSeen == 1 && bench.memory?.wrongChecksSeen == 0)
                await lane.close()
            }
        }

        @Test("torn cards and MAC2 values of zeros provoke no check at all")
        func neverProvoked() async throws {
            try await withSecureModule { bench async throws in
                for count in 1...5 {
                    let torn = try await bench.module.initializeForPurchase(ConformanceTap(bench.campus).request)
                    await bench.module.abandon(torn)
                    let zeros = try await bench.module.initializeForPurchase(ConformanceTap(bench.campus).request)
                    await #expect(throws: SecureModuleError(.checkNotPossible)) {
                        _ = try await bench.module.credit(mac2: [0, 0, 0, 0], session: zeros)
                    }
                    #expect(bench.memory?.nextTerminalSerial == UInt32(2 * count) + 1)
                }
                #expect(bench.memory?.checksSeen == 0)
                #expect(await bench.module.status().wrongMAC2Count == 0)
            }
        }

        @Test("four lanes contend for the module, and all of them are served")
        func contention() async throws {
            try await withSecureModule { bench async throws in
                let rights = try await withThrowingTaskGroup(of: Int.self) { group in
                    for _ in 0..<4 {
                        group.addTask {
                            var count = 0
                            for _ in 0..<10 where try await bench.purchase() { count += 1 }
                            return count
                        }
                    }
                    return try await group.reduce(0, +)
                }
                #expect(rights == 40)
                #expect(bench.memory?.checksSeen == 40 && bench.memory?.wrongChecksSeen == 0)
            }
        }

        @Test("wrong MAC2 values guard the module before it locks, and a restart of the daemon does not open it")
        func guarded() async throws {
            let folder = try TemporaryDirectory()
            try await withSecureModule(folder: folder) { bench async throws in
                for _ in 0..<2 { #expect(try await !bench.forgedPurchase()) }
                #expect(await bench.module.status().wrongMAC2Count == 2)
            }
            try await withSecureModule(folder: folder, nextSerial: 10) { bench async throws in
                #expect(await bench.module.status().wrongMAC2Count == 2)
                #expect(try await !bench.forgedPurchase())
                #expect(try await bench.code { try await bench.forgedPurchase() } == .guarded)
                #expect(try await bench.code { try await bench.purchase() } == .guarded)
            }
            try await withSecureModule(folder: folder, nextSerial: 20) { bench async throws in
                try await bench.waitFor(.guarded)
                #expect(try await bench.code { try await bench.purchase() } == .guarded)
                #expect(bench.memory?.checksSeen == 0)
                try await bench.module.reset(.wrongMAC2Count)
                #expect(try await bench.purchase())
            }
        }

        @Test("a module of another terminal, a locked one, and a card that is none are told apart")
        func unusable() async throws {
            try await withSecureModule(terminal: "0000000000AB") { bench async throws in
                #expect(try await bench.code { try await bench.module.initialize("0000000000AB") } == .wrongTerminal)
                #expect(await bench.module.status().condition == .wrongTerminal)
            }
            try await withSecureModule(triesLeft: 0) { bench async throws in
                #expect(try await bench.code { try await bench.purchase() } == .locked)
            }
            try await withSecureModule(isInserted: false) { bench async throws in
                bench.peer.withCard { [campus = bench.campus] in $0 = campus.card() }
                try await bench.peer.insert()
                try await bench.waitFor(.faulty)
                #expect(try await bench.code { try await bench.purchase() } == .notASecureModule)
            }
        }

        @Test("a module whose serial goes back is refused")
        func serialGoesBack() async throws {
            try await withSecureModule { bench async throws in
                for _ in 0..<3 { #expect(try await bench.purchase()) }
                try await bench.insertAgain { $0.nextTerminalSerial = 2 }
                try await bench.waitFor(.ready)
                #expect(try await bench.code { try await bench.purchase() } == .serialNotAdvancing)
                try await bench.insertAgain { $0.nextTerminalSerial = 100 }
                try await bench.waitFor(.faulty)
                #expect(try await bench.code { try await bench.purchase() } == .serialNotAdvancing)
                #expect(bench.memory?.nextTerminalSerial == 100, "a distrusted module is not asked")
            }
        }
    }
}

extension PSAMSecureModule {
    /// An initialization under the terminal number that this adapter is configured with.
    fileprivate func initialize(_ terminal: String) async throws -> Bool {
        var request = try ConformanceTap(SecureModuleCampus()).request
        request.terminal = try #require(TerminalID(text: terminal))
        await abandon(try await initializeForPurchase(request))
        return true
    }
}
