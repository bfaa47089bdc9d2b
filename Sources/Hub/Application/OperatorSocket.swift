import DurableFiles
import Foundation
import Glibc
import Payments

/// The operator's socket file.
enum OperatorSocket {
    /// Removes what a killed hub left behind, and refuses to take a living one's socket away.
    static func prepare(path: String) throws {
        let attributes: [FileAttributeKey: Any]
        do {
            attributes = try FileManager.default.attributesOfItem(atPath: path)
        } catch CocoaError.fileReadNoSuchFile {
            return
        } catch {
            throw OperatorSocketError(.cannotPrepare, detail: path)
        }
        guard attributes[.type] as? FileAttributeType == .typeSocket else {
            throw OperatorSocketError(.notASocket, detail: path)
        }
        guard try !answers(path) else { throw OperatorSocketError(.inUse, detail: path) }
        guard unlink(path) == 0 else { throw OperatorSocketError(.cannotPrepare, detail: failure(path)) }
    }

    /// Lets only the owner in, and the members of `group`. The mode decides who is an operator; the kernel then tells
    /// one from the other.
    static func restrict(path: String, group: String?) throws {
        if let group { try give(path, to: group) }
        guard chmod(path, group == nil ? 0o600 : 0o660) == 0 else {
            throw OperatorSocketError(.cannotPrepare, detail: failure(path))
        }
    }

    private static func give(_ path: String, to group: String) throws {
        var entry = Glibc.group()
        var found: UnsafeMutablePointer<Glibc.group>?
        let buffer = UnsafeMutableBufferPointer<CChar>.allocate(capacity: 65_536)
        defer { buffer.deallocate() }
        guard let base = buffer.baseAddress, getgrnam_r(group, &entry, base, buffer.count, &found) == 0, found != nil
        else {
            throw OperatorSocketError(.cannotPrepare, detail: "there is no group \(group)")
        }
        // The unit's own group needs no chown(2), which the unit does not let the hub call.
        guard let present = try? FileOwner.group(of: path) else {
            throw OperatorSocketError(.cannotPrepare, detail: failure(path))
        }
        if present == entry.gr_gid { return }
        guard chown(path, uid_t.max, entry.gr_gid) == 0 else {
            throw OperatorSocketError(.cannotPrepare, detail: failure(path))
        }
    }

    static func remove(path: String) { unlink(path) }

    /// Whether somebody accepts connections there.
    private static func answers(_ path: String) throws -> Bool {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw OperatorSocketError(.cannotPrepare, detail: "\(path): the path is too long for a socket")
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw OperatorSocketError(.cannotPrepare, detail: failure(path)) }
        defer { Glibc.close(descriptor) }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                connect(descriptor, address, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
    }

    private static func failure(_ path: String) -> String { "\(path): \(String(cString: strerror(errno)))" }
}

/// The operator's socket cannot be used. Numbers 6101–6119.
package struct OperatorSocketError: StableError, Equatable {
    package enum Code: Int, Sendable, CaseIterable {
        /// Another hub listens there.
        case inUse = 6101
        /// The path is a file of another kind.
        case notASocket = 6102
        case cannotPrepare = 6103
    }

    package let code: Code
    /// The path and errno.
    package let detail: String

    package init(_ code: Code, detail: String = "") {
        self.code = code
        self.detail = detail
    }

    package var number: Int { code.rawValue }

    package var message: String {
        let text =
            switch code {
            case .inUse: "another hub listens on the operator socket"
            case .notASocket: "the operator socket's path is something else than a socket"
            case .cannotPrepare: "the operator socket cannot be made"
            }
        return detail.isEmpty ? text : "\(text) (\(detail))"
    }

    package static func == (left: Self, right: Self) -> Bool { left.code == right.code }
}
