import Crypto
import DurableFiles
import Foundation
import Glibc
import Payments

/// The file that holds the issuer key: JSON, mode 0600, made at the hub's first start.
package enum IssuerKeyFile {
    /// How long a new key signs: five years, the usual life of a student's card. Terminals refuse codes after it.
    package static let lifetime = Duration.seconds(5 * 365 * 86_400)

    private struct Content: Codable {
        var keyID: UInt8
        /// 32 bytes, 64 hexadecimal digits.
        var privateKey: String
        var validFromSeconds: Int64
        var validThroughSeconds: Int64
    }

    /// The key in the file; a new one with key id 1 when there is no file.
    ///
    /// - Throws: ``IssuerKeyError``.
    package static func loadOrCreate(path: String, now: UnixTime) throws -> IssuerKey {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        if descriptor >= 0 {
            defer { Glibc.close(descriptor) }
            return try load(FileHandle(fileDescriptor: descriptor, closeOnDealloc: false), path: path)
        }
        guard errno == ENOENT else { throw IssuerKeyError(.cannotRead, detail: failure(path)) }
        let from = UnixTime(seconds: now.seconds)
        let key = IssuerKey(
            keyID: 1, privateKey: Curve25519.Signing.PrivateKey(), validFrom: from,
            validThrough: from.advanced(by: lifetime))
        try create(key, path: path)
        return key
    }

    private static func load(_ file: FileHandle, path: String) throws -> IssuerKey {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        guard let mode = attributes?[.posixPermissions] as? Int else {
            throw IssuerKeyError(.cannotRead, detail: path)
        }
        guard mode & 0o077 == 0 else { throw IssuerKeyError(.readableByOthers, detail: path) }
        guard let data = try file.readToEnd(), let content = try? JSONDecoder().decode(Content.self, from: data),
            let seed = Hex.decode(content.privateKey),
            let privateKey = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed)
        else { throw IssuerKeyError(.malformed, detail: path) }
        return IssuerKey(
            keyID: content.keyID, privateKey: privateKey,
            validFrom: UnixTime(seconds: content.validFromSeconds),
            validThrough: UnixTime(seconds: content.validThroughSeconds))
    }

    private static func create(_ key: IssuerKey, path: String) throws {
        let content = Content(
            keyID: key.keyID, privateKey: Hex.encode(key.privateKey.rawRepresentation),
            validFromSeconds: key.validFrom.seconds, validThroughSeconds: key.validThrough.seconds)
        let bytes = Array(try JSONEncoder().encode(content)) + [UInt8(ascii: "\n")]
        do {
            try DurableFile.replace(path, with: bytes)
        } catch {
            throw IssuerKeyError(.cannotWrite, detail: "\(path): \(error)")
        }
    }

    private static func failure(_ path: String) -> String { "\(path): \(String(cString: strerror(errno)))" }
}
