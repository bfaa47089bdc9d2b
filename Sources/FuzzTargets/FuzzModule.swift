import Payments
import SmartCards

/// The lab's real secure module, and what it said: the only judge of whether a card is genuine.
struct FuzzModule {
    private var module = SoftSecureModule(masterKey: FuzzCampus.masterKey)
    private var serial: UInt32 = 41
    private(set) var saidRight = false

    mutating func initialize(_ request: SecureModuleRequest) -> SecureModuleAnswer? {
        serial += 1
        do throws(SoftSecureModuleError) {
            return try module.initializeForPurchase(request, terminalSerial: serial)
        } catch {
            fatalError("the machine asks for what no module does: \(error)")
        }
    }

    /// `nil` when no session of a purchase is open.
    mutating func check(_ mac2: [UInt8]) -> Bool? {
        do throws(SoftSecureModuleError) {
            saidRight = try module.credit(mac2: mac2)
            return saidRight
        } catch {
            return nil
        }
    }
}
