import SmartCards
import Terminal

/// What is kept about the module without power, and what follows from it.
extension PSAMSecureModule {
    /// The terminal serial is stored once in so many purchases, and when the module leaves: a copy that lies further
    /// behind than this is found out after a crash as well.
    private static let storedSerialStride: UInt32 = 256

    var guardFault: SecureModuleError? {
        guard record.wrongMAC2Count >= settings.wrongMAC2Maximum else { return nil }
        return SecureModuleError(.guarded, detail: "\(record.wrongMAC2Count) in a row")
    }

    /// The module is there, and not guarded.
    func refuseUnusable() throws(SecureModuleError) {
        if let guardFault { throw guardFault }
        // It may have left while something was stored.
        guard machine.isReady else { throw moduleFault ?? SecureModuleError(.unavailable) }
    }

    /// Counts a MAC2 as wrong before the module has said anything. Without that on disk the module is not asked.
    func countInAdvance() async throws(SecureModuleError) {
        record.wrongMAC2Count += 1
        isUnsaved = true
        do throws(SecureModuleError) {
            try await saveIfNeeded()
        } catch {
            record.wrongMAC2Count -= 1
            throw error
        }
    }

    /// Sets the count; one that cannot be stored is stored before the next purchase.
    func setCount(_ count: Int) async {
        guard record.wrongMAC2Count != count else { return }
        record.wrongMAC2Count = count
        isUnsaved = true
        do throws(SecureModuleError) {
            try await saveIfNeeded()
        } catch {
            // What MAC2 proved stands, whatever the disk does; `recordFault` keeps the error.
        }
    }

    func noteSerial(_ serial: UInt32) async throws(SecureModuleError) {
        let stored = record.terminalSerial ?? 0
        guard record.terminalSerial == nil || serial - min(serial, stored) >= Self.storedSerialStride else { return }
        isUnsaved = true
        try await saveIfNeeded()
    }

    func storeSerial() async {
        guard let last = machine.lastTerminalSerial, last != record.terminalSerial else { return }
        record.terminalSerial = last
        do throws(SecureModuleError) {
            try await file.save(record)
        } catch {
            // What is on disk is older but still true: serials up to it are refused.
        }
    }

    func saveIfNeeded() async throws(SecureModuleError) {
        guard isUnsaved else { return }
        isUnsaved = false
        record.terminalSerial = machine.lastTerminalSerial
        do throws(SecureModuleError) {
            try await file.save(record)
            recordFault = nil
        } catch {
            isUnsaved = true
            recordFault = error
            throw error
        }
    }
}
