/// Where the hub is: `http` or `https`, host, and optionally port and path; `https://hub.example.edu`.
package struct HubAddress: Sendable, Hashable, CustomStringConvertible {
    /// Without a slash at the end.
    package let text: String

    /// `nil` for another scheme, no host, credentials, a query or a fragment.
    package init?(text: String) {
        let schemes = ["https://", "http://"]
        guard let scheme = schemes.first(where: text.hasPrefix) else { return nil }
        let rest = text.dropFirst(scheme.count)
        guard let first = rest.first, first != "/", first != ":",
            rest.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), !rest.contains(where: { "@?#\\\"".contains($0) })
        else { return nil }
        var trimmed = text
        while trimmed.hasSuffix("/") { trimmed.removeLast() }
        self.text = trimmed
    }

    /// Whether the connection is TLS.
    package var isEncrypted: Bool { text.hasPrefix("https://") }

    /// Whether it names this machine itself.
    package var isLoopback: Bool {
        guard let start = text.firstRange(of: "://")?.upperBound else { return false }
        let authority = text[start...].prefix { $0 != "/" }
        if authority.hasPrefix("[") { return authority.hasPrefix("[::1]") }
        let host = authority.prefix { $0 != ":" }
        let octets = host.split(separator: ".", omittingEmptySubsequences: false)
        return host == "localhost"
            || (octets.count == 4 && octets[0] == "127" && octets.allSatisfy { UInt8($0) != nil })
    }

    package var description: String { text }
}
