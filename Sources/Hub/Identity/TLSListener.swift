import Certificates
import Payments

/// Where terminals reach the hub over TLS, and how it proves itself there.
package struct TLSListener: Sendable, Hashable {
    /// Address to listen on.
    package var host: String
    /// 0 takes a free one (``HubApplication/boundTLSPort()``).
    package var port: Int
    /// Names and addresses in the hub's certificate: those under which terminals reach it.
    package var names: [ServerName]

    package init(host: String, port: Int, names: [ServerName]) {
        self.host = host
        self.port = port
        self.names = names
    }

    /// Whether `host` is this machine's own: only there may the hub be reached without TLS.
    package static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host == "::1" || (host.hasPrefix("127.") && ServerName(text: host) != nil)
    }
}
