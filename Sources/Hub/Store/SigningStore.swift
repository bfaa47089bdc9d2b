import HubProtocol

/// The key with which the hub signs for its terminals.
package protocol SigningStore: Sendable {
    /// Takes the key for everything that is signed from now on. The first one is remembered for ever.
    ///
    /// - Throws: ``HubSigningKeyError`` when it is another one than the remembered.
    func adopt(signingKey: HubSigningKey) async throws
}
