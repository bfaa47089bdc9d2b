/// Transmission protocols of ISO 7816-3, as a set to choose from or the one in use.
package struct CardProtocols: OptionSet, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Character oriented.
    package static let t0 = CardProtocols(rawValue: 1)
    /// Block oriented; also what readers report for contactless cards.
    package static let t1 = CardProtocols(rawValue: 2)
    /// Whatever card and reader prefer.
    package static let any: CardProtocols = [.t0, .t1]
}
