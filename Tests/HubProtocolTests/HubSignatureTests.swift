import Crypto
import HubProtocol
import Payments
import Testing

@Suite("Hub signatures")
struct HubSignatureTests {
    private let key = HubSigningKey(privateKey: Curve25519.Signing.PrivateKey())

    @Test("a signature holds for its bytes and its purpose only")
    func purposes() throws {
        let signature = try key.signature(of: [1, 2, 3], as: .policy)
        #expect(key.verifyingKey.isValid(signature, of: [1, 2, 3], as: .policy))
        #expect(!key.verifyingKey.isValid(signature, of: [1, 2, 3], as: .hotList))
        #expect(!key.verifyingKey.isValid(signature, of: [1, 2, 4], as: .policy))
        #expect(!key.verifyingKey.isValid("", of: [1, 2, 3], as: .policy))
        #expect(!key.verifyingKey.isValid(String(signature.dropLast(2)), of: [1, 2, 3], as: .policy))
        let other = HubSigningKey(privateKey: Curve25519.Signing.PrivateKey())
        #expect(!other.verifyingKey.isValid(signature, of: [1, 2, 3], as: .policy))
    }

    @Test("a key survives its text; what is no key is refused")
    func texts() {
        #expect(HubVerifyingKey(text: key.verifyingKey.text) == key.verifyingKey)
        #expect(HubVerifyingKey(text: "") == nil)
        #expect(HubVerifyingKey(text: String(repeating: "zz", count: 32)) == nil)
        #expect(HubVerifyingKey(text: String(repeating: "00", count: 31)) == nil)
    }
}
