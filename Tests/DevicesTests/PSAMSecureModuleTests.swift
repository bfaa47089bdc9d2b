import Devices
import Payments
import Simulation
import SmartCards
import Terminal
import TestSupport
import Testing

@Suite("A PSAM in its slot", .timeLimit(.minutes(15))) struct PSAMSecureModuleTests {
    @Test("purchases follow each other on a module that stays powered")
    func purchases() async throws {
        let bench = try SecureModuleBench()
        let card = try bench.card()
        try await bench.insert(card)
        for _ in 0..<3 { #expect(try await bench.purchase()) }
        #expect(bench.reader.connections == 1)
        #expect(card.memory.nextTerminalSerial == 4 && card.memory.checksSeen == 3)
        let status = await bench.module.status()
        #expect(status.condition == .ready && status.terminal == bench.terminal && status.serialEnding == "0001")
        await bench.close()
    }

    @Test("a module that speaks T=1 works as well")
    func blockProtocol() async throws {
        let bench = try SecureModuleBench()
        try await bench.insert(try bench.card { $0.answersThroughGetResponse = false })
        #expect(try await bench.purchase())
        await bench.close()
    }

    @Test("a lane waits until the purchase of another is over, in the order of arrival")
    func contention() async throws {
        let bench = try SecureModuleBench()
        let card = try bench.card()
        try await bench.insert(card)
        let first = try await bench.module.initializeForPurchase(bench.request)
        let before = bench.pause.begun(bench.settings.waitLimit)
        var lanes: [Task<SecureModuleSession, any Error>] = []
        for count in 1...2 {
            lanes.append(Task { try await bench.module.initializeForPurchase(bench.request) })
            try await eventually("the lane waits") {
                bench.pause.begun(bench.settings.waitLimit) == before + count
            }
        }
        #expect(card.memory.nextTerminalSerial == 2, "the module was not disturbed")
        #expect(try await bench.module.credit(mac2: bench.rightMAC2(first), session: first))
        let second = try await lanes[0].value
        #expect(second.answer.terminalSerial == 2)
        await bench.module.abandon(second)
        let third = try await lanes[1].value
        #expect(third.answer.terminalSerial == 3)
        #expect(try await bench.module.credit(mac2: bench.rightMAC2(third), session: third))
        await bench.close()
    }

    @Test("a lane that never ends its session loses it to one that waits, and only then")
    func overdue() async throws {
        let bench = try SecureModuleBench()
        let card = try bench.card()
        try await bench.insert(card)
        let first = try await bench.module.initializeForPurchase(bench.request)
        let before = bench.pause.begun(bench.settings.waitLimit)
        let waiting = Task { try await bench.module.initializeForPurchase(bench.request) }
        try await eventually("the second waits") { bench.pause.begun(bench.settings.waitLimit) == before + 1 }
        bench.pause.end(bench.settings.sessionLimit)
        let second = try await waiting.value
        #expect(
            await bench.code { () throws(SecureModuleError) in
                try await bench.module.credit(mac2: bench.rightMAC2(first), session: first)
            } == .sessionExpired)
        // Its time is over at once, too, but nobody waits.
        #expect(try await bench.module.credit(mac2: bench.rightMAC2(second), session: second))
        let third = try await bench.module.initializeForPurchase(bench.request)
        try await eventually("the third is overdue") { bench.pause.begun(bench.settings.sessionLimit) == 3 }
        #expect(try await bench.purchase(), "who comes later need not wait for an overdue one")
        await bench.module.abandon(third)
        #expect(card.memory.checksSeen == 2 && card.memory.wrongChecksSeen == 0)
        await bench.close()
    }

    @Test("a lane that waits too long is told that the module is busy")
    func busy() async throws {
        let bench = try SecureModuleBench()
        try await bench.insert(try bench.card())
        let first = try await bench.module.initializeForPurchase(bench.request)
        bench.pause.end(bench.settings.waitLimit)
        #expect(await bench.code { () throws(SecureModuleError) in try await bench.purchase() } == .busy)
        #expect(try await bench.module.credit(mac2: bench.rightMAC2(first), session: first))
        await bench.close()
    }

    @Test("a session is ended once: after that there is no such session")
    func once() async throws {
        let bench = try SecureModuleBench()
        let card = try bench.card()
        try await bench.insert(card)
        for isAbandoned in [false, true] {
            let session = try await bench.module.initializeForPurchase(bench.request)
            if isAbandoned {
                await bench.module.abandon(session)
                await bench.module.abandon(session)
            } else {
                #expect(try await bench.module.credit(mac2: bench.rightMAC2(session), session: session))
            }
            #expect(
                await bench.code { () throws(SecureModuleError) in
                    try await bench.module.credit(mac2: bench.rightMAC2(session), session: session)
                } == .refused)
        }
        #expect(card.memory.checksSeen == 1)
        await bench.close()
    }

    @Test("a MAC2 of zeros or of another length never reaches the module", arguments: [0, 3, 4, 5, 8])
    func notPossible(count: Int) async throws {
        let bench = try SecureModuleBench()
        let card = try bench.card()
        try await bench.insert(card)
        let session = try await bench.module.initializeForPurchase(bench.request)
        let mac2 = [UInt8](repeating: count == 4 ? 0 : 7, count: count)
        #expect(
            await bench.code { () throws(SecureModuleError) in
                try await bench.module.credit(mac2: mac2, session: session)
            } == .checkNotPossible)
        #expect(try await bench.purchase())
        #expect(card.memory.checksSeen == 1 && card.memory.wrongChecksSeen == 0)
        await bench.close()
    }

    @Test("a module of another terminal is refused, and both numbers are named")
    func wrongTerminal() async throws {
        let bench = try SecureModuleBench(terminal: "0000000000AB")
        try await bench.insert(try bench.card())
        let status = await bench.module.status()
        #expect(status.condition == .wrongTerminal)
        let text = status.fault?.message ?? ""
        #expect(text.contains("000000000001") && text.contains("0000000000AB"))
        #expect(await bench.code { () throws(SecureModuleError) in try await bench.purchase() } == .wrongTerminal)
        await bench.close()
    }

    @Test("a card that is no secure module is refused, and the right one is taken when it comes")
    func foreignCard() async throws {
        let bench = try SecureModuleBench()
        bench.reader.insert(SimulatedIdentityCard(identifier: [1, 2, 3, 4]))
        try await eventually("it is looked at") { await bench.module.status().fault?.code == .notASecureModule }
        #expect(await bench.code { () throws(SecureModuleError) in try await bench.purchase() } == .notASecureModule)
        try await bench.remove()
        try await bench.insert(try bench.card())
        #expect(try await bench.purchase())
        await bench.close()
    }

    @Test("a locked key is named, not guessed at")
    func locked() async throws {
        let bench = try SecureModuleBench()
        let card = try bench.card { $0.triesLeft = 0 }
        try await bench.insert(card)
        #expect(await bench.code { () throws(SecureModuleError) in try await bench.purchase() } == .locked)
        #expect(await bench.module.status().condition == .faulty)
        #expect(card.memory.checksSeen == 0)
        await bench.close()
    }

    @Test("every change of the status is told once")
    func changes() async throws {
        let bench = try SecureModuleBench(isFollowingEvents: false)
        let (stream, tell) = AsyncStream.makeStream(of: SecureModuleStatus.Condition.self)
        let reader = SimulatedCardReader(name: "slot")
        let module = PSAMSecureModule(
            settings: bench.settings, reader: reader, recordFile: bench.folder.file("other-record"),
            changed: { tell.yield($0.condition) })
        let running = Task { await module.run() }
        var conditions = stream.makeAsyncIterator()
        #expect(await conditions.next() == .absent)
        reader.insert(try bench.card())
        #expect(await conditions.next() == .ready)
        reader.remove()
        #expect(await conditions.next() == .absent)
        reader.unplug()
        reader.plug()
        reader.insert(try bench.card())
        #expect(await conditions.next() == .ready)
        await module.close()
        await running.value
    }
}
