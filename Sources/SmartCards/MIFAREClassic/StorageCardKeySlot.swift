/// Where a reader keeps a key between LOAD KEY and AUTHENTICATE.
///
/// Which numbers exist depends on the reader: many take 00 and 01, ACS ACR128 keeps its one volatile key under 20,
/// SCM SCL3711 its key A under 60, Gemalto Prox its volatile keys from 50 on.
package struct StorageCardKeySlot: Sendable, Hashable {
    package let number: UInt8
    /// Whether the key is gone when the reader loses power. A reader that is stolen must not hold the campus's keys.
    package let isVolatile: Bool

    package init(number: UInt8 = 0, isVolatile: Bool = true) {
        self.number = number
        self.isVolatile = isVolatile
    }
}
