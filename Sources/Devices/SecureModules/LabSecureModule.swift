import Payments
import SmartCards
import Terminal

/// The lab's secure module: keys in this process, for tests and demonstrations. Never for money; status and start-up
/// say so loudly.
///
/// Its terminal serial is as durable as a real module's: a serial is reserved on disk before it is used.
package actor LabSecureModule: SecureModule {
    package nonisolated let isSoft = true
    private let masterKey: DESKey
    private var serials: DurableSerial
    private var sessions: [UInt64: SoftSecureModule] = [:]
    private var lastSession: UInt64 = 0

    /// - Parameters:
    ///   - masterKey: the campus's purchase master key, 16 bytes, lab keys only.
    ///   - serialFile: where the next serial is kept.
    /// - Throws: ``Terminal/SecureModuleError`` when the serial cannot be stored.
    package init(masterKey: DESKey, serialFile: String) throws(SecureModuleError) {
        self.masterKey = masterKey
        serials = try DurableSerial(path: serialFile)
    }

    package func status() async -> SecureModuleStatus { SecureModuleStatus() }

    package func initializeForPurchase(
        _ request: SecureModuleRequest
    ) async throws(SecureModuleError) -> SecureModuleSession {
        let serial = try serials.next()
        var module = SoftSecureModule(masterKey: masterKey)
        let answer: SecureModuleAnswer
        do throws(SoftSecureModuleError) {
            answer = try module.initializeForPurchase(request, terminalSerial: serial)
        } catch {
            throw SecureModuleError(.refused, detail: error.message)
        }
        lastSession += 1
        sessions[lastSession] = module
        return SecureModuleSession(number: lastSession, answer: answer)
    }

    package func credit(mac2: [UInt8], session: SecureModuleSession) async throws(SecureModuleError) -> Bool {
        guard var module = sessions.removeValue(forKey: session.number) else {
            throw SecureModuleError(.refused, detail: "no such session")
        }
        guard mac2.count == 4, mac2.contains(where: { $0 != 0 }) else {
            throw SecureModuleError(.checkNotPossible)
        }
        do throws(SoftSecureModuleError) {
            return try module.credit(mac2: mac2)
        } catch {
            throw SecureModuleError(.refused, detail: error.message)
        }
    }

    package func abandon(_ session: SecureModuleSession) async { sessions[session.number] = nil }
}
