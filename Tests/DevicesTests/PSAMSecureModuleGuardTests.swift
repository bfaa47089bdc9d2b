import Devices
import Foundation
import Payments
import Simulation
import SmartCards
import Terminal
import TestSupport
import Testing

/// The guard against wrong MAC2 values and against a module that was swapped or copied, across restarts.
@Suite("The guard of a PSAM", .timeLimit(.minutes(15))) struct PSAMSecureModuleGuardTests {
    @Test("three wrong MAC2 values in a row guard the module, a restart does not open it, an operator does")
    func guarded() async throws {
        let bench = try SecureModuleBench()
        let card = try bench.card()
        try await bench.insert(card)
        for count in 1...3 {
            #expect(try await !bench.forgedPurchase())
            #expect(await bench.module.status().wrongMAC2Count == count)
            #expect(bench.stored?.wrongMAC2Count == count)
        }
        #expect(await bench.code { () throws(SecureModuleError) in try await bench.purchase() } == .guarded)
        #expect(await bench.module.status().condition == .guarded)
        await bench.close()

        let restarted = try SecureModuleBench(folder: bench.folder)
        restarted.reader.insert(card)
        try await eventually("guarded") { await restarted.module.status().condition == .guarded }
        #expect(await restarted.code { () throws(SecureModuleError) in try await restarted.purchase() } == .guarded)
        #expect(card.memory.wrongChecksSeen == 3 && card.memory.triesLeft == 7)
        try await restarted.module.reset(.wrongMAC2Count)
        #expect(try await restarted.purchase())
        await restarted.close()
    }

    @Test("a right MAC2 sets the count back, on disk as well")
    func setBack() async throws {
        let bench = try SecureModuleBench()
        let card = try bench.card()
        try await bench.insert(card)
        for _ in 0..<3 {
            for _ in 0..<2 { #expect(try await !bench.forgedPurchase()) }
            #expect(try await bench.purchase())
            #expect(bench.stored?.wrongMAC2Count == 0)
        }
        #expect(card.memory.triesLeft == card.memory.triesMaximum)
        await bench.close()
    }

    @Test("after a first wrong value the next counts before the module is asked: a power cut wins no attempt")
    func countedInAdvance() async throws {
        let bench = try SecureModuleBench()
        let card = try bench.card()
        try await bench.insert(card)
        #expect(try await !bench.forgedPurchase())
        let session = try await bench.module.initializeForPurchase(bench.request)
        bench.reader.gate.close()
        let check = Task { try await bench.module.credit(mac2: bench.rightMAC2(session), session: session) }
        try await eventually("counted") { bench.stored?.wrongMAC2Count == 2 }
        #expect(card.memory.checksSeen == 1, "the module has not been asked")
        bench.reader.gate.open()
        #expect(try await check.value)
        #expect(bench.stored?.wrongMAC2Count == 0)
        await bench.close()
    }

    @Test("purchases without a wrong MAC2 write nothing but a serial now and then")
    func writesNothing() async throws {
        let bench = try SecureModuleBench()
        let card = try bench.card()
        try await bench.insert(card)
        #expect(try await bench.purchase())
        let before = bench.stored
        #expect(before?.terminalSerial == 1)
        for _ in 0..<20 { #expect(try await bench.purchase()) }
        #expect(bench.stored == before)
        await bench.close()
        #expect(bench.stored?.terminalSerial == 21, "an orderly end stores what is known")
    }

    @Test("a lost answer to a check may have counted: it counts here, and the check is not repeated")
    func lostAnswer() async throws {
        let bench = try SecureModuleBench()
        let card = try bench.card()
        // The check.
        try await bench.insert(card, faults: [SimulatedReaderFault(at: 9, .leaveAfterHandling)])
        #expect(await bench.code { () throws(SecureModuleError) in try await bench.purchase() } == .notChecked)
        #expect(card.memory.checksSeen == 1)
        #expect(bench.stored?.wrongMAC2Count == 1)
        try await bench.insert(card)
        #expect(try await bench.purchase())
        #expect(card.memory.checksSeen == 2)
        await bench.close()
    }

    @Test("the module's last attempt is left to the operator")
    func lastAttempt() async throws {
        let bench = try SecureModuleBench()
        let card = try bench.card {
            $0.triesMaximum = 2
            $0.triesLeft = 2
            $0.tellsTriesLeft = true
        }
        try await bench.insert(card)
        #expect(try await !bench.forgedPurchase())
        #expect(await bench.code { () throws(SecureModuleError) in try await bench.purchase() } == .guarded)
        #expect(card.memory.triesLeft == 1)
        await bench.close()
    }

    @Test("another module has a count of its own")
    func otherModule() async throws {
        let bench = try SecureModuleBench()
        try await bench.insert(try bench.card())
        for _ in 0..<3 { #expect(try await !bench.forgedPurchase()) }
        try await bench.remove()
        let spare = try bench.card {
            $0.serial[9] = 2
            $0.nextTerminalSerial = 1000
        }
        try await bench.insert(spare)
        #expect(try await bench.purchase())
        await bench.close()
    }

    @Test("a copied module, whose serial goes back, is refused for good, also after a restart")
    func copied() async throws {
        let bench = try SecureModuleBench()
        let card = try bench.card()
        try await bench.insert(card)
        for _ in 0..<5 { #expect(try await bench.purchase()) }
        try await bench.remove()
        let copy = try bench.card { $0.nextTerminalSerial = 3 }
        try await bench.insert(copy)
        for _ in 0..<5 {
            #expect(
                await bench.code { () throws(SecureModuleError) in try await bench.purchase() } == .serialNotAdvancing)
        }
        #expect(copy.memory.nextTerminalSerial == 4, "it is not asked until it has caught up")
        await bench.close()

        let restarted = try SecureModuleBench(folder: bench.folder)
        try await restarted.insert(copy)
        #expect(
            await restarted.code { () throws(SecureModuleError) in try await restarted.purchase() }
                == .serialNotAdvancing)
        #expect(copy.memory.nextTerminalSerial == 4 && copy.memory.checksSeen == 0)
        try await restarted.module.reset(.terminalSerial)
        #expect(try await restarted.purchase(), "an operator may accept it")
        await restarted.close()
    }

    @Test("a copy put in while the daemon was stopped is found out")
    func copiedMeanwhile() async throws {
        let bench = try SecureModuleBench()
        try await bench.insert(try bench.card())
        for _ in 0..<5 { #expect(try await bench.purchase()) }
        await bench.close()
        let restarted = try SecureModuleBench(folder: bench.folder)
        try await restarted.insert(try restarted.card { $0.nextTerminalSerial = 5 })
        #expect(
            await restarted.code { () throws(SecureModuleError) in try await restarted.purchase() }
                == .serialNotAdvancing)
        await restarted.close()
    }

    @Test("a spare module whose serial is lower is refused, and the right one works again without an operator")
    func swapped() async throws {
        let bench = try SecureModuleBench()
        let card = try bench.card()
        try await bench.insert(card)
        for _ in 0..<5 { #expect(try await bench.purchase()) }
        try await bench.remove()
        try await bench.insert(try bench.card { $0.serial[9] = 2 })
        #expect(
            await bench.code { () throws(SecureModuleError) in try await bench.purchase() } == .serialNotAdvancing)
        try await bench.remove()
        try await bench.insert(card)
        #expect(try await bench.purchase())
        await bench.close()
    }

    @Test("a record that cannot be understood is not taken for a new one")
    func damagedRecord() async throws {
        let folder = try TemporaryDirectory()
        try "nonsense".write(toFile: folder.file("module-record"), atomically: true, encoding: .utf8)
        let bench = try SecureModuleBench(folder: folder)
        let card = try bench.card()
        bench.reader.insert(card)
        #expect(await bench.module.status().fault?.code == .recordDamaged)
        #expect(await bench.code { () throws(SecureModuleError) in try await bench.purchase() } == .recordDamaged)
        try await bench.module.reset(.wrongMAC2Count)
        #expect(try await bench.purchase())
        #expect(bench.stored?.wrongMAC2Count == 0)
        await bench.close()
    }

    @Test("without a place for the record there are no purchases, until there is one")
    func unwritableRecord() async throws {
        let folder = try TemporaryDirectory()
        let inner = folder.path + "/inner"
        let bench = try SecureModuleBench(isFollowingEvents: false)
        let reader = SimulatedCardReader(name: "slot")
        let module = PSAMSecureModule(settings: bench.settings, reader: reader, recordFile: inner + "/module-record")
        let card = try bench.card()
        reader.insert(card)
        for _ in 0..<2 {
            #expect(
                await bench.code { () throws(SecureModuleError) in
                    await module.abandon(try await module.initializeForPurchase(bench.request))
                    return true
                } == .recordNotDurable)
        }
        #expect(card.memory.nextTerminalSerial == 1)
        try FileManager.default.createDirectory(atPath: inner, withIntermediateDirectories: false)
        let session = try await module.initializeForPurchase(bench.request)
        #expect(try await module.credit(mac2: bench.rightMAC2(session), session: session))
        await module.close()
    }

    @Test("a wrong value is refused even when it cannot be stored, and the next purchase waits for the disk")
    func wrongUnstored() async throws {
        let bench = try SecureModuleBench()
        try await bench.insert(try bench.card())
        #expect(try await bench.purchase())
        try FileManager.default.removeItem(atPath: bench.folder.path)
        #expect(try await !bench.forgedPurchase())
        #expect(await bench.code { () throws(SecureModuleError) in try await bench.purchase() } == .recordNotDurable)
        try FileManager.default.createDirectory(atPath: bench.folder.path, withIntermediateDirectories: false)
        #expect(try await bench.purchase())
        await bench.close()
    }
}
