import Devices
import Foundation
import Payments
import Simulation
import SmartCards
import Synchronization
import Terminal
import TestSupport
import Testing

/// A simulated PSAM by reference: the test looks at it while it is in its slot.
final class SecureModuleInSlot: VirtualCard {
    private let card: Mutex<SimulatedSecureModuleCard>
    private let seen = Mutex<[UInt8]>([])

    init(_ card: SimulatedSecureModuleCard) { self.card = Mutex(card) }

    var memory: SecureModuleCardMemory { card.withLock { $0.memory } }
    /// Instruction bytes in the order of arrival.
    var instructions: [UInt8] { seen.withLock { $0 } }
    var answerToReset: [UInt8] { card.withLock { $0.answerToReset } }

    func powerOn() { card.withLock { $0.powerOn() } }
    func reset() { card.withLock { $0.reset() } }
    func transmit(_ command: [UInt8]) -> [UInt8] {
        seen.withLock { if command.count > 1 { $0.append(command[1]) } }
        return card.withLock { $0.transmit(command) }
    }
}

/// Time that passes only when the test says so.
final class ManualPause: Sendable {
    private struct State {
        var begun: [Duration] = []
        var isOver: Set<Duration> = []
        var lastNumber = 0
        var waiting: [Int: (duration: Duration, continuation: CheckedContinuation<Void, any Error>)] = [:]
    }

    private let state = Mutex(State())

    /// How many pauses of `duration` have begun.
    func begun(_ duration: Duration) -> Int { state.withLock { $0.begun.count { $0 == duration } } }

    /// Ends all pauses of `duration`, those to come as well.
    func end(_ duration: Duration) {
        let ended = state.withLock { state in
            state.isOver.insert(duration)
            let ended = state.waiting.filter { $0.value.duration == duration }
            for number in ended.keys { state.waiting[number] = nil }
            return ended.values.map(\.continuation)
        }
        ended.forEach { $0.resume() }
    }

    func pause(_ duration: Duration) async throws {
        let number = state.withLock { state in
            state.begun.append(duration)
            state.lastNumber += 1
            return state.lastNumber
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let isOver = state.withLock { state in
                    if !state.isOver.contains(duration) { state.waiting[number] = (duration, continuation) }
                    return state.isOver.contains(duration)
                }
                if isOver { continuation.resume() } else if Task.isCancelled { cancel(number) }
            }
        } onCancel: {
            cancel(number)
        }
    }

    private func cancel(_ number: Int) {
        state.withLock { $0.waiting.removeValue(forKey: number) }?.continuation.resume(throwing: CancellationError())
    }
}

/// A terminal's side of a PSAM: slot, module in it, adapter, and what is needed for purchases.
final class SecureModuleBench: Sendable {
    static let factor: [UInt8] = [0x08, 0x17, 0, 0, 0, 0, 0, 0x30]

    let masterKey: DESKey
    let terminal: TerminalID
    let folder: TemporaryDirectory
    let reader: SimulatedCardReader
    let pause = ManualPause()
    let module: PSAMSecureModule
    let settings: PSAMSettings
    private let running: Mutex<Task<Void, Never>?>

    /// - Parameter folder: of an earlier bench, for a restart of the daemon.
    init(
        folder: TemporaryDirectory? = nil, terminal text: String = "000000000001", isFollowingEvents: Bool = true
    ) throws {
        masterKey = try #require(DESKey(hex: "0F1E2D3C4B5A69788796A5B4C3D2E1F0"))
        terminal = try #require(TerminalID(text: text))
        self.folder = try folder ?? TemporaryDirectory()
        reader = SimulatedCardReader(name: "slot")
        settings = PSAMSettings(terminal: terminal, profile: SecureModuleProfile(application: .file(0x1001)))
        module = PSAMSecureModule(
            settings: settings, reader: reader, recordFile: self.folder.file("module-record"),
            pause: { [pause] in try await pause.pause($0) })
        running = Mutex(nil)
        if isFollowingEvents { running.withLock { [module] in $0 = Task { await module.run() } } }
    }

    /// What the record file holds.
    var stored: SecureModuleRecord? {
        guard let text = try? String(contentsOfFile: folder.file("module-record"), encoding: .utf8) else { return nil }
        return SecureModuleRecord(text: text)
    }

    /// A module for the bench's terminal.
    func card(_ change: (inout SecureModuleCardMemory) -> Void = { _ in }) throws -> SecureModuleInSlot {
        let number = try #require(TerminalID(text: "000000000001"))
        var memory = SecureModuleCardMemory(terminal: number, serial: [0, 0, 0, 1, 0, 0, 0, 0, 0, 1])
        change(&memory)
        return SecureModuleInSlot(SimulatedSecureModuleCard(memory: memory, masterKey: masterKey))
    }

    /// Puts a module into the slot and waits until the adapter has looked at it.
    ///
    /// Looking takes six exchanges, a purchase three more.
    func insert(_ card: SecureModuleInSlot, faults: [SimulatedReaderFault] = []) async throws {
        try await eventually("the slot is seen to be empty") {
            await module.status().fault?.detail == "no module in the slot"
        }
        reader.insert(card, faults: faults)
        try await eventually("the module is looked at") { await module.status().fault?.code != .unavailable }
    }

    /// Takes the module out and waits until the adapter knows.
    func remove() async throws {
        reader.remove()
        try await eventually("the module is missed") { await module.status().condition == .absent }
    }

    var request: SecureModuleRequest {
        var time = CalendarTime(UnixTime(milliseconds: 0))
        time.year = 2026
        return SecureModuleRequest(
            terminal: terminal, random: [1, 2, 3, 4], offlineSerial: 5, amount: 0, transactionType: 6, time: time,
            keyVersion: 1, algorithm: 0, factors: [Self.factor])
    }

    /// The MAC2 that a genuine card gives in `session`.
    func rightMAC2(_ session: SecureModuleSession) -> [UInt8] {
        let sessionKey = PurseCryptogram.purchaseSessionKey(
            masterKey.diversified(by: Self.factor), random: [1, 2, 3, 4], offlineSerial: 5,
            terminalSerial: session.answer.terminalSerial)
        return PurseCryptogram.purchaseMAC2(sessionKey, amount: 0)
    }

    /// A whole purchase with the card's right MAC2.
    func purchase() async throws(SecureModuleError) -> Bool {
        let session = try await module.initializeForPurchase(request)
        return try await module.credit(mac2: rightMAC2(session), session: session)
    }

    /// A whole purchase with a card that cannot know the key.
    func forgedPurchase() async throws(SecureModuleError) -> Bool {
        let session = try await module.initializeForPurchase(request)
        var mac2 = rightMAC2(session)
        mac2[0] ^= 0x80
        return try await module.credit(mac2: mac2, session: session)
    }

    /// The code that a purchase fails with; `nil` when it does not.
    func code(_ purchase: () async throws(SecureModuleError) -> Bool) async -> SecureModuleError.Code? {
        do throws(SecureModuleError) {
            _ = try await purchase()
            return nil
        } catch {
            return error.code
        }
    }

    /// Ends the adapter, as at the end of the daemon.
    func close() async {
        await module.close()
        await running.withLock { $0 }?.value
    }
}
