import ControlProtocol
import Hummingbird
import Payments
import Terminal

/// The path that explains the policy.
struct PolicyRoutes {
    let core: TerminalCore

    func add(to group: RouterGroup<BasicRequestContext>) {
        group.get("/policy") { request, _ in try await explain(request) }
    }

    private func explain(_ request: Request) async throws -> PolicyExplanationMessage {
        let query = request.uri.queryParameters
        func value<Value>(_ name: String, _ parse: (String) -> Value?) throws -> Value? {
            guard let text = query[name[...]] else { return nil }
            guard let value = parse(String(text)) else { throw LaneRefusal(.requestMalformed) }
            return value
        }
        return try await core.policy.explain(
            account: value("account", AccountID.init(text:)), cardClass: value("class", ClassName.init(text:)),
            at: value("at") { text in
                Int64(text).flatMap { (0...4_102_444_800_000).contains($0) ? UnixTime(milliseconds: $0) : nil }
            },
            terminals: value("terminals") { Int($0).flatMap { (1...100_000).contains($0) ? $0 : nil } } ?? 1)
    }
}

extension PolicyExplanationMessage: ResponseEncodable {}
