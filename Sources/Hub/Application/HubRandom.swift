import Payments

/// Where secrets and serial numbers come from.
package protocol HubRandom: Sendable {
    /// 64 random bits.
    func number() -> UInt64
}

extension HubRandom {
    /// `count` random bytes.
    package func bytes(count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count { bytes += number().bigEndianBytes(count: 8) }
        return Array(bytes.prefix(count))
    }
}

/// The system's cryptographically secure generator.
package struct SystemHubRandom: HubRandom {
    package init() {}

    package func number() -> UInt64 {
        var generator = SystemRandomNumberGenerator()
        return generator.next()
    }
}
