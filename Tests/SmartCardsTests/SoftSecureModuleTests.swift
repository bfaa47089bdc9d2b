import Payments
import SmartCards
import Testing

@Suite("The soft secure module")
struct SoftSecureModuleTests {
    private func request(random: String = "11223344", factors: [String] = ["1122334455667788"]) throws
        -> SecureModuleRequest
    {
        SecureModuleRequest(
            terminal: try terminal(), random: try hex(random), offlineSerial: 0, amount: 0x1000, transactionType: 6,
            time: try time("20120229135100"), keyVersion: 1, algorithm: 0, factors: try factors.map { try hex($0) })
    }

    private func module() throws -> SoftSecureModule {
        SoftSecureModule(masterKey: try key("00112233445566778899AABBCCDDEEFF"))
    }

    @Test("MAC1 comes from the key of the card, MAC2 is checked with the same session")
    func purchase() throws {
        var module = try module()
        let answer = try module.initializeForPurchase(request(), terminalSerial: 1)
        let sessionKey = PurseCryptogram.purchaseSessionKey(
            try key("496BD7A3513644533100B54E71196528"), random: try hex("11223344"), offlineSerial: 0,
            terminalSerial: 1)
        let transaction = PurseTransaction(
            amount: 0x1000, type: 6, terminal: try terminal(), time: try time("20120229135100"))
        #expect(answer.terminalSerial == 1)
        #expect(answer.mac1 == PurseCryptogram.purchaseMAC1(sessionKey, transaction))
        #expect(try module.credit(mac2: PurseCryptogram.purchaseMAC2(sessionKey, amount: 0x1000)))
    }

    @Test("MAC2 before INIT is refused")
    func wrongOrder() throws {
        var module = try module()
        #expect(throws: SoftSecureModuleError(.notInitialized)) { try module.credit(mac2: [0, 0, 0, 0]) }
    }

    @Test("a purchase is checked once, right or wrong")
    func once() throws {
        var module = try module()
        _ = try module.initializeForPurchase(request(), terminalSerial: 1)
        #expect(try !module.credit(mac2: [0, 0, 0, 0]))
        #expect(throws: SoftSecureModuleError(.notInitialized)) { try module.credit(mac2: [0, 0, 0, 0]) }
    }

    @Test("another terminal serial gives another MAC1")
    func serial() throws {
        var module = try module()
        let first = try module.initializeForPurchase(request(), terminalSerial: 1)
        let second = try module.initializeForPurchase(request(), terminalSerial: 2)
        #expect(first.mac1 != second.mac1)
    }

    @Test("a malformed request is refused and closes the purchase before it")
    func malformed() throws {
        var module = try module()
        let wrong = [
            try request(random: "112233"), try request(factors: []), try request(factors: ["11"]),
            try request(factors: Array(repeating: "1122334455667788", count: 4)),
        ]
        for request in wrong {
            _ = try module.initializeForPurchase(self.request(), terminalSerial: 1)
            #expect(throws: SoftSecureModuleError(.requestMalformed)) {
                try module.initializeForPurchase(request, terminalSerial: 2)
            }
            #expect(throws: SoftSecureModuleError(.notInitialized)) { try module.credit(mac2: [0, 0, 0, 0]) }
        }
    }

    @Test("a request does not print the card's factors")
    func description() throws {
        let request = try request()
        var dumped = ""
        dump(request, to: &dumped)
        #expect(!"\(request)\(String(reflecting: request))\(dumped)".contains("17, 34, 51"))
    }
}
