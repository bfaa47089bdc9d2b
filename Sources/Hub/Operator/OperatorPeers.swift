import Glibc
import NIOCore

/// Finds out who is at the other end of a connection to the operator socket.
package protocol OperatorPeers: Sendable {
    /// `nil` when the connection has no such peer.
    func peer(of channel: any Channel) async throws -> OperatorIdentity?
}

/// Asks the kernel (`SO_PEERCRED`, unix(7)): nobody can claim to be somebody else.
package struct SocketPeers: OperatorPeers {
    package init() {}

    /// `struct ucred` of Linux: process, user and group at the time of the connection.
    private struct Credentials: Sendable {
        var process: Int32 = 0
        var user: UInt32 = 0
        var group: UInt32 = 0
    }

    package func peer(of channel: any Channel) async throws -> OperatorIdentity? {
        guard let provider = channel as? any SocketOptionProvider,
            channel.remoteAddress?.protocol == .unix || channel.localAddress?.protocol == .unix
        else { return nil }
        let option: EventLoopFuture<Credentials> = provider.unsafeGetSocketOption(
            level: SocketOptionLevel(SOL_SOCKET), name: SocketOptionName(SO_PEERCRED))
        let user = try await option.get().user
        return OperatorIdentity(uid: user, name: Self.name(of: user))
    }

    /// The user's name; `uid` and the number for a user without one.
    static func name(of user: UInt32) -> String {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        let buffer = UnsafeMutableBufferPointer<CChar>.allocate(capacity: 16_384)
        defer { buffer.deallocate() }
        guard let base = buffer.baseAddress, getpwuid_r(user, &entry, base, buffer.count, &found) == 0, found != nil,
            let name = entry.pw_name
        else { return "uid\(user)" }
        return String(cString: name)
    }
}
