import HubProtocol

/// The hub's signing key that this terminal believes, kept over restarts (promise 9).
package protocol HubKeyStore: Sendable {
    /// The pinned key; `nil` before the first registration.
    func hubKey() async throws(LedgerError) -> HubVerifyingKey?

    /// Pins the first key that the hub names.
    ///
    /// - Throws: ``LedgerError/Code/hubKeyChanged`` when another one is pinned; nothing changes then.
    func pin(hubKey key: HubVerifyingKey) async throws(LedgerError)

    /// Pins the key that the operator of this machine names, whatever was pinned before.
    func replace(hubKey key: HubVerifyingKey) async throws(LedgerError)
}
