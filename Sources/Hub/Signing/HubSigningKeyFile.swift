import Crypto
import DurableFiles
import Foundation
import Glibc
import HubProtocol
import Payments

/// The file of the hub's signing key: 32 private bytes as 64 hexadecimal digits and a line feed, mode 0600, made at the
/// hub's first start.
package enum HubSigningKeyFile {
    /// The key in the file; a new one when there is no file.
    ///
    /// - Throws: ``HubSigningKeyError``.
    package static func loadOrCreate(path: String) throws -> HubSigningKey {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        if descriptor >= 0 {
            defer { Glibc.close(descriptor) }
            return try load(descriptor, path: path)
        }
        guard errno == ENOENT else { throw HubSigningKeyError(.cannotRead, detail: failure(path)) }
        let key = Curve25519.Signing.PrivateKey()
        do {
            try DurableFile.replace(path, with: Array((Hex.encode(key.rawRepresentation) + "\n").utf8))
        } catch {
            throw HubSigningKeyError(.cannotWrite, detail: "\(path): \(error)")
        }
        return HubSigningKey(privateKey: key)
    }

    private static func load(_ descriptor: Int32, path: String) throws -> HubSigningKey {
        guard let isOpenToOthers = try? PrivateFile.isOpenToOthers(descriptor) else {
            throw HubSigningKeyError(.cannotRead, detail: failure(path))
        }
        guard !isOpenToOthers else { throw HubSigningKeyError(.readableByOthers, detail: path) }
        let data: Data?
        do {
            data = try FileHandle(fileDescriptor: descriptor, closeOnDealloc: false).read(upToCount: 66)
        } catch {
            throw HubSigningKeyError(.cannotRead, detail: path)
        }
        let text = String(decoding: data ?? Data(), as: UTF8.self)
        guard text.utf8.count == 65, text.hasSuffix("\n"), let bytes = Hex.decode(text.dropLast()),
            let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: bytes)
        else { throw HubSigningKeyError(.malformed, detail: path) }
        return HubSigningKey(privateKey: key)
    }

    private static func failure(_ path: String) -> String { "\(path): \(String(cString: strerror(errno)))" }
}
