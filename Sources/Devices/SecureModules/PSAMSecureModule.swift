import Payments
import SmartCards
import Terminal

/// A real PSAM in a PC/SC slot of its own.
///
/// It stays powered between purchases. Whatever takes it away (pulled out, reset, reader unplugged, service
/// restarted) ends the session that is open, and the next purchase or the reader's next event activates it again: no
/// restart of the daemon is needed (promise 14).
///
/// A module locks its key after some wrong MAC2 values, which stops the terminal for good. So wrong values in a row are
/// counted here as well, across restarts, and the module is guarded before that. A first wrong value is stored after
/// the module gave its answer; from then on a value counts as wrong *before* the module is asked, until one is right,
/// so a power cut at the right moment wins no further attempt. Without a wrong value a purchase writes nothing.
package actor PSAMSecureModule: SecureModule {
    /// Lets a time pass; throws when the waiting task was cancelled.
    package typealias Pause = @Sendable (Duration) async throws -> Void

    /// What an operator can set back.
    package enum Reset: Sendable {
        /// The count of wrong MAC2 values, and with it the guard.
        case wrongMAC2Count
        /// The last terminal serial: another module, with serials of its own, is accepted for this terminal.
        case terminalSerial
    }

    private struct OpenSession {
        let number: UInt64
        /// The time is over; the next lane that waits takes the module away.
        var isOverdue = false
        /// MAC2 is on its way to the module.
        var isChecking = false
        var timer: Task<Void, Never>?
    }

    /// Sessions taken from their lanes that are remembered until the lane ends them; more lanes than a terminal has.
    private static let endedSessionMaximum = 64

    package nonisolated let isSoft = false
    let settings: PSAMSettings
    private let reader: any CardReader
    let file: SecureModuleRecordFile
    private let pause: Pause
    private let changed: @Sendable (SecureModuleStatus) -> Void

    var machine: SecureModuleMachine
    var record: SecureModuleRecord
    /// The record on disk is older than ``record`` in something that matters, and could not be replaced.
    var isUnsaved = false
    var recordFault: SecureModuleError?
    var moduleFault: SecureModuleError? = SecureModuleError(.unavailable, detail: "not seen yet")
    private var identity: SecureModuleIdentity?
    /// What broke under the last exchange that failed.
    private var readerError: CardReaderError?
    /// How often the reader said that the module, or itself, is gone.
    private var losses = 0
    /// Connected, and not known to be gone.
    private var isPresent = false
    private var isExchanging = false
    private var turns = TurnQueue()
    private var session: OpenSession?
    private var lastSession: UInt64 = 0
    /// Why a session was taken from its lane.
    private var ended: [UInt64: SecureModuleError] = [:]
    private var lastStatus: SecureModuleStatus?

    /// - Parameters:
    ///   - recordFile: where the last serial and the count of wrong MAC2 values are kept.
    ///   - pause: how time passes for waiting lanes.
    ///   - changed: told every change of the status; must not block.
    package init(
        settings: PSAMSettings, reader: any CardReader, recordFile: String,
        pause: @escaping Pause = { try await Task.sleep(for: $0) },
        changed: @escaping @Sendable (SecureModuleStatus) -> Void = { _ in }
    ) {
        self.settings = settings
        self.reader = reader
        self.pause = pause
        self.changed = changed
        file = SecureModuleRecordFile(path: recordFile)
        do throws(SecureModuleError) {
            record = try file.read()
        } catch {
            record = SecureModuleRecord()
            recordFault = error
        }
        machine = SecureModuleMachine(
            profile: settings.profile, terminal: settings.terminal, lastTerminalSerial: record.terminalSerial)
    }

    // MARK: - Life

    /// Follows the reader's events until ``close()``. Purchases are possible without it, but a module that comes is
    /// then only looked at by the next purchase.
    package func run() async {
        await withDiscardingTaskGroup { group in
            for await event in reader.events {
                switch event {
                case .inserted:
                    group.addTask { await self.activateNow() }
                case .available, .removed:
                    loseModule(SecureModuleError(.unavailable, detail: "no module in the slot"))
                    group.addTask { await self.storeSerial() }
                case .unavailable(let error):
                    loseModule(SecureModuleError(.unavailable, detail: error.description))
                    group.addTask { await self.storeSerial() }
                }
            }
        }
    }

    /// Stores what was learnt and lets go of the reader; ``run()`` returns. The lanes have ended before.
    package func close() async {
        await storeSerial()
        await reader.close()
    }

    package func status() async -> SecureModuleStatus { currentStatus }

    private var currentStatus: SecureModuleStatus {
        SecureModuleStatus(
            fault: recordFault ?? moduleFault ?? guardFault, terminal: identity?.terminal,
            serialEnding: identity?.serialEnding, wrongMAC2Count: record.wrongMAC2Count)
    }

    /// An operator sets something back. A damaged record is replaced by a new one.
    package func reset(_ what: Reset) async throws(SecureModuleError) {
        if recordFault?.code == .recordDamaged { record = SecureModuleRecord() }
        switch what {
        case .wrongMAC2Count: record.wrongMAC2Count = 0
        case .terminalSerial:
            record.isDistrusted = false
            record.terminalSerial = nil
            machine.forgetTerminalSerial()
            // The next purchase finds out about the module anew.
            if moduleFault?.code == .serialNotAdvancing { moduleFault = SecureModuleError(.unavailable) }
        }
        recordFault = nil
        isUnsaved = true
        try await saveIfNeeded()
        tellStatus()
    }

    // MARK: - The port

    package func initializeForPurchase(
        _ request: SecureModuleRequest
    ) async throws(SecureModuleError) -> SecureModuleSession {
        invariant(request.terminal == settings.terminal, "a purchase is made under the terminal's own number")
        try await takeTurn()
        do throws(SecureModuleError) {
            let answer = try await open(request)
            return beginSession(answer)
        } catch {
            endSession()
            throw error
        }
    }

    package func credit(mac2: [UInt8], session: SecureModuleSession) async throws(SecureModuleError) -> Bool {
        try claim(session)
        guard mac2.count == 4, mac2.contains(where: { $0 != 0 }) else {
            endSession()
            throw SecureModuleError(.checkNotPossible)
        }
        self.session?.isChecking = true
        do throws(SecureModuleError) {
            let isRight = try await check(mac2)
            endSession()
            return isRight
        } catch {
            endSession()
            throw error
        }
    }

    package func abandon(_ session: SecureModuleSession) async {
        if ended.removeValue(forKey: session.number) != nil { return }
        guard let open = self.session, open.number == session.number, !open.isChecking else { return }
        endSession()
    }

    // MARK: - Sessions

    private func beginSession(_ answer: SecureModuleAnswer) -> SecureModuleSession {
        lastSession += 1
        let number = lastSession
        session = OpenSession(number: number)
        session?.timer = Task { [weak self, pause, settings] in
            do { try await pause(settings.sessionLimit) } catch { return }
            await self?.noteOverdue(number)
        }
        return SecureModuleSession(number: number, answer: answer)
    }

    /// Makes sure that `session` is the open one; it stays open.
    private func claim(_ session: SecureModuleSession) throws(SecureModuleError) {
        if let reason = ended.removeValue(forKey: session.number) { throw reason }
        guard let open = self.session, open.number == session.number, !open.isChecking else {
            throw SecureModuleError(.refused, detail: "no such session")
        }
    }

    /// Gives the module up, with or without a session.
    private func endSession() {
        session?.timer?.cancel()
        session = nil
        if machine.isOpen { _ = machine.receive(.abandoned) }
        releaseTurn()
    }

    /// Takes the session from its lane, which gets `reason` when it comes to end it.
    private func takeAwaySession(_ reason: SecureModuleError) {
        guard let session, !session.isChecking else { return }
        if ended.count == Self.endedSessionMaximum, let oldest = ended.keys.min() { ended[oldest] = nil }
        ended[session.number] = reason
        endSession()
    }

    private func noteOverdue(_ number: UInt64) {
        guard session?.number == number else { return }
        session?.isOverdue = true
        if turns.isWaitedFor { takeAwaySession(SecureModuleError(.sessionExpired)) }
    }

    private func takeTurn() async throws(SecureModuleError) {
        if turns.takeIfFree() { return }
        var timer: Task<Void, Never>?
        let hasTurn = await withCheckedContinuation { continuation in
            let number = turns.join(continuation)
            timer = Task { [weak self, pause, settings] in
                do { try await pause(settings.waitLimit) } catch { return }
                await self?.stopWaiting(number)
            }
            if session?.isOverdue == true { takeAwaySession(SecureModuleError(.sessionExpired)) }
        }
        timer?.cancel()
        if !hasTurn { throw SecureModuleError(.busy) }
    }

    private func stopWaiting(_ number: Int) { turns.leave(number) }

    private func releaseTurn() {
        turns.release()
        tellStatus()
    }

    // MARK: - The module; only with the turn

    private func open(_ request: SecureModuleRequest) async throws(SecureModuleError) -> SecureModuleAnswer {
        if let recordFault, recordFault.code == .recordDamaged { throw recordFault }
        try await saveIfNeeded()
        let wasReady = machine.isReady
        if !wasReady { try await activate() }
        try refuseUnusable()
        var outcome = await drive(.initialize(request))
        if wasReady, case .failed(.noAnswer) = outcome, readerError?.meansLostBefore == true {
            // The module was lost while nobody used it: this purchase need not pay for that.
            try await activate()
            try refuseUnusable()
            outcome = await drive(.initialize(request))
        }
        switch outcome {
        case .opened(let answer):
            try await noteSerial(answer.terminalSerial)
            // It may have left while the serial was stored.
            guard machine.isOpen else { throw moduleFault ?? SecureModuleError(.unavailable) }
            return answer
        case .failed(let failure):
            if case .serialNotAdvancing = failure {
                record.isDistrusted = true
                isUnsaved = true
            }
            let error = note(failure)
            try await saveIfNeeded()
            throw error
        default: fatalError("an initialization opens a purchase or fails")
        }
    }

    private func check(_ mac2: [UInt8]) async throws(SecureModuleError) -> Bool {
        let before = record.wrongMAC2Count
        if before > 0 { try await countInAdvance() }
        guard machine.isOpen else {
            await setCount(before)
            throw SecureModuleError(.sessionLost, detail: moduleFault?.detail ?? "")
        }
        switch await drive(.check(mac2: mac2)) {
        case .checked(isRight: true, _):
            await setCount(0)
            return true
        case .checked(isRight: false, let triesLeft):
            // The module's last attempt is left for the operator.
            let isLastNext = triesLeft.map { $0 <= 1 } ?? false
            await setCount(isLastNext ? max(before + 1, settings.wrongMAC2Maximum) : before + 1)
            return false
        case .failed(let failure):
            await setCount(failure.mayHaveCounted ? before + 1 : before)
            let error = note(failure)
            throw error
        default: fatalError("a check says right or wrong, or fails")
        }
    }

    /// Connects to the module and finds out who it is.
    private func activate() async throws(SecureModuleError) {
        identity = nil
        if let error = await connect() {
            let fault = SecureModuleError(.unavailable, detail: error.description)
            moduleFault = fault
            throw fault
        }
        isPresent = true
        let outcome = await drive(.activated)
        guard case .ready(let module) = outcome else {
            guard case .failed(let failure) = outcome else { fatalError("an activation ends ready or fails") }
            let error = note(failure)
            throw error
        }
        identity = module
        moduleFault = nil
        if record.adopt(module) { isUnsaved = true }
        if record.isDistrusted {
            // Not asked any more: with every question its serial would catch up.
            _ = machine.receive(.lost)
            let error = SecureModuleError(.serialNotAdvancing, detail: "found earlier")
            moduleFault = error
            throw error
        }
        try await saveIfNeeded()
    }

    private func activateNow() async {
        do throws(SecureModuleError) {
            try await takeTurn()
        } catch {
            // Somebody is using the module, so it is looked at.
            return
        }
        if !machine.isReady {
            do throws(SecureModuleError) {
                try await activate()
            } catch {
                // Kept as the status's fault; the next purchase tries again.
                if moduleFault == nil { moduleFault = error }
            }
        }
        releaseTurn()
    }

    private func connect() async -> CardReaderError? {
        do throws(CardReaderError) {
            try await reader.connect()
            return nil
        } catch {
            return error
        }
    }

    private func drive(_ event: SecureModuleMachine.Event) async -> SecureModuleMachine.Action {
        let lossesBefore = losses
        readerError = nil
        isExchanging = true
        var action = machine.receive(event)
        while case .transmit(let command) = action {
            let answer = await exchange(command)
            action = machine.receive(answer.map { .answered($0) } ?? .exchangeFailed)
        }
        isExchanging = false
        guard losses != lossesBefore else { return action }
        // The module left meanwhile. What it said about a MAC2 is still true; anything else is worth nothing.
        _ = machine.receive(.lost)
        switch action {
        case .checked, .failed: return action
        default: return .failed(.noAnswer(event.step))
        }
    }

    private func exchange(_ command: CommandAPDU) async -> [UInt8]? {
        do throws(CardReaderError) {
            return try await reader.transmit(command.bytes)
        } catch {
            readerError = error
            return nil
        }
    }

    /// The reader said that the module, or itself, is gone.
    private func loseModule(_ error: SecureModuleError) {
        losses += 1
        isPresent = false
        identity = nil
        moduleFault = error
        takeAwaySession(SecureModuleError(.sessionLost, detail: error.detail))
        if !isExchanging { _ = machine.receive(.lost) }
        tellStatus()
    }

    /// The error of a failed dialogue. That a module is gone says more than what it failed to answer.
    private func note(_ failure: SecureModuleFailure) -> SecureModuleError {
        let error = SecureModuleError(failure, terminal: settings.terminal, readerError: readerError)
        guard isPresent else { return error.code == .noAnswer ? moduleFault ?? error : error }
        moduleFault = error
        return error
    }

    private func tellStatus() {
        let status = currentStatus
        guard status != lastStatus else { return }
        lastStatus = status
        changed(status)
    }
}

extension SecureModuleMachine.Event {
    /// What an event of the adapter is about.
    fileprivate var step: SecureModuleStep {
        switch self {
        case .initialize, .abandoned: .initialize
        case .check: .check
        case .activated, .answered, .exchangeFailed, .lost: .selectApplication
        }
    }
}

extension CardReaderError {
    /// Whether the command surely never reached the card, because the card had been lost before.
    fileprivate var meansLostBefore: Bool {
        switch code {
        case .cardReset, .cardRemoved, .noCard, .serviceUnavailable, .readerUnavailable: true
        case .readerInUse, .readerAmbiguous, .communication, .unresponsiveCard, .timedOut: false
        }
    }
}
