import HubProtocol

/// What a hub gives a card so that it takes money into its purse.
package struct LoadProof: Sendable, Hashable {
    /// Looks at a card's answer to the beginning of a load; `nil` when the card's own proof is wrong.
    package typealias Maker = @Sendable (LoadHoldRequest) -> LoadProof?

    /// BCD YYYYMMDDhhmmss, 7 bytes.
    package var time: [UInt8]
    /// 4 bytes.
    package var mac2: [UInt8]

    package init(
        time: [UInt8] = [UInt8](repeating: 0, count: 7), mac2: [UInt8] = [UInt8](repeating: 0, count: 4)
    ) {
        self.time = time
        self.mac2 = mac2
    }
}
