/// A fault that a ``VirtualCardPeer`` commits at one command.
package struct VirtualCardFault: Sendable, Hashable {
    /// What goes wrong.
    package enum Effect: Sendable, Hashable {
        /// The card leaves before it sees the command.
        case leaveBeforeHandling
        /// The card carries the command out and leaves without an answer.
        case leaveAfterHandling
        /// The card carries the command out; these bytes arrive instead of its answer (none, one, or nonsense).
        case answer([UInt8])
        /// The card carries the command out; only this many bytes of its answer arrive.
        case truncate(Int)
        /// The card takes this long before it answers.
        case delay(Duration)
    }

    /// Which command since the card was inserted, from 1.
    package let exchange: Int
    package let effect: Effect

    package init(at exchange: Int, _ effect: Effect) {
        self.exchange = exchange
        self.effect = effect
    }
}
