import Crypto
import HubProtocol

extension HubSigningKey {
    /// The key of every simulated hub: the same in every run, and nobody's secret.
    package static let simulated = simulated(seed: 1)

    /// - Parameter seed: another number is another key.
    package static func simulated(seed: UInt8) -> HubSigningKey {
        do {
            return HubSigningKey(
                privateKey: try Curve25519.Signing.PrivateKey(rawRepresentation: [seed] + Array(1...31)))
        } catch {
            fatalError("32 bytes are an Ed25519 private key")
        }
    }
}
