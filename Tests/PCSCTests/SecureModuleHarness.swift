import Devices
import Foundation
import Payments
import Simulation
import SmartCards
import Terminal
import TestSupport
import Testing

/// A PSAM in the second slot of the shared pcscd, and the adapter that uses it.
struct SecureModuleHarness: Sendable {
    let campus: SecureModuleCampus
    let pcscd: PcscdInstance
    let folder: TemporaryDirectory
    let peer: VirtualCardPeer
    /// The one of this process: a second one would share the client library's table with it.
    let monitor: PCSCReaderMonitor
    let module: PSAMSecureModule

    /// What the module in the slot holds.
    var memory: SecureModuleCardMemory? {
        peer.withCard { ($0 as? SimulatedSecureModuleCard)?.memory }
    }

    /// Changes what the module in the slot holds, between two commands.
    func insertAgain(_ change: (inout SecureModuleCardMemory) -> Void) async throws {
        await peer.remove()
        try await waitFor(.absent)
        guard var memory else { return }
        change(&memory)
        peer.withCard { [campus] in $0 = SimulatedSecureModuleCard(memory: memory, masterKey: campus.masterKey) }
        try await peer.insert()
    }

    func waitFor(_ condition: SecureModuleStatus.Condition) async throws {
        try await eventually("the module is \(condition)") { await module.status().condition == condition }
    }

    /// A whole purchase with a genuine card.
    func purchase() async throws -> Bool {
        let tap = try ConformanceTap(campus)
        let session = try await module.initializeForPurchase(tap.request)
        return try await module.credit(mac2: tap.debit(session), session: session)
    }

    /// A whole purchase with a card that does not know the key and makes up its MAC2.
    func forgedPurchase() async throws -> Bool {
        let tap = try ConformanceTap(campus)
        let session = try await module.initializeForPurchase(tap.request)
        return try await module.credit(mac2: [0xBA, 0xD0, 0xBA, 0xD1], session: session)
    }

    /// The code that a purchase fails with; `nil` when it does not.
    func code(_ purchase: () async throws -> Bool) async throws -> SecureModuleError.Code? {
        do {
            _ = try await purchase()
            return nil
        } catch let error as SecureModuleError {
            return error.code
        }
    }
}

/// Runs `body` with a PSAM adapter on the second slot of the real service, and closes everything afterwards.
///
/// - Parameters:
///   - folder: of an earlier run, for a restart of the daemon.
///   - isInserted: whether the module is in the slot, and looked at, when `body` begins.
///   - triesLeft: of the module, 0 for a locked one.
///   - nextSerial: the next terminal transaction serial of the module.
func withSecureModule(
    folder: TemporaryDirectory? = nil, terminal: String = "000000000001", isInserted: Bool = true,
    triesLeft: Int = SecureModuleCardMemory.triesMaximum, nextSerial: UInt32 = 1,
    _ body: (SecureModuleHarness) async throws -> Void
) async throws {
    let pcscd = try await SharedPcscd.running()
    let campus = try SecureModuleCampus()
    var memory = SecureModuleCardMemory(terminal: campus.terminal, serial: [0, 0, 0, 1, 0, 0, 0, 0, 0, 1])
    memory.triesLeft = triesLeft
    memory.nextTerminalSerial = nextSerial
    let folder = try folder ?? TemporaryDirectory()
    let file = SecureModuleStateFile(path: folder.file("psam.json"))
    try file.save(memory)
    let peer = VirtualCardPeer(
        card: SimulatedSecureModuleCard(memory: memory, masterKey: campus.masterKey, file: file),
        port: pcscd.secondPort)
    let monitor = PCSCReaderMonitor()
    let reader = PCSCCardReader(
        name: "psam", matching: ReaderNamePattern(PcscdInstance.readerNames[1]), monitor: monitor)
    let module = PSAMSecureModule(
        settings: PSAMSettings(
            terminal: try #require(TerminalID(text: terminal)),
            profile: SecureModuleProfile(application: .file(0x1001))),
        reader: reader, recordFile: folder.file("secure-module"))
    let running = Task { await module.run() }
    let harness = SecureModuleHarness(
        campus: campus, pcscd: pcscd, folder: folder, peer: peer, monitor: monitor, module: module)
    let result: Result<Void, any Error>
    do {
        if isInserted {
            try await peer.insert()
            try await eventually("the module is looked at") { await module.status().condition != .absent }
        }
        try await body(harness)
        result = .success(())
    } catch {
        result = .failure(error)
    }
    await module.close()
    await running.value
    await monitor.close()
    await peer.remove()
    try result.get()
}
