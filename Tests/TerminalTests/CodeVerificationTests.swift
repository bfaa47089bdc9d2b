import Crypto
import HubProtocol
import PaymentCodes
import Payments
import Simulation
import Terminal
import Testing

@Suite("Code verification") struct CodeVerificationTests {
    private func problem(_ reading: CodeReading) -> Int? {
        if case .problem(let problem) = reading { problem.number } else { nil }
    }

    @Test("a code of a known key is verified without the hub")
    func verified() async throws {
        let till = try await Till()
        guard case .verified(let evidence) = till.verification.verify(try till.code(serial: 5)) else {
            Issue.record("not verified")
            return
        }
        #expect(evidence.account == till.account)
        #expect(evidence.reference == CodeReference(keyID: 7, serial: 5))
        #expect(till.hub.calls.holds == 0)
    }

    @Test("new keys take the place of all old ones")
    func replaced() async throws {
        let till = try await Till()
        let code = try till.code()
        till.verification.replaceKeys([])
        #expect(problem(till.verification.verify(code)) == CodeProblem.Code.keyUnknown.rawValue)
        till.verification.replaceKeys([till.codeKey])
        #expect(problem(till.verification.verify(code)) == nil)
    }

    @Test("a key that cannot be read is left out, and the others hold")
    func unreadableKey() async throws {
        let till = try await Till()
        let broken = CodeKeyMessage(
            keyID: 8, publicKey: [1, 2], validFrom: UnixTime(seconds: 0), validThrough: UnixTime(seconds: 9))
        till.verification.replaceKeys([broken, till.codeKey])
        #expect(problem(till.verification.verify(try till.code())) == nil)
    }

    @Test("a code of another key under a known number is forged; under an unknown number its key is unknown")
    func foreign() async throws {
        let till = try await Till()
        let forger = PaymentCodeSigner(keyID: 7, key: Curve25519.Signing.PrivateKey())
        let stranger = PaymentCodeSigner(keyID: 9, key: Curve25519.Signing.PrivateKey())
        let forged = till.verification.verify(try till.code(signer: forger))
        #expect(problem(forged) == CodeProblem.Code.forged.rawValue)
        let unknown = till.verification.verify(try till.code(signer: stranger))
        #expect(problem(unknown) == CodeProblem.Code.keyUnknown.rawValue)
    }

    @Test("a wallet's code is named as such and pays nothing")
    func wallet() async throws {
        let till = try await Till()
        let reading = till.verification.verify(Array("135112298638468293".utf8))
        #expect(problem(reading) == CodeProblem.Code.notACampusCode.rawValue)
    }
}
