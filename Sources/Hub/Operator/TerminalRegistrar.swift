import HubProtocol
import Payments

/// Gives terminals their credentials.
package struct TerminalRegistrar: Sendable {
    let store: any TerminalStore
    let random: any HubRandom

    /// Registers a terminal. The secret is in the answer and nowhere else.
    func register(_ terminal: NewTerminal, now: UnixTime) async throws -> TerminalCredentials {
        try Texts.checkName(terminal.name)
        try Self.check(merchants: terminal.merchants)
        let secret = random.bytes(count: 32)
        let id = try await store.register(
            terminal, secretDigest: TerminalAuthenticator.digest(ofSecret: secret), now: now)
        return TerminalCredentials(id: id, secret: Hex.encode(secret))
    }

    static func check(merchants: [MerchantID]) throws(HubRefusalError) {
        guard !merchants.isEmpty else { throw HubRefusalError(.malformedRequest, "merchants: at least one") }
    }
}
