import SmartCards
import Synchronization
import Terminal

/// A secure module in memory that counts how its sessions end.
package final class SimulatedSecureModule: SecureModule {
    /// What goes wrong, until it is set back.
    package enum Behaviour: Sendable {
        case working
        case failingToInitialize
        case failingToCheck
    }

    /// How sessions have ended so far.
    package struct Record: Sendable, Equatable {
        package var opened = 0
        package var checked = 0
        package var abandoned = 0
        /// Ends of a session that was not open.
        package var endedTwice = 0

        package init(opened: Int = 0, checked: Int = 0, abandoned: Int = 0, endedTwice: Int = 0) {
            self.opened = opened
            self.checked = checked
            self.abandoned = abandoned
            self.endedTwice = endedTwice
        }
    }

    private struct State {
        var behaviour = Behaviour.working
        var record = Record()
        var serial: UInt32 = 0
        var sessions: [UInt64: SoftSecureModule] = [:]
    }

    package let isSoft = true
    private let masterKey: DESKey
    private let state = Mutex(State())

    /// - Parameter masterKey: 16 bytes.
    package init(masterKey: DESKey) { self.masterKey = masterKey }

    /// What happens from now on.
    package func behave(_ behaviour: Behaviour) { state.withLock { $0.behaviour = behaviour } }

    package var record: Record { state.withLock { $0.record } }

    package func initializeForPurchase(
        _ request: SecureModuleRequest
    ) async throws(SecureModuleError) -> SecureModuleSession {
        try state.withLock { state throws(SecureModuleError) in
            guard state.behaviour != .failingToInitialize else { throw SecureModuleError(.unavailable) }
            state.serial += 1
            var module = SoftSecureModule(masterKey: masterKey)
            let answer: SecureModuleAnswer
            do throws(SoftSecureModuleError) {
                answer = try module.initializeForPurchase(request, terminalSerial: state.serial)
            } catch {
                throw SecureModuleError(.refused, detail: error.message)
            }
            state.record.opened += 1
            state.sessions[UInt64(state.serial)] = module
            return SecureModuleSession(number: UInt64(state.serial), answer: answer)
        }
    }

    package func credit(mac2: [UInt8], session: SecureModuleSession) async throws(SecureModuleError) -> Bool {
        try state.withLock { state throws(SecureModuleError) in
            guard var module = state.sessions.removeValue(forKey: session.number) else {
                state.record.endedTwice += 1
                throw SecureModuleError(.refused, detail: "no such session")
            }
            guard mac2 != [0, 0, 0, 0] else { throw SecureModuleError(.checkNotPossible) }
            state.record.checked += 1
            guard state.behaviour != .failingToCheck else { throw SecureModuleError(.unavailable) }
            do throws(SoftSecureModuleError) {
                return try module.credit(mac2: mac2)
            } catch {
                throw SecureModuleError(.refused, detail: error.message)
            }
        }
    }

    package func abandon(_ session: SecureModuleSession) async {
        state.withLock { state in
            if state.sessions.removeValue(forKey: session.number) == nil {
                state.record.endedTwice += 1
            } else {
                state.record.abandoned += 1
            }
        }
    }
}

extension SimulatedSecureModule {
    /// A module in memory is always there; its faults show only in its answers.
    package func status() async -> SecureModuleStatus { SecureModuleStatus() }
}
