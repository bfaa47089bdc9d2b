import HubProtocol
import Payments

/// Makes the text of a payment code under the hub's key.
package protocol PaymentCodeIssuer: Sendable {
    /// The key's number in codes and in the changes feed.
    var keyID: UInt8 { get }
    /// Ed25519 public key, 32 bytes.
    var publicKey: [UInt8] { get }
    /// The key signs codes issued in this interval, both ends included.
    var validFrom: UnixTime { get }
    var validThrough: UnixTime { get }

    /// The signed text that the payer shows.
    ///
    /// - Parameter evidence: what the code claims; its reference has this issuer's key.
    func text(for evidence: CodeEvidence) throws -> String
}
