import Devices
import Payments
import Simulation
import SmartCards
import Terminal
import TestSupport
import Testing

/// Promise 14 for the secure module: whatever takes it away, it comes back by itself.
@Suite("Recovery of a PSAM", .timeLimit(.minutes(15))) struct PSAMSecureModuleRecoveryTests {
    @Test("promise 14: a slot that is empty at the start is taken when the module comes")
    func comesLater() async throws {
        let bench = try SecureModuleBench()
        #expect(await bench.code { () throws(SecureModuleError) in try await bench.purchase() } == .unavailable)
        #expect(await bench.module.status().condition == .absent)
        try await bench.insert(try bench.card())
        #expect(await bench.module.status().condition == .ready, "before any purchase")
        #expect(try await bench.purchase())
        await bench.close()
    }

    @Test("a module pulled out in the middle of a purchase loses it, and the next purchase works")
    func pulledOut() async throws {
        let bench = try SecureModuleBench()
        let card = try bench.card()
        try await bench.insert(card)
        let session = try await bench.module.initializeForPurchase(bench.request)
        try await bench.remove()
        #expect(
            await bench.code { () throws(SecureModuleError) in
                try await bench.module.credit(mac2: bench.rightMAC2(session), session: session)
            } == .sessionLost)
        try await bench.insert(card)
        #expect(try await bench.purchase())
        #expect(card.memory.checksSeen == 1 && card.memory.wrongChecksSeen == 0)
        await bench.close()
    }

    @Test("a session is lost also when the module is back before its lane comes to end it")
    func pulledOutAndBack() async throws {
        let bench = try SecureModuleBench()
        let card = try bench.card()
        try await bench.insert(card)
        let session = try await bench.module.initializeForPurchase(bench.request)
        try await bench.remove()
        try await bench.insert(card)
        let next = try await bench.module.initializeForPurchase(bench.request)
        #expect(
            await bench.code { () throws(SecureModuleError) in
                try await bench.module.credit(mac2: bench.rightMAC2(session), session: session)
            } == .sessionLost)
        #expect(try await bench.module.credit(mac2: bench.rightMAC2(next), session: next))
        #expect(card.memory.checksSeen == 1)
        await bench.close()
    }

    @Test("an unplugged reader ends the session of one lane and the wait of another")
    func unplugged() async throws {
        let bench = try SecureModuleBench()
        try await bench.insert(try bench.card())
        let session = try await bench.module.initializeForPurchase(bench.request)
        let before = bench.pause.begun(bench.settings.waitLimit)
        let waiting = Task {
            await bench.code { () throws(SecureModuleError) in try await bench.purchase() }
        }
        try await eventually("the second waits") { bench.pause.begun(bench.settings.waitLimit) == before + 1 }
        bench.reader.unplug()
        #expect(await waiting.value == .unavailable)
        await bench.module.abandon(session)
        bench.reader.plug()
        try await bench.insert(try bench.card { $0.nextTerminalSerial = 10 })
        #expect(try await bench.purchase())
        await bench.close()
    }

    @Test(
        "a module that was lost while nobody used it costs no purchase",
        arguments: [CardReaderError.Code.cardReset, .cardRemoved, .serviceUnavailable])
    func lostWhileIdle(code: CardReaderError.Code) async throws {
        let bench = try SecureModuleBench()
        let card = try bench.card()
        // The second INITIALIZE.
        try await bench.insert(card, faults: [SimulatedReaderFault(at: 10, .fail(code))])
        #expect(try await bench.purchase())
        #expect(try await bench.purchase())
        #expect(bench.reader.connections == 2, "it was activated anew")
        await bench.close()
    }

    @Test("a reset between INITIALIZE and check loses the purchase, and nothing is counted by the module")
    func resetInside() async throws {
        let bench = try SecureModuleBench()
        let card = try bench.card()
        try await bench.insert(card, faults: [SimulatedReaderFault(at: 9, .fail(.cardReset))])
        #expect(await bench.code { () throws(SecureModuleError) in try await bench.purchase() } == .notChecked)
        #expect(try await bench.purchase())
        #expect(card.memory.wrongChecksSeen == 0)
        await bench.close()
    }

    @Test(
        "whatever breaks at whatever exchange, the next purchases work, and the module never sees a wrong MAC2",
        arguments: 1...9,
        [
            SimulatedReaderFault.Effect.leaveBeforeHandling, .leaveAfterHandling, .fail(.communication),
            .fail(.timedOut), .fail(.cardReset), .answer([0x6F, 0x00]), .answer([0x61, 0x00]), .answer([0x90, 0x00]),
        ])
    func anywhere(exchange: Int, effect: SimulatedReaderFault.Effect) async throws {
        let bench = try SecureModuleBench(isFollowingEvents: false)
        let card = try bench.card()
        bench.reader.insert(card, faults: [SimulatedReaderFault(at: exchange, effect)])
        _ = await bench.code { () throws(SecureModuleError) in try await bench.purchase() }
        if effect == .leaveBeforeHandling || effect == .leaveAfterHandling { bench.reader.insert(card) }
        for _ in 0..<2 { #expect(try await bench.purchase()) }
        #expect(card.memory.wrongChecksSeen == 0)
        #expect(card.instructions.count { $0 == 0x72 } == card.memory.checksSeen)
        #expect(await bench.module.status().condition == .ready)
        await bench.close()
    }
}
