import Payments
import ServiceHost

/// Where the key of a card profile is read from at start. Holds no key.
package struct CardKeySource: Sendable {
    /// The credential of systemd.
    package let credential: String
    /// The file without systemd.
    package let file: String?
    /// Where the configuration names it, `card_profiles[1].key`.
    let place: String
    /// The profile's name.
    let profile: String

    /// Reads the key and takes it apart.
    ///
    /// - Parameters:
    ///   - count: how many bytes it has; they stand there as twice as many hexadecimal digits.
    func bytes(_ credentials: Credentials, count: Int) throws(ConfigurationError) -> [UInt8] {
        let secret: Secret
        do throws(ConfigurationError) {
            secret = try credentials.secret(named: credential, orFile: file)
        } catch {
            throw ConfigurationError(
                error.problems.map {
                    .init($0.code, file: $0.file, key: place, text: "card profile \"\(profile)\": \($0.text)")
                })
        }
        guard let bytes = secret.text.flatMap(Hex.decode), bytes.count == count else {
            throw ConfigurationError([
                .init(
                    .credentialMalformed, file: file ?? "$CREDENTIALS_DIRECTORY/\(credential)", key: place,
                    text: "card profile \"\(profile)\": credential \"\(credential)\" does not hold a key of "
                        + "\(2 * count) hexadecimal digits")
            ])
        }
        return bytes
    }
}

/// `secret_credential` and `secret_file` of a section that names a key.
struct CardKeySettings {
    private let path: String
    private let credential: Setting<String>
    private let file: Setting<String?>

    init(_ section: ConfigurationSection) {
        path = section.path
        credential = section.credentialName("secret_credential")
        file = section.optionalString("secret_file")
    }

    func value(profile: String) throws(ConfigurationError) -> CardKeySource {
        CardKeySource(credential: try credential.value, file: try file.value, place: path, profile: profile)
    }

    /// Whether both name the same place, as far as that can be told.
    func isSame(as other: CardKeySettings) -> Bool {
        guard case .found(let left) = credential, case .found(let right) = other.credential,
            case .found(let leftFile) = file, case .found(let rightFile) = other.file
        else { return true }
        return left == right && leftFile == rightFile
    }
}

extension ConfigurationSection {
    /// The name of a credential, as `LoadCredential=` has it.
    func credentialName(_ key: String, default fallback: String? = nil) -> Setting<String> {
        value(
            key, expected: "the name of a credential: letters, digits, -, _ and .", default: fallback
        ) { text in
            let isPlain = text.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                    true
                default: false
                }
            }
            return isPlain && (1...255).contains(text.utf8.count) && !text.hasPrefix(".") ? text : nil
        }
    }

    /// The section under `key`, `nil` when it is left out. A key with nothing below it is an error: whoever wrote it
    /// wanted the section.
    func writtenSection(_ key: String) -> ConfigurationSection? {
        if let section = optionalSection(key) { return section }
        _ = optionalValue(key, expected: "a section") { _ in Bool?.none }
        return nil
    }
}
