import Crypto
import Payments

/// The only thing about a scan that may reach a log: its class, its length and, where that gives nothing away, the
/// first eight hexadecimal digits of its SHA-256.
///
/// The digest is there for codes that are random and used once, or public. Other scans have none: an account, card or
/// citizen number has so few possible values that 32 bits of digest would give it back.
package struct CodeFingerprint: Sendable, Hashable {
    package let kind: ScannedCode.Kind
    /// Bytes of the scan after stripping, at most ``PaymentCodeLimits/scanMaximum`` unless the scan was over it.
    package let length: Int
    /// Eight upper-case hexadecimal digits.
    package let digest: String?

    init(kind: ScannedCode.Kind, bytes: [UInt8]) {
        self.kind = kind
        length = bytes.count
        digest =
            switch kind {
            case .campusOffline, .campusOnline, .walletCode, .merchantCode:
                Hex.encode(SHA256.hash(data: bytes).prefix(4))
            case .emvConsumer, .transit, .health, .link, .unknown: nil
            }
    }
}

extension CodeFingerprint: CustomStringConvertible {
    /// `campusOffline, 226 bytes, SHA-256 1A2B3C4D…`.
    package var description: String {
        "\(kind.rawValue), \(length) bytes" + (digest.map { ", SHA-256 \($0)…" } ?? "")
    }
}
