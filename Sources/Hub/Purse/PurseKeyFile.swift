import DurableFiles
import Foundation
import Glibc
import Payments
import SmartCards

/// Reads the file of a purse master key: 32 hexadecimal digits, readable by its owner only.
enum PurseKeyFile {
    /// Largest file: the digits and a line end.
    private static let sizeMaximum = 64

    /// - Throws: ``PurseKeyError``, which names the file and never its content.
    static func load(_ settings: PurseSettings.Key) throws(PurseKeyError) -> PurseKey {
        let path = settings.path
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path) }
        defer { Glibc.close(descriptor) }
        guard let isOpenToOthers = try? PrivateFile.isOpenToOthers(descriptor) else { throw failure(path) }
        guard !isOpenToOthers else { throw PurseKeyError(.readableByOthers, detail: path) }
        var bytes = [UInt8](repeating: 0, count: sizeMaximum + 1)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        guard count >= 0 else { throw failure(path) }
        let text = String(decoding: bytes.prefix(count), as: UTF8.self)
        let digits = text.hasSuffix("\n") ? String(text.dropLast()) : text
        guard digits.utf8.count == 32, let key = DESKey(hex: digits) else {
            throw PurseKeyError(.malformed, detail: path)
        }
        return PurseKey(master: key, factors: settings.factors)
    }

    private static func failure(_ path: String) -> PurseKeyError {
        PurseKeyError(.cannotRead, detail: "\(path): \(String(cString: strerror(errno)))")
    }
}

/// A purse master key file cannot be used. Numbers 3141–3159.
package struct PurseKeyError: StableError, Equatable {
    package enum Code: Int, Sendable, CaseIterable {
        case cannotRead = 3141
        /// Group or others may open the file.
        case readableByOthers = 3142
        case malformed = 3143
    }

    package let code: Code
    /// The path and errno; no key material.
    package let detail: String

    package init(_ code: Code, detail: String = "") {
        self.code = code
        self.detail = detail
    }

    package var number: Int { code.rawValue }

    package var message: String {
        let text =
            switch code {
            case .cannotRead: "the purse key file cannot be read"
            case .readableByOthers: "the purse key file must be readable by its owner only"
            case .malformed: "the purse key file does not hold 32 hexadecimal digits"
            }
        return detail.isEmpty ? text : "\(text) (\(detail))"
    }

    package static func == (left: Self, right: Self) -> Bool { left.code == right.code }
}
