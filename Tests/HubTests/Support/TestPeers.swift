import Hub
import NIOCore

/// Says who asks: the person of the test's task, because a router without sockets has no peers.
struct TestPeers: OperatorPeers {
    static let li = OperatorIdentity(uid: 1001, name: "li")
    static let wang = OperatorIdentity(uid: 1002, name: "wang")

    @TaskLocal static var current: OperatorIdentity? = li

    func peer(of channel: any Channel) async throws -> OperatorIdentity? { Self.current }
}
