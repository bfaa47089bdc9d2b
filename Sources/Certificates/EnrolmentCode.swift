import Crypto
import Payments

/// What an operator carries from the hub to a new terminal: a secret that is used once, and a part of the fingerprint
/// of the campus's authority, so that the terminal recognises the hub at their very first contact.
///
/// 50 symbols of base 32 in groups of five: 24 of the secret (120 bits), 24 of the fingerprint (120 bits), two that
/// find typing errors. Case, hyphens and spaces do not matter, and `O`, `I` and `L` are read as `0`, `1` and `1`
/// (Crockford's alphabet).
package struct EnrolmentCode: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Bytes of the secret, and of the fingerprint's part.
    package static let partLength = 15

    /// Proves to the hub that an operator sent this terminal.
    package let secret: [UInt8]
    private let fingerprint: [UInt8]

    /// - Parameter secret: 15 random bytes.
    package init(secret: [UInt8], root: RootCertificate) {
        invariant(secret.count == Self.partLength, "an enrolment secret has 120 bits")
        self.secret = secret
        fingerprint = Array(root.fingerprint.prefix(Self.partLength))
    }

    /// Reads what somebody typed.
    ///
    /// - Throws: ``CertificateError/Code/enrolmentCodeMalformed``.
    package init(text: String) throws(CertificateError) {
        guard text.utf8.count <= 200, let symbols = Base32.symbols(text), symbols.count == 50 else {
            throw CertificateError(.enrolmentCodeMalformed)
        }
        secret = Base32.bytes(symbols[0..<24])
        fingerprint = Base32.bytes(symbols[24..<48])
        guard Array(symbols[48...]) == Self.check(secret + fingerprint) else {
            throw CertificateError(.enrolmentCodeMalformed)
        }
    }

    /// Ten groups of five symbols. Shown once, to the operator.
    package var text: String {
        let symbols = Base32.symbols(secret) + Base32.symbols(fingerprint) + Self.check(secret + fingerprint)
        let groups = stride(from: 0, to: symbols.count, by: 5).map { Base32.text(symbols[$0..<$0 + 5]) }
        return groups.joined(separator: "-")
    }

    /// Whether `root` is the authority of the hub that made the code.
    package func recognises(_ root: RootCertificate) -> Bool {
        root.fingerprint.prefix(Self.partLength).elementsEqual(fingerprint)
    }

    package var description: String { "(enrolment code)" }
    package var debugDescription: String { "(enrolment code)" }
    package var customMirror: Mirror { Mirror(self, children: []) }

    /// The first ten bits of SHA-256.
    private static func check(_ bytes: [UInt8]) -> [UInt8] {
        Array(Base32.symbols(Array(SHA256.hash(data: bytes).prefix(5))).prefix(2))
    }
}

/// Five bits per symbol.
private enum Base32 {
    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

    /// Symbols for `bytes`, whose number is a multiple of five.
    static func symbols(_ bytes: [UInt8]) -> [UInt8] {
        stride(from: 0, to: bytes.count, by: 5).flatMap { start in
            let number = bytes[start..<start + 5].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            return (0..<8).map { UInt8(truncatingIfNeeded: number >> (35 - 5 * $0)) & 31 }
        }
    }

    /// What ``symbols(_:)-(UInt8)`` made of bytes.
    static func bytes(_ symbols: ArraySlice<UInt8>) -> [UInt8] {
        let symbols = Array(symbols)
        return stride(from: 0, to: symbols.count, by: 8).flatMap { start in
            let number = symbols[start..<start + 8].reduce(UInt64(0)) { $0 << 5 | UInt64($1) }
            return (0..<5).map { UInt8(truncatingIfNeeded: number >> (32 - 8 * $0)) }
        }
    }

    static func text(_ symbols: ArraySlice<UInt8>) -> String {
        String(decoding: symbols.map { alphabet[Int($0)] }, as: UTF8.self)
    }

    /// The symbols of a text that a person typed; `nil` when another character is in it.
    static func symbols(_ text: String) -> [UInt8]? {
        var symbols: [UInt8] = []
        for character in text.utf8 where character != UInt8(ascii: "-") && character > 0x20 {
            let upper = UInt8(ascii: "a")...UInt8(ascii: "z") ~= character ? character - 0x20 : character
            let read =
                switch upper {
                case UInt8(ascii: "O"): UInt8(ascii: "0")
                case UInt8(ascii: "I"), UInt8(ascii: "L"): UInt8(ascii: "1")
                default: upper
                }
            guard let value = alphabet.firstIndex(of: read) else { return nil }
            symbols.append(UInt8(value))
        }
        return symbols
    }
}
