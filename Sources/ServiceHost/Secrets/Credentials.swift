import FoundationEssentials
import Glibc
import Payments

/// Secrets as systemd hands them over, with a file as the way without systemd.
///
/// `LoadCredential=` puts each secret into a file of its own in `$CREDENTIALS_DIRECTORY`, which only the service can
/// read and which is never on disk (systemd.exec(5)).
package struct Credentials: Sendable {
    /// Largest secret, in bytes: a PEM-encoded key with its certificate chain stays below it.
    package static let maximumSize = 16 * 1024

    private let directory: String?

    /// - Parameter environment: the process's environment.
    package init(environment: [String: String] = ProcessInfo.processInfo.environment) {
        directory = environment["CREDENTIALS_DIRECTORY"].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The credential called `name`, else the secret in the file at `path`.
    ///
    /// One line end at the end is not part of the secret. A file that its group or others can read or write is
    /// refused; in the credentials directory systemd has set the permissions.
    /// - Parameters:
    ///   - name: as in `LoadCredential=`; letters, digits, `-`, `_` and `.`.
    ///   - path: from the configuration; used when systemd did not hand the credential over.
    package func secret(named name: String, orFile path: String? = nil) throws(ConfigurationError) -> Secret {
        invariant(!name.isEmpty && !name.contains("/") && !name.hasPrefix("."), "credential names are plain")
        if let directory, access("\(directory)/\(name)", F_OK) == 0 {
            return try read("\(directory)/\(name)", name: name, checksPermissions: false)
        }
        guard let path else {
            let problem = ConfigurationError.Problem(
                .credentialUnreadable, file: directory ?? "$CREDENTIALS_DIRECTORY",
                text: "there is no credential \"\(name)\"; add LoadCredential=\(name):FILE to the unit, "
                    + "or name a file in the configuration")
            throw ConfigurationError([problem])
        }
        return try read(path, name: name, checksPermissions: true)
    }

    private func read(
        _ path: String, name: String, checksPermissions: Bool
    ) throws(ConfigurationError) -> Secret {
        func refusal(_ code: ConfigurationError.Code, _ text: String) -> ConfigurationError {
            ConfigurationError([.init(code, file: path, text: "credential \"\(name)\" \(text)")])
        }
        let content: BoundedFile.Content
        do {
            content = try BoundedFile.read(path, limit: Self.maximumSize)
        } catch {
            throw refusal(error.isTooLarge ? .credentialMalformed : .credentialUnreadable, error.text)
        }
        if checksPermissions, content.permissions & 0o077 != 0 {
            let mode = String(content.permissions, radix: 8)
            throw refusal(.credentialExposed, "is open to other users (mode \(mode)); run: chmod 600 \(path)")
        }
        var bytes = content.bytes[...]
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        if bytes.last == UInt8(ascii: "\r"), bytes.count < content.bytes.count { bytes.removeLast() }
        guard !bytes.isEmpty else { throw refusal(.credentialMalformed, "is empty") }
        return Secret(Array(bytes))
    }
}
