import Devices
import Simulation
import SmartCards
import Terminal
import TestSupport
import Testing

/// The one suite for every secure module; the PSAM behind the real service is in `PSAMServiceTests`.
@Suite("Conformance of secure modules") struct SecureModuleConformanceTests {
    @Test("the lab's soft module keeps the promises of the port, and goes on with its serials after a restart")
    func lab() async throws {
        let campus = try SecureModuleCampus()
        let folder = try TemporaryDirectory()
        let file = folder.file("serial")
        let module = try LabSecureModule(masterKey: campus.masterKey, serialFile: file)
        #expect(module.isSoft)
        try await checkSecureModule(module, campus)
        let last = try await module.initializeForPurchase(ConformanceTap(campus).request)
        await module.abandon(last)
        let restarted = try LabSecureModule(masterKey: campus.masterKey, serialFile: file)
        let next = try await restarted.initializeForPurchase(ConformanceTap(campus).request)
        #expect(next.answer.terminalSerial > last.answer.terminalSerial)
    }

    @Test("the lab's soft module checks no MAC2 of zeros")
    func labZeros() async throws {
        let campus = try SecureModuleCampus()
        let folder = try TemporaryDirectory()
        let module = try LabSecureModule(masterKey: campus.masterKey, serialFile: folder.file("serial"))
        let session = try await module.initializeForPurchase(ConformanceTap(campus).request)
        await #expect(throws: SecureModuleError(.checkNotPossible)) {
            _ = try await module.credit(mac2: [0, 0, 0, 0], session: session)
        }
    }

    @Test("the simulated twin keeps the promises of the port")
    func twin() async throws {
        let campus = try SecureModuleCampus()
        try await checkSecureModule(SimulatedSecureModule(masterKey: campus.masterKey), campus)
    }
}
